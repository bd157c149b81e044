import Client
import Extensions
import Operations
import Packages
import Platform
import Terminal

/// One extension: what it is, its versions, its README and its config.
struct ExtensionScreen: Screen {
  enum Tab: String, CaseIterable, Sendable {
    case overview = "Overview"
    case versions = "Versions"
    case readme = "README"
    case config = "Config"
  }

  let name: String
  private(set) var tab = Tab.overview
  private var pager = Pager()
  private var versions: [VersionRow] = []
  private var list = ListView<VersionRow>()
  /// The README as it was last laid out: a long one takes longer than a key may.
  private var layout: (key: DocumentKey, width: Int, lines: [Line])?

  init(_ name: String) { self.name = name }

  var sections: [KeySection] { [.extension, .marketplace] + (tab == .versions ? [.list] : []) + [.everywhere] }

  var extensionName: String? { name }
  var place: Place? { .extension(name) }

  func subscriptions(_ state: ConsoleState) -> [Subscription] {
    let document = tab == .readme ? document(state) : nil
    return state.versions(of: name) + details(state) + (document.map { [.document($0)] } ?? [])
  }

  /// What every other object says is shown on the first page.
  private func details(_ state: ConsoleState) -> [Subscription] {
    guard let capabilities = state.capabilityState.capabilities, state.market.isFilled else { return [] }
    let installation = state.market.installed.of(name)
    let row = ExtensionRow(
      name, state.market.extensions[name], installation, state.records.memories[name], language: state.language)
    return [.details(DetailsSubject(row, installation), capabilities)]
  }

  func hints(_ state: ConsoleState) -> [Hint] {
    .commands([.back, .nextPane]) + state.hints(about: name) + .commands([.help])
  }

  private func bodyHeight(_ state: ConsoleState) -> Int { max(1, state.bodySize.rows - 3) }

  mutating func settle(_ state: inout ConsoleState) {
    let height = bodyHeight(state)
    switch tab {
    case .versions:
      let found = state.versionRows(of: name)
      let wanted = [state.market.installed.of(name)?.version, state.market.extensions[name]?.recommendedVersion]
      let preferred = wanted.compactMap { version in version.flatMap { found.spelling(of: $0) } }.first
      versions = list.arranged(found, Column.versions)
      list.settle(versions, height: height, preferring: preferred ?? found.first?.version)
    case .overview: pager.show(OverviewPage(name, state).lines, height: height)
    case .readme: pager.show(readmeLines(state), height: height)
    case .config: pager.show(configLines(state), height: height)
    }
  }

  /// The version whose README is shown: what runs, or what would.
  private func documentedVersion(_ state: ConsoleState) -> ExtensionVersion? {
    let versions = state.market.versions[name]?.elements.values
    let wanted = [
      tab == .versions ? list.selected : nil, state.market.installed.of(name)?.version,
      state.market.extensions[name]?.recommendedVersion, state.offeredVersions(of: name).first,
    ]
    return wanted.lazy.compactMap { $0 }.compactMap { version in
      versions?.first { VersionText($0.version) == VersionText(version) }
    }.first
  }

  private func document(_ state: ConsoleState) -> DocumentKey? {
    documentedVersion(state).map { DocumentKey(extensionName: name, version: $0.name, language: state.language) }
  }

  private mutating func readmeLines(_ state: ConsoleState) -> [Line] {
    let width = state.size.columns - 2
    guard let key = document(state) else {
      let isFilled = state.market.versions[name]?.isFilled == true
      return [Line(isFilled ? "No version is offered." : "Reading the versions …", .dim)]
    }
    switch state.documents[key] {
    case .text(let text)?:
      if let layout, layout.key == key, layout.width == width { return layout.lines }
      let lines = Markdown(text).lines(columns: width)
      layout = (key, width, lines)
      return lines
    case .missing(let reason)?: return Line("There is no README: \(reason)", .dim).wrapped(to: width)
    case nil: return [Line("Reading the package …", .dim)]
    }
  }

  private func configLines(_ state: ConsoleState) -> [Line] {
    guard let installation = state.market.installed.of(name) else {
      return [Line("\(name) is not installed, so it has no config yet.", .dim)]
    }
    let config = state.config(of: name) ?? ""
    let changes = state.records.memories[name]?.differences(from: installation) ?? []
    let others = changes.isEmpty ? [] : differenceLines(changes)
    if config.trimmed.isEmpty {
      return others + [Line("The config is empty: the chart's defaults hold.", .dim)]
    }
    return others + config.shownLines.map { Line($0) }
  }

  /// Where the cluster keeps no comments, and another one has written since.
  private func differenceLines(_ changes: [LineDifference.Line]) -> [Line] {
    let lines = changes.map { change in
      Line((change.kind == .added ? "+ " : "- ") + change.text, change.kind == .added ? .diffAdded : .diffRemoved)
    }
    return [Line("It was changed elsewhere since it was last written here:", .dim)] + lines + [.blank]
  }

  mutating func perform(_ command: Command, _ state: inout ConsoleState) -> [Step]? {
    switch command {
    case .back: return [.close()]
    case .nextPane, .right: return turn(by: 1)
    case .previousPane, .left: return turn(by: -1)
    case .open: return tab == .versions ? openVersion(state) : []
    default: break
    }
    if let steps = beginChange(command, on: name, state) { return steps }
    let height = bodyHeight(state)
    if tab == .versions {
      return list.sort(command, by: Column.versions) || list.move(command, in: versions, height: height) ? [] : nil
    }
    return pager.perform(command, height: height) ? [] : nil
  }

  private mutating func turn(by step: Int) -> [Step] {
    let all = Tab.allCases
    let index = (all.firstIndex(of: tab) ?? 0) + step
    tab = all[(index + all.count) % all.count]
    pager = Pager()
    return []
  }

  /// A version leads to the plan that brings it: install, upgrade, or back.
  private func openVersion(_ state: ConsoleState) -> [Step] {
    guard let version = list.selected else { return [] }
    guard let installation = state.market.installed.of(name) else {
      return [.open(PlanScreen(.install(version: version, config: ""), name))]
    }
    if VersionText(version) == VersionText(installation.version) {
      return [.complain("\(name) is already at version \(version).")]
    }
    if VersionText(installation.version) < VersionText(version) {
      return [.open(PlanScreen(.upgrade(to: version), name))]
    }
    let config = state.records.memories[name]?.target(from: installation, version: version)?.config
    return [.open(PlanScreen(.rollback(to: version, config: config ?? installation.config), name))]
  }

  mutating func type(_ key: Key, _ state: inout ConsoleState) -> [Step] {
    if case .mouse(.click, let point) = key, point.row == 1 {
      clickTab(point.column)
    } else if tab == .versions, case .mouse(let action, let point) = key {
      return list.point(action, row: point.row - 3, in: versions, height: bodyHeight(state)) ? openVersion(state) : []
    } else {
      _ = pager.wheel(key, height: bodyHeight(state))
    }
    return []
  }

  private mutating func clickTab(_ place: Int) {
    var column = 1
    for candidate in Tab.allCases {
      let end = column + candidate.rawValue.columns + 2
      if (column..<end).contains(place) { (tab, pager) = (candidate, Pager()) }
      column = end
    }
  }

  func draw(on surface: inout Surface, in area: Rect, _ state: ConsoleState) {
    let (top, rest) = area.split(top: 3)
    drawTitle(on: &surface, in: top.inset(columns: 1), state)
    let body = rest.inset(columns: 1)
    if tab == .versions {
      let emptiness = state.emptiness(
        isFilled: state.market.isFilled, reading: "Reading the versions of \(name) …",
        otherwise: "No version is offered.")
      list.draw(
        versions, Column.versions, ListFrame(emptiness: emptiness), on: &surface, in: body, state)
    } else {
      pager.draw(on: &surface, in: body, state.theme)
    }
  }

  private func drawTitle(on surface: inout Surface, in area: Rect, _ state: ConsoleState) {
    let display = state.market.extensions[name]?.displayName.text(in: state.language) ?? ""
    let title = display.isEmpty || display == name ? name : "\(display) (\(name))"
    let status = state.status(of: name)
    let words = [status.titleWord.isEmpty ? "not installed" : status.titleWord, status.running]
    let summary = words.filter { !$0.isEmpty }.joined(separator: " ")
    let room = max(0, area.size.columns - summary.columns - 2)
    let end = surface.write(title.truncated(to: room), row: 0, in: area, style: state.theme[.title])
    let place = Point(row: area.origin.row, column: max(end + 2, area.columns.upperBound - summary.columns))
    surface.write(summary, at: place, in: area, style: state.theme[status.style])
    var column = area.origin.column
    for candidate in Tab.allCases {
      let style = state.theme[candidate == tab ? .tabActive : .tab]
      surface.write(candidate.rawValue, at: Point(row: area.origin.row + 1, column: column), in: area, style: style)
      column += candidate.rawValue.columns + 2
    }
    let progress = tab == .versions ? "" : pager.progress(height: bodyHeight(state))
    let right = Point(row: area.origin.row + 1, column: area.columns.upperBound - progress.columns)
    if right.column > column { surface.write(progress, at: right, in: area, style: state.theme[.dim]) }
  }
}
