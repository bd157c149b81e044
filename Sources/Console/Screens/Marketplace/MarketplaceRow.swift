import Extensions
import Operations

/// One extension as the list shows it, made once when the cluster changes and not at every frame.
struct MarketplaceRow: Hashable, Identifiable, Sendable {
  let extensionRow: ExtensionRow
  /// The word for the state.
  let state: String
  /// Rows are sorted by this unless the user sorts by a column.
  let sortKey: String
  /// The text that a filter searches, in lower case.
  let haystack: [UInt8]

  init(_ row: ExtensionRow) {
    extensionRow = row
    state = row.status.word.isEmpty ? "-" : row.status.word
    let lowered = row.title.lowercased()
    sortKey = lowered + "\u{0}" + row.name
    haystack = Array([lowered, row.name, row.category, state.lowercased()].joined(separator: "\n").utf8)
  }

  var name: String { extensionRow.name }
  var id: String { name }

  /// The title, with a note where the extension is installed and no longer in the marketplace.
  var title: String {
    status.isInstalled && !status.isOffered ? "\(extensionRow.title) (no longer offered)" : extensionRow.title
  }

  var category: String { extensionRow.category }
  var status: ExtensionStatus { extensionRow.status }

  /// The properties `-l` can ask for.
  func property(_ key: String) -> String? {
    switch key {
    case "name": name
    case "category": category
    case "state": state
    case "repository": extensionRow.repository
    case "provider": extensionRow.provider
    case "running", "installed": status.running
    case "wanted": status.wanted
    case "recommended": extensionRow.recommended
    case "enabled": extensionRow.enabledWord
    default: nil
    }
  }

  /// The recommended version is newer than the running one.
  var hasUpdate: Bool { status.update(to: extensionRow.recommended) != nil }
}
