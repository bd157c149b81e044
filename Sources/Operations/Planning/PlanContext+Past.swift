package import Extensions
import Packages
import Platform

// What the past has to say to a plan.
extension PlanContext {
  /// Takes in which version of the extension called `name` runs, as the cluster and `memory` tell it.
  package mutating func noteRunning(of name: String, _ memory: ReleaseMemory) {
    let installation = installations.of(name)
    runningVersion = installation.map {
      ExtensionStatus(name, extensions[name], $0, former: memory.lastInstalled).running
    }
  }
}

extension ReleaseMemory {
  /// What is known against the release that `change` leads to from `installation`, and what is not known of a way back.
  package func doubts(of change: Change, from installation: Installation?) -> [Plan.Problem] {
    guard let installation, [.rollBack, .configure].contains(change.kind), !change.triesAgain(installation) else {
      return []
    }
    let (version, config) = (change.version ?? installation.version, change.config ?? installation.config)
    let entry = entries.last {
      VersionText($0.version) == VersionText(version) && $0.config == config && !$0.isOfEarlierLife
    }
    guard let entry, change.kind == .rollBack || entry.wasInstalled == false else { return [] }
    return [entry.doubt].compactMap { $0 }.map { Plan.Problem(isBlocking: false, $0, isOfThePast: true) }
  }
}

extension ReleaseMemory.Entry {
  /// What is known against it, or not known of it; `nil` if it reached Installed.
  fileprivate var doubt: Sentence? {
    switch wasInstalled {
    case true?: nil
    case false?: "\(version) with that config failed here, \(time)"
    case nil: "whether \(version) with that config ever reached Installed is not known here"
    }
  }
}
