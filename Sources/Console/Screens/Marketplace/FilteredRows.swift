import Client
import Extensions
import Operations
import Platform

/// The rows of the marketplace in order, and which of them are shown.
///
/// Kept as state and updated incrementally: with ten thousand extensions, handling a key must only depend on the number
/// of rows on the screen.
struct FilteredRows: RowSource, Sendable {
  private var rows: [MarketplaceRow] = []
  private var index: [String: Int] = [:]
  /// Indices into `rows`.
  private var shown: [Int] = []
  /// How many rows that match the filter each view has.
  private(set) var counts = ViewCounts()
  /// How many rows each view has regardless of the filter.
  private(set) var totals = ViewCounts()
  private(set) var tally = Tally()
  /// Whether every extension has versions; this is not so while a marketplace is being filled.
  private(set) var isComplete = false
  /// What the rows were made from.
  private var made: (revision: Int, categories: Int, language: String)?
  /// The time for the filter, which may ask for ages.
  private var now = Timestamp(secondsSince1970: 0)

  var filter = ExtensionFilter() { didSet { if filter != oldValue { refilter() } } }
  /// The column that sorts the rows; without one, rows are sorted by urgency and name.
  var order: ListOrder? { didSet { if order != oldValue { reorder() } } }
  /// The view, which restricts the rows besides the filter.
  var view = MarketView.all { didSet { if view != oldValue { refilter() } } }

  var count: Int { shown.count }
  var total: Int { rows.count }
  var isEmpty: Bool { shown.isEmpty }
  subscript(position: Int) -> MarketplaceRow { rows[shown[position]] }

  func row(_ name: String) -> MarketplaceRow? { index[name].map { rows[$0] } }

  /// The position of `name` among the shown rows.
  func position(of name: String) -> Int? {
    guard let position = index[name] else { return nil }
    // `shown` is ascending, so a binary search finds it.
    var low = 0
    var high = shown.count
    while low < high {
      let middle = (low + high) / 2
      if shown[middle] < position { low = middle + 1 } else { high = middle }
    }
    return low < shown.count && shown[low] == position ? low : nil
  }

  /// Updates the rows for what changed; returns whether anything did.
  mutating func update(
    from market: Market, _ memories: [String: ReleaseMemory], language: String, at now: Timestamp
  ) -> Bool {
    self.now = now
    // The titles of categories are searched too.
    let isSame = made.map { $0.language == language && $0.categories == market.categoryRevision } ?? false
    let seen = isSame ? made?.revision : nil
    made = (market.log.revision, market.categoryRevision, language)
    switch market.log.changes(since: seen) {
    case .none: return false
    case .some(let names): update(names, from: market, memories, language: language)
    case .everything:
      rows = ExtensionRow.all(
        market.extensions.elements.values, market.installed, memories, language: language,
        readable: market.readable
      ).map { row($0, from: market, language) }
      reorder()
    }
    count(rows)
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
      let row = row(
        ExtensionRow(name, element, installation, memories[name], language: language, readable: market.readable),
        from: market, language)
      if let position = index[name] {
        mustSort = mustSort || isMoved(rows[position], row)
        rows[position] = row
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
  }

  private func row(_ row: ExtensionRow, from market: Market, _ language: String) -> MarketplaceRow {
    let subject = FilterSubject(
      row, market.extensions[row.name], category: market.categories[row.category],
      version: row.version(among: market.catalogue[row.name]))
    let isOffered = market.extensions[row.name]?.versions.isEmpty == false
    return MarketplaceRow(
      subject, isOffered: isOffered, isGuess: !market.extensions.isFilled, Language(name: language))
  }

  private mutating func count(_ rows: [MarketplaceRow]) {
    (totals, tally) = (ViewCounts(), Tally())
    var wanting: [(urgency: ExtensionStatus.Urgency, position: Int)] = []
    for (position, row) in rows.enumerated() {
      totals.add(row)
      if row.urgency == .failed { tally.failed += 1 } else if row.urgency != .none { tally.busy += 1 }
      if row.hasUpdate { tally.updates += 1 }
      if row.urgency != .none || row.hasUpdate { wanting.append((row.urgency, position)) }
    }
    isComplete =
      !rows.isEmpty && rows.allSatisfy { $0.status.isInstalled || $0.isOffered || !$0.extensionRow.recommended.isEmpty }
    wanting.sort { ($0.urgency.rawValue, $0.position) < ($1.urgency.rawValue, $1.position) }
    tally.names = wanting.map { rows[$0.position].name }
  }

  private func isMoved(_ before: MarketplaceRow, _ after: MarketplaceRow) -> Bool {
    before.urgency != after.urgency || before.sortKey != after.sortKey
      || order?.separates(before, after, MarketplaceColumns.sorting) == true
  }

  private mutating func reorder() {
    let keys = rows.map { ($0.urgency.rawValue, $0.sortKey) }
    rows = rows.indices.sorted { keys[$0] < keys[$1] }.map { rows[$0] }
    if let order { rows = order.sorted(rows, by: MarketplaceColumns.sorting) }
    index = Dictionary(rows.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { $1 })
    refilter()
  }

  private mutating func refilter() { (counts, shown) = filtered() }

  private func filtered() -> (ViewCounts, [Int]) {
    var (counts, shown) = (ViewCounts(), [Int]())
    for position in rows.indices where filter.accepts(rows[position].subject, at: now) {
      counts.add(rows[position])
      if view.contains(rows[position]) { shown.append(position) }
    }
    return (counts, shown)
  }
}
