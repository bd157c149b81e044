/// The pages of an extension, in the order of the tab key; each has a digit.
package enum ExtensionTab: String, CaseIterable, Sendable {
  case overview, versions, history, config, docs, inside, needs, serves, agents, events

  /// The label of the tab.
  var title: String { rawValue.prefix(1).uppercased() + rawValue.dropFirst() }

  /// The digit that opens it.
  var digit: String { String((index + 1) % 10) }

  private var index: Int { Self.allCases.firstIndex(of: self) ?? 0 }

  /// The page `step` tabs further, with wrap-around.
  func turned(by step: Int) -> ExtensionTab {
    let all = Self.allCases
    return all[(index + step + all.count) % all.count]
  }

  /// A description of the command that opens it, in one line.
  var summary: String {
    switch self {
    case .overview: "Turn to what it is and where it stands"
    case .versions: "Turn to its versions: which fit here, and what they need"
    case .history: "Turn to what was changed of it, by whom, and what came of it"
    case .config: "Turn to its config"
    case .docs: "Turn to the README of its package"
    case .inside: "Turn to what is in its package: permissions, images, kinds"
    case .needs: "Turn to what it needs, and what needs it"
    case .serves: "Turn to its APIs, bundles and proxies, with a probe of each"
    case .agents: "Turn to its agents in member clusters"
    case .events: "Turn to the events about it and in its namespace"
    }
  }

  /// Makes a page about the extension `name`.
  func page(of name: String) -> any ExtensionPage {
    switch self {
    case .overview: TextPage(OverviewPage(name: name))
    case .versions: VersionsPage(name)
    case .history: HistoryPage(name)
    case .config: ConfigPage(name)
    case .docs: DocsPage(name)
    case .inside: TextPage(InsidePage(name: name))
    case .needs: TextPage(NeedsPage(name: name))
    case .serves: ServesPage(name)
    case .agents: TextPage(AgentsPage(name: name))
    case .events: TextPage(EventsPage(name: name))
    }
  }
}
