import Client
import Extensions
import KubernetesAPI
import Operations
import Packages
import Platform
import Terminal

/// The README and changelog in the package of a version.
struct DocsPage: ExtensionPage {
  private let name: String
  private var pager = Pager()
  private var height = 1
  /// The last layout, because laying out a long README is too slow to do for each key.
  private var layout: (key: DocumentKey, width: Int, lines: [Line])?

  init(_ name: String) { self.name = name }

  var sections: [KeySection] { [.text] }
  var prompt: Prompt? { pager.prompt }

  func subscriptions(_ state: ConsoleState) -> [Subscription] { key(state).map { [.document($0)] } ?? [] }

  private func key(_ state: ConsoleState) -> DocumentKey? {
    let versions = state.market.versions[name]?.elements.values
    let wanted = state.chosenVersions[name] ?? state.shownVersion(of: name)
    let version = wanted.flatMap { wanted in versions?.first { VersionText($0.version) == VersionText(wanted) } }
    return version.map { DocumentKey(extensionName: name, version: $0.name, language: state.language) }
  }

  mutating func settle(_ size: Size, _ state: ConsoleState) {
    height = size.rows
    pager.show(lines(columns: size.columns, state), height: height)
  }

  private mutating func lines(columns: Int, _ state: ConsoleState) -> [Line] {
    guard let key = key(state) else {
      let isFilled = state.market.versions[name]?.isFilled == true
      return [Line(isFilled ? state.words("No version is offered.") : state.words("Reading the versions …"), .dim)]
    }
    switch state.documents[key] {
    case .text(let text)?:
      if let layout, layout.key == key, layout.width == columns { return layout.lines }
      let lines = Markdown(text).lines(columns: columns)
      layout = (key, columns, lines)
      return lines
    case .missing(let reason)?:
      return Line(state.words("There is no README: {0}", state.words(reason)), .dim).wrapped(to: columns)
    case nil: return [Line(state.words("Reading the package …"), .dim)]
    }
  }

  mutating func perform(_ command: Command, _ state: inout ConsoleState) -> [Step]? {
    pager.handle(command, height: height)
  }

  mutating func type(_ key: Key) -> [Step] { pager.type(key, height: height) }

  mutating func point(_ action: Key.Mouse, at point: Point, _ state: inout ConsoleState) -> [Step] {
    _ = pager.wheel(.mouse(action, point), height: height)
    return []
  }

  func draw(on surface: inout Surface, in area: Rect, _ state: ConsoleState) {
    pager.draw(on: &surface, in: area, state)
  }

  var progress: String { pager.progress(height: height) }
}
