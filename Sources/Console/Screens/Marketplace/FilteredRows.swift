import Client
import Extensions
import Operations

/// The rows of the marketplace in order, and those of them that are shown.
///
/// Kept as state and changed when something changes: with ten thousand extensions, a key must cost
/// no more than the rows on the screen.
struct FilteredRows: RowSource, Sendable {
  private var rows: [MarketplaceRow] = []
  private var index: [String: Int] = [:]
  /// Positions in `rows`.
  private var shown: [Int] = []
  private(set) var counts: [String: Int] = [:]
  private(set) var tally = Tally()
  /// What the rows were made from.
  private var made: (revision: Int, language: String)?

  var filter = Filter() { didSet { if filter != oldValue { refilter() } } }
  /// By which column rows are sorted; by their names without one.
  var order: ListOrder? { didSet { if order != oldValue { reorder() } } }
  /// Only this category, or all.
  var category: String? { didSet { if category != oldValue { refilter() } } }

  var count: Int { shown.count }
  var total: Int { rows.count }
  /// How many there are in the category, whatever the filter.
  var countInCategory: Int { category.map { counts[$0] ?? 0 } ?? total }
  /// How many match the filter, whatever the category.
  var matchesInAll: Int { rows.count { filter.accepts($0) } }
  var isEmpty: Bool { shown.isEmpty }
  subscript(position: Int) -> MarketplaceRow { rows[shown[position]] }

  func row(_ name: String) -> MarketplaceRow? { index[name].map { rows[$0] } }

  /// Where `name` stands among the shown rows.
  func position(of name: String) -> Int? {
    guard let place = index[name] else { return nil }
    // Positions grow, so that halving finds it.
    var low = 0
    var high = shown.count
    while low < high {
      let middle = (low + high) / 2
      if shown[middle] < place { low = middle + 1 } else { high = middle }
    }
    return low < shown.count && shown[low] == place ? low : nil
  }

  /// Makes the rows of what changed; returns whether anything did.
  mutating func update(from market: Market, _ memories: [String: ReleaseMemory], language: String) -> Bool {
    let seen = made.flatMap { $0.language == language ? $0.revision : nil }
    made = (market.log.revision, language)
    switch market.log.changes(since: seen) {
    case .none: return false
    case .some(let names): update(names, from: market, memories, language: language)
    case .everything:
      rows = ExtensionRow.all(
        Array(market.extensions.elements.values), market.installed, memories, language: language
      ).map(MarketplaceRow.init)
      reorder()
      countCategories()
    }
    return true
  }

  private mutating func update(
    _ names: Set<String>, from market: Market, _ memories: [String: ReleaseMemory], language: String
  ) {
    var mustSort = false
    var gone: Set<String> = []
    for name in names {
      let (element, installation) = (market.extensions[name], market.installed.of(name))
      guard element != nil || installation != nil else {
        gone.insert(name)
        continue
      }
      let row = MarketplaceRow(ExtensionRow(name, element, installation, memories[name], language: language))
      if let place = index[name] {
        mustSort = mustSort || isMoved(rows[place], row)
        rows[place] = row
      } else {
        rows.append(row)
        mustSort = true
      }
    }
    if gone.contains(where: { index[$0] != nil }) {
      rows.removeAll { gone.contains($0.name) }
      mustSort = true
    }
    if mustSort { reorder() } else { refilter() }
    countCategories()
  }

  private mutating func countCategories() {
    counts = [:]
    tally = Tally()
    var wanting: [(urgency: ExtensionStatus.Urgency, place: Int)] = []
    for (place, row) in rows.enumerated() {
      counts[row.category, default: 0] += 1
      let urgency = row.status.urgency
      if urgency == .failed { tally.failed += 1 } else if urgency != .none { tally.busy += 1 }
      if row.hasUpdate { tally.updates += 1 }
      if urgency != .none || row.hasUpdate { wanting.append((urgency, place)) }
    }
    wanting.sort { ($0.urgency.rawValue, $0.place) < ($1.urgency.rawValue, $1.place) }
    tally.names = wanting.map { rows[$0.place].name }
  }

  private func isMoved(_ before: MarketplaceRow, _ after: MarketplaceRow) -> Bool {
    before.sortKey != after.sortKey || order?.separates(before, after, MarketplaceColumns.all) == true
  }

  private mutating func reorder() {
    rows.sort { $0.sortKey < $1.sortKey }
    if let order { rows = order.sorted(rows, by: MarketplaceColumns.all) }
    index = Dictionary(rows.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { $1 })
    refilter()
  }

  private mutating func refilter() {
    shown = rows.indices.filter { place in
      (category == nil || rows[place].category == category) && filter.accepts(rows[place])
    }
  }
}
