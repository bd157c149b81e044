import Extensions
import Packages
import Platform

// What the entries say about each other.
extension ExtensionHistory {
  /// Adds the reason of a failure to the newest entry, as long as the installation is in that state.
  static func explain(_ installation: Installation, _ entries: inout [Entry]) {
    guard installation.observed.state.isFailure else { return }
    if let untried = installation.untried { return explain(untried, installation, &entries) }
    guard !installation.message.isEmpty, let last = entries.lastIndex(where: \.isChange),
      entries[last].outcome == installation.observed.state.name
    else { return }
    entries[last].outcome = "failed: \(installation.reason)"
  }

  /// The failure is not that of the entry which asked for what ran before, but of the version that it left.
  private static func explain(_ untried: PreviousRelease, _ installation: Installation, _ entries: inout [Entry]) {
    let wanted = VersionText(installation.version)
    let place = entries.lastIndex { $0.isChange && VersionText($0.version) == wanted }
    guard let place, !entries[place].hasEnded || entries[place].outcome == installation.observed.state.name else {
      return
    }
    let earlier = entries[..<place].last { !$0.version.isEmpty && VersionText($0.version) != wanted }
    let other = untried.left ?? earlier?.version
    entries[place].outcome = other.map { "not tried: what failed is \($0): \(installation.reason)" } ?? "not tried"
    entries[place].wasInstalled = nil
  }

  /// Sets the former version of each entry to that of the entry before it.
  static func linkVersions(_ entries: inout [Entry]) {
    var version = ""
    for index in entries.indices where !entries[index].version.isEmpty {
      entries[index].formerVersion = entries[index].former?.version ?? version
      version = entries[index].version
    }
  }
}
