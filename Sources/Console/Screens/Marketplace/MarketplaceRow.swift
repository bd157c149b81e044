import Extensions
import Operations
import Packages
import Platform

/// One extension as the list shows it, made once when the cluster changes and not at every frame.
struct MarketplaceRow: Hashable, Identifiable, Sendable {
  /// The title, with a note where the extension is installed and no longer in the marketplace.
  let title: String
  /// When it changed last, in seconds since 1970; `nil` where it is not installed, or that is not known.
  let changed: Int?
  /// How much a user should look at it.
  let urgency: ExtensionStatus.Urgency
  /// The recommended version is newer than the running one.
  let hasUpdate: Bool
  /// There are versions of it, whatever is recommended: nothing is where none fits.
  let isOffered: Bool
  /// What a filter asks of it.
  let subject: FilterSubject

  /// What is offered has been read, unless `isGuess`: before that nothing is said to be offered no longer.
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

  // What is made of the rest when it is wanted: of thousands of rows a few are on the screen.

  /// What runs, and what is to be had.
  var version: String { status.versions(recommended: extensionRow.recommended) }
  /// Rows of the same urgency are sorted by this unless the user sorts by a column.
  var sortKey: String { extensionRow.title.lowercased() + "\u{0}" + extensionRow.name }

  var extensionRow: ExtensionRow { subject.row }
  var name: String { extensionRow.name }
  var id: String { name }
  var status: ExtensionStatus { extensionRow.status }
  var category: String { extensionRow.category }

  /// What would be installed: the newest version where none is recommended, as where none fits.
  var offered: String { version.isEmpty ? subject.version?.version ?? "" : version }

  /// What is under way without any news for so many seconds is stuck, as far as a user is concerned.
  static let patience = 600.0

  /// Nothing has happened for so long that a user should look.
  func isStuck(at now: ClockReading) -> Bool {
    guard urgency.isUnderWay, let changed else { return false }
    return now.wall - Double(changed) > Self.patience
  }

  /// It is installed and does not serve.
  var isOff: Bool { status.isInstalled && status.isEnabled == false }
}

extension ExtensionStatus {
  /// The state as a list says it: `on`, `off`, `upgrade failed`; empty where nothing is installed.
  var listWord: String {
    if state == .installed, !isBeingDeleted { return isEnabled == false ? "off" : "on" }
    return word.spacedOut
  }

  /// What runs, and what is to be had: `1.2.0 ↑1.3.0`, `– → 2.0.0`, `1.0.1 (1.1.0 ✗)`, `1.0.0-rc.1 pre`.
  func versions(recommended: String) -> String {
    guard isInstalled else {
      return recommended + (SemanticVersion(recommended)?.prerelease.isEmpty == false ? " pre" : "")
    }
    let present = running.isEmpty ? isRunningUnknown ? "?" : "–" : running
    if !failed.isEmpty { return "\(present) (\(failed) ✗)" }
    if isBeingDeleted || state == .uninstalling || state == .uninstallFailed { return present }
    if isBusy, !wanted.isEmpty, VersionText(wanted) != VersionText(running) { return "\(present) → \(wanted)" }
    return update(to: recommended).map { "\(present) ↑\($0)" } ?? present
  }
}

extension String {
  /// `UpgradeFailed` as `upgrade failed`.
  var spacedOut: String {
    var result = ""
    for character in self {
      if character.isUppercase, !result.isEmpty { result.append(" ") }
      result += character.lowercased()
    }
    return result
  }
}
