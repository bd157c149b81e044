import Client
import Extensions
import KubernetesAPI
import Operations
import Packages
import Platform
import Terminal

/// The comparison of two versions of an extension.
struct VersionComparisonScreen: Screen {
  let name: String
  let old: String
  let new: String
  private var pager = Pager()

  init(_ name: String, from old: String, to new: String) { (self.name, self.old, self.new) = (name, old, new) }

  private var topic: ReadRequest.Topic { .comparison(of: name, from: old, to: new) }

  var sections: [KeySection] { pager.sections }
  var prompt: Prompt? { pager.prompt }
  var extensionName: String? { name }
  var identity: String? { "comparison/\(name)/\(old)/\(new)" }
  func title(_ state: ConsoleState) -> String { "\(old) → \(new)" }
  func subscriptions(_ state: ConsoleState) -> [Subscription] { state.reading(topic) }
  func hints(_ state: ConsoleState) -> [Hint] { .commands([.back, .find, .pageDown, .help]) }

  mutating func settle(_ state: inout ConsoleState) {
    pager.show(lines(max(20, state.size.columns - 2), state), height: state.bodySize.rows)
  }

  mutating func perform(_ command: Command, _ state: inout ConsoleState) -> [Step]? {
    if let steps = pager.handle(command, height: state.bodySize.rows) { return steps }
    return command == .back ? [.close()] : nil
  }

  mutating func type(_ key: Key, _ state: inout ConsoleState) -> [Step] {
    pager.type(key, height: state.bodySize.rows)
  }

  func draw(on surface: inout Surface, in area: Rect, _ state: ConsoleState) {
    pager.draw(on: &surface, in: area.inset(columns: 1), state)
  }

  private func lines(_ columns: Int, _ state: ConsoleState) -> [Line] {
    let title = Line(state.words("{0}: what {1} has otherwise than {2}", name, new, old), .dialogTitle).wrapped(
      to: columns)
    guard case .comparison(let found)? = state.readings[topic]?.facts else {
      let wait = state.emptyLine(topic, reading: state.words("Reading both packages …"), otherwise: "")
      return title + [.blank] + wait.wrapped(to: columns)
    }
    guard let comparison = found.comparison else {
      return title + [.blank] + Line(state.words(found.problem), .statusWarning).wrapped(to: columns)
    }
    let staleness = state.staleLines(topic).flatMap { $0.wrapped(to: columns, indent: 2) }
    if comparison.sections.isEmpty {
      return title + staleness + [.blank, Line(state.words("Both are the same in all that is compared."), .statusOK)]
    }
    return title + staleness
      + comparison.sections.flatMap { part in
        let heading = state.words(part.title)
        return section(
          heading.prefix(1).uppercased() + heading.dropFirst(),
          part.lines.flatMap { lines(of: $0, columns, state.words) })
      }
  }

  private func lines(of line: VersionComparison.Line, _ columns: Int, _ words: Language) -> [Line] {
    let style: StyleName =
      switch line.sign {
      case .added: .diffAdded
      case .removed: .diffRemoved
      case .changed: .diffChanged
      }
    let mark = line.isDangerous ? "! " : ""
    return Line("\(line.sign.rawValue) \(mark)\(words(line.sentence))", line.isDangerous ? .stateFailed : style)
      .wrapped(to: columns, indent: 2)
  }
}
