import Platform
import Testing

@testable import Console

/// Every screen and page in each state that a user may meet it in: where the picture of it is kept, or why there is none.
@Suite struct GoldenTableTests {
  /// The name of a state in the file of the row, or a reason.
  enum Cell: ExpressibleByStringLiteral, Sendable {
    case kept(String)
    case never(String)

    init(stringLiteral state: String) { self = .kept(state) }
  }

  struct Row: Sendable, CustomTestStringConvertible {
    let screen: String
    let file: String
    var filled: Cell = "filled"
    var empty: Cell = "empty"
    var loading: Cell = "loading"
    var forbidden: Cell = "forbidden"
    var stale: Cell = "stale"
    var failed: Cell = "failed"

    var testDescription: String { screen }
    var cells: [Cell] { [filled, empty, loading, forbidden, stale, failed] }
  }

  private static let own = Cell.never(
    "it shows what this console has itself, and waits for nothing")
  private static let asked = Cell.never("it asks about what another screen has read")
  private static let line = Cell.never("the header says so, and what was read stays")
  private static let object = Cell.never("an object always has fields")
  private static let once = Cell.never("what is in a package does not change: it is read once")
  private static let asForbidden = Cell.never("as where it is forbidden, with another reason")
  private static let asFailed = Cell.never("as where it failed, with another reason")

  private static let rows = [
    Row(screen: "MarketplaceScreen", file: "marketplace", failed: line),
    Row(screen: "ExtensionScreen", file: "overview", filled: "installed", empty: "absent"),
    Row(screen: "OverviewPage", file: "overview", filled: "installed", empty: "absent"),
    Row(screen: "VersionsPage", file: "versions"),
    Row(screen: "HistoryPage", file: "history"),
    Row(screen: "ConfigPage", file: "config-page", forbidden: asFailed, failed: "no package"),
    Row(
      screen: "DocsPage", file: "docs", empty: "missing", forbidden: asFailed, stale: once,
      failed: "missing"),
    Row(screen: "InsidePage", file: "inside", empty: "not at hand"),
    Row(
      screen: "NeedsPage", file: "inside", filled: "what it needs, filled", empty: "what it needs",
      loading: "what it needs, loading", forbidden: .never("its own lines say what is not known"),
      stale: "what it needs, stale", failed: .never("its own lines say what is not known")),
    Row(screen: "ServesPage", file: "serves"),
    Row(
      screen: "AgentsPage", file: "serves", filled: "agents, filled", empty: "agents, empty",
      loading: "agents, loading", forbidden: "agents, forbidden", stale: "agents, stale",
      failed: "agents, failed"),
    Row(screen: "EventsPage", file: "events"),
    Row(screen: "ObjectScreen", file: "object", empty: object),
    Row(
      screen: "PlanScreen", file: "plan", filled: "ready",
      empty: .never("a plan without effects is blocked"),
      forbidden: "blocked", failed: "refused"),
    Row(
      screen: "ManyPlanScreen", file: "plan-many", filled: "ready",
      failed: .never("it sends nothing itself: messages say what failed")),
    Row(
      screen: "ConfigScreen", file: "editor", empty: "loading",
      forbidden: .never("saving leads to a plan, which says so"),
      failed: "a mistake"),
    Row(
      screen: "MergeScreen", file: "merge", filled: "open", empty: "decided", loading: asked,
      forbidden: asked,
      stale: asked, failed: asked),
    Row(
      screen: "UnsavedScreen", file: "editor", filled: "unsaved", empty: own, loading: own,
      forbidden: own, stale: own, failed: own),
    Row(
      screen: "DraftsScreen", file: "drafts", loading: own, forbidden: own, stale: own, failed: own),
    Row(
      screen: "ChooserScreen", file: "chooser", filled: "newer", empty: "former, empty",
      failed: asForbidden),
    Row(screen: "ChangesScreen", file: "changes", loading: own, forbidden: own, failed: own),
    Row(
      screen: "ChangeScreen", file: "history", filled: "one change", empty: asked, loading: asked,
      forbidden: asked,
      stale: asked, failed: asked),
    Row(screen: "VersionComparisonScreen", file: "comparison"),
    Row(
      screen: "ComparisonScreen", file: "ways", stale: .never("each look lists everything again")),
    Row(screen: "DoctorScreen", file: "doctor", empty: "nothing"),
    Row(
      screen: "RemedyScreen", file: "doctor", filled: "remedy", empty: asked, loading: asked,
      forbidden: "remedy, forbidden", stale: "remedy, changed", failed: "remedy, refused"),
    Row(
      screen: "ProgressScreen", file: "progress", filled: "under way",
      empty: .never("there is a change that it follows")),
    Row(
      screen: "OperationsScreen", file: "progress", filled: "operations",
      empty: "operations, empty",
      loading: "operations, loading", forbidden: .never("the marketplace says so"),
      stale: "operations, stale",
      failed: line),
    Row(screen: "RepositoriesScreen", file: "repositories"),
    Row(
      screen: "RepositoryForm", file: "repositories", filled: "form, filled", empty: "form",
      loading: "form, asking",
      forbidden: .never("saving leads to a plan, which says so"), stale: own,
      failed: "form, unreachable"),
    Row(screen: "GatewayScreen", file: "gateway"),
    Row(
      screen: "RuleScreen", file: "gateway", filled: "a rule", empty: "no rule", loading: asked,
      forbidden: asked,
      stale: asked, failed: asked),
    Row(screen: "ContextsScreen", file: "contexts", forbidden: own, stale: own),
    Row(
      screen: "HelpScreen", file: "help", filled: "help", empty: own, loading: own, forbidden: own,
      stale: own, failed: own),
    Row(
      screen: "PaletteScreen", file: "help", filled: "palette", empty: "palette, nothing",
      loading: own, forbidden: own,
      stale: own, failed: own),
    Row(
      screen: "MessagesScreen", file: "help", filled: "messages", empty: "messages, empty",
      loading: own, forbidden: own,
      stale: own, failed: own),
    Row(
      screen: "LeaveScreen", file: "leaving", filled: "something changed", empty: own, loading: own,
      forbidden: own,
      stale: own, failed: own),
    Row(
      screen: "SendingScreen", file: "leaving", filled: "being sent", empty: own, loading: own,
      forbidden: own,
      stale: own, failed: own),
  ]

  @Test(arguments: rows)
  func eachStateIsKeptInEverySize(row: Row) throws {
    let text = try Files.text(Golden.path(of: row.file))
    for case .kept(let state) in row.cells {
      for (columns, rows) in Golden.sizes {
        #expect(
          text.containsText("== \(state) \(columns)x\(rows)\n"), "\(row.file).txt lacks \(state)")
      }
    }
  }

  @Test func everyScreenAndPageHasARow() {
    let declared = StyleTests.sources.flatMap { source in
      source.split(separator: "\n").compactMap { line -> String? in
        guard line.hasPrefix("struct "), let colon = line.firstIndex(of: ":") else { return nil }
        let bases = line[line.index(after: colon)...].split { !$0.isLetter }
        guard bases.contains(where: { ["Screen", "ExtensionPage", "PageText"].contains($0) }) else {
          return nil
        }
        return line[..<colon].dropFirst("struct ".count).description
      }
    }
    // What a page of text says is the pages' own business.
    #expect(Set(declared).subtracting(["TextPage"]) == Set(Self.rows.map(\.screen)))
  }
}
