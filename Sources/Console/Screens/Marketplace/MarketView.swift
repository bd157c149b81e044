import Client
import Extensions
import Operations
import Packages
import Terminal

/// The rows that the marketplace shows: one of the general views of all extensions, or a category.
enum MarketView: Hashable, Sendable {
  case attention, installed, updates, off, all
  /// The extensions of one category; the empty name means those without a category.
  case category(String)

  /// The general views, in the order of the pane; the categories follow them.
  static let general: [MarketView] = [.attention, .installed, .updates, .off, .all]

  /// The title, for a category its name.
  var title: String {
    switch self {
    case .attention: "Attention"
    case .installed: "Installed"
    case .updates: "Updates"
    case .off: "Off"
    case .all: "All"
    case .category(let name): name
    }
  }

  func contains(_ row: MarketplaceRow) -> Bool {
    switch self {
    case .attention: row.urgency != .none
    case .installed: row.status.isInstalled
    case .updates: row.hasUpdate
    case .off: row.isOff
    case .all: true
    case .category(let name): row.category == name
    }
  }
}

/// How many rows each view has.
struct ViewCounts: Hashable, Sendable {
  private var attention = 0
  private var installed = 0
  private var updates = 0
  private var off = 0
  private(set) var all = 0
  private(set) var categories: [String: Int] = [:]

  mutating func add(_ row: MarketplaceRow) {
    if row.urgency != .none { attention += 1 }
    if row.status.isInstalled { installed += 1 }
    if row.hasUpdate { updates += 1 }
    if row.isOff { off += 1 }
    all += 1
    categories[row.category, default: 0] += 1
  }

  subscript(view: MarketView) -> Int {
    switch view {
    case .attention: attention
    case .installed: installed
    case .updates: updates
    case .off: off
    case .all: all
    case .category(let name): categories[name] ?? 0
    }
  }
}

/// A row of the list of views.
struct ViewRow: Hashable, Identifiable, Sendable {
  enum ID: Hashable, Sendable {
    case view(MarketView)
    /// The line between views and categories, which cannot be selected.
    case rule
  }

  var id: ID
  var title: String
  var count: Int

  /// The view that the row shows; `nil` for the line.
  var view: MarketView? { if case .view(let view) = id { view } else { nil } }

  static let rule = ViewRow(id: .rule, title: "", count: 0)

  static let columns: [Column<ViewRow>] = [
    Column("VIEW", width: 8, upTo: 40, rank: 0, style: { _ in .category }) { $0.title },
    Column("", width: 3, upTo: 5, rank: 0, isTrailing: true, style: { _ in .dim }) {
      $0.id == .rule ? "" : "\($0.count)"
    },
  ]

  /// The rows of the list: the views, a line, and the categories sorted by title.
  static func all(
    _ counts: ViewCounts, totals: ViewCounts, _ categories: SortedElements<Category>, _ words: Language
  ) -> [ViewRow] {
    let views = MarketView.general.map { ViewRow(id: .view($0), title: words($0.title), count: counts[$0]) }
    let names = Set(categories.names).union(totals.categories.keys.filter { !$0.isEmpty })
    let named = names.map { name in
      let title = categories[name]?.displayName.text(in: words.name) ?? ""
      let view = MarketView.category(name)
      return ViewRow(id: .view(view), title: title.isEmpty ? name : title, count: counts[view])
    }
    let none = totals.categories[""].map { _ in
      ViewRow(id: .view(.category("")), title: words("(none)"), count: counts[.category("")])
    }
    let sorted = named.sorted { ($0.title.lowercased(), $0.title) < ($1.title.lowercased(), $1.title) }
    let all = sorted + (none.map { [$0] } ?? [])
    return all.isEmpty ? views : views + [.rule] + all
  }
}
