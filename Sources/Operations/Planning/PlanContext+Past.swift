import Client
package import Extensions
import Packages
import Platform

// Facts for plans from the history.
extension PlanContext {
  /// Sets the running version of the extension called `name`, according to the cluster and `memory`.
  package mutating func noteRunning(of name: String, _ memory: ReleaseMemory) {
    let installation = installations.of(name)
    runningVersion = installation.map {
      ExtensionStatus(name, extensions[name], $0, former: memory.lastInstalled).running
    }
  }
}

extension ReleaseMemory {
  /// A warning if the release that `change` restores has failed here, or if it is not known to have been Installed.
  package func rollbackWarnings(of change: Change, from installation: Installation?) -> [Plan.Problem] {
    guard let installation, [.rollBack, .configure].contains(change.kind), !change.triesAgain(installation) else {
      return []
    }
    let (version, config) = (change.version ?? installation.version, change.config ?? installation.config)
    let entry = entries.last {
      VersionText($0.version) == VersionText(version) && $0.config == config && !$0.wasUninstalled
    }
    guard let entry, change.kind == .rollBack || entry.wasInstalled == false else { return [] }
    return [entry.warning].compactMap { $0 }.map { Plan.Problem(isBlocking: false, $0, isOfThePast: true) }
  }
}

extension ReleaseMemory.Entry {
  /// Why it may fail; `nil` if it reached Installed.
  fileprivate var warning: Sentence? {
    switch wasInstalled {
    case true?: nil
    case false?: "\(version) with that config failed here, \(time)"
    case nil: "whether \(version) with that config ever reached Installed is not known here"
    }
  }
}
