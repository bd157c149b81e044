import Extensions
import Operations
import Packages
import Platform

/// One extension as the list shows it, made once per change of the cluster rather than for every frame.
struct MarketplaceRow: Hashable, Identifiable, Sendable {
  /// The title, with a note if the extension is installed but no longer in the marketplace.
  let title: String
  /// The time of the last change, in seconds since 1970; `nil` if the extension is not installed or the time is not
  /// known.
  let changed: Int?
  /// How urgently a user should look at it.
  let urgency: ExtensionStatus.Urgency
  /// Whether the recommended version is newer than the running one.
  let hasUpdate: Bool
  /// Whether any versions are offered, also if none is recommended because none fits.
  let isOffered: Bool
  /// The values that filters test.
  let subject: FilterSubject

  /// `isGuess` means that the offered extensions have not all been read yet, so the title does not say that this one is
  /// no longer offered.
  init(_ subject: FilterSubject, isOffered: Bool = true, isGuess: Bool = false, _ words: Language) {
    (self.subject, self.isOffered) = (subject, isOffered)
    let row = subject.row
    let status = row.status
    title =
      status.isInstalled && !status.isOffered && !isGuess ? words("{0} (no longer offered)", row.title) : row.title
    urgency = status.urgency
    hasUpdate = status.update(to: row.recommended) != nil
    changed = Timestamp.seconds(row.changed)
  }

  // The rest is computed on demand: only a few of thousands of rows are on the screen.

  /// The running version and the available one.
  var version: String { status.versions(recommended: extensionRow.recommended) }
  /// The key by which rows of the same urgency are sorted, unless the user sorts by a column.
  var sortKey: String { extensionRow.title.lowercased() + "\u{0}" + extensionRow.name }

  var extensionRow: ExtensionRow { subject.row }
  var name: String { extensionRow.name }
  var id: String { name }
  var status: ExtensionStatus { extensionRow.status }
  var category: String { extensionRow.category }

  /// The version that would be installed: the newest one if none is recommended, for example because none fits.
  var offered: String { version.isEmpty ? subject.version?.version ?? "" : version }

  /// After this many seconds without news, a change in progress counts as stuck for the user.
  static let stuckSeconds = 600.0

  /// Whether a change in progress has had no news for so long that a user should look at it.
  func isStuck(at now: ClockReading) -> Bool {
    guard urgency.isUnderWay, let changed else { return false }
    return now.wall - Double(changed) > Self.stuckSeconds
  }

  /// Whether it is installed but disabled.
  var isOff: Bool { status.isInstalled && status.isEnabled == false }
}

extension ExtensionStatus {
  /// The word for the state in lists, such as `on`, `off` or `upgrade failed`; empty if nothing is installed.
  var listWord: String {
    if hasUnobservedChange { return "waiting" }
    if state == .installed, !isBeingDeleted { return isEnabled == false ? "off" : "on" }
    return word.spacedOut
  }

  /// The running version and the available one: `1.2.0 ↑1.3.0`, `– → 2.0.0`, `1.0.1 (1.1.0 ✗)`, `1.0.0-rc.1 pre`.
  func versions(recommended: String) -> String {
    guard isInstalled else {
      return recommended + (SemanticVersion(recommended)?.prerelease.isEmpty == false ? " pre" : "")
    }
    let present = running.isEmpty ? isRunningUnknown ? "?" : "–" : running
    if !failed.isEmpty { return "\(present) (\(failed) ✗)" }
    if isBeingDeleted || state == .uninstalling || state == .uninstallFailed { return present }
    if isBusy || hasUnobservedChange, !wanted.isEmpty, VersionText(wanted) != VersionText(running) {
      return "\(present) → \(wanted)"
    }
    return update(to: recommended).map { "\(present) ↑\($0)" } ?? present
  }
}

extension String {
  /// The words of the name in lower case: `UpgradeFailed` becomes `upgrade failed`.
  var spacedOut: String {
    var result = ""
    for character in self {
      if character.isUppercase, !result.isEmpty { result.append(" ") }
      result += character.lowercased()
    }
    return result
  }
}
