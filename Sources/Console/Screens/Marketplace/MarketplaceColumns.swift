import Extensions
import Operations
import Terminal

/// The columns of the marketplace.
enum MarketplaceColumns {
  static let all: [Column<MarketplaceRow>] = [
    Column("NAME", width: 16, upTo: 34, rank: 0, sorting: .name, by: { .text($0.sortKey) }) { $0.title },
    Column(
      "STATE", width: 13, upTo: 15, rank: 0, sorting: .state, by: { $0.status.sortValue }, style: { $0.status.style }
    ) { $0.state },
    Column("RUNNING", width: 9, upTo: 14, rank: 1, sorting: .version, by: { .version($0.status.running) }) {
      $0.status.running
    },
    Column("RECOMMENDED", width: 11, upTo: 14, rank: 2, style: { $0.hasUpdate ? .versionNew : .text }) {
      $0.extensionRow.recommended
    },
    Column("ON", width: 3, rank: 3) { $0.extensionRow.enabledWord },
    Column("CATEGORY", width: 14, upTo: 20, rank: 5, sorting: .category) { $0.category },
    Column("PROVIDER", width: 14, upTo: 24, rank: 6) { $0.extensionRow.provider },
    Column("REPOSITORY", width: 12, upTo: 20, rank: 7) { $0.extensionRow.repository },
    Column("DESCRIPTION", width: 30, upTo: 200, rank: 4, style: { _ in .dim }) { $0.extensionRow.summary },
  ]
}

extension ExtensionStatus {
  /// How the state looks.
  var style: StyleName {
    if state.isFailure { return .stateFailed }
    if state.isBusy || isBeingDeleted { return .stateBusy }
    if state == .installed { return isEnabled == false ? .stateDisabled : .stateInstalled }
    return .stateNone
  }

  /// What failed comes first, then what is under way, then what runs; what is not installed has no place.
  var sortValue: SortValue {
    if state.isFailure { return .text("0 " + word) }
    if state.isBusy || isBeingDeleted { return .text("1 " + word) }
    return word.isEmpty ? .none : .text((isEnabled == false ? "3 " : "2 ") + word)
  }
}
