import Extensions
import KubernetesAPI
import Manifest
import Operations
import Platform
import Terminal

/// The installation of an extension as YAML, or the Extension if there is none; secrets are masked.
struct ObjectScreen: Screen {
  let name: String
  private var pager = Pager()
  private var isRevealed = false

  init(_ name: String) { self.name = name }

  private func topic(_ state: ConsoleState) -> ReadRequest.Topic? {
    guard let dialect = state.dialect else { return nil }
    let installation = state.market.installed.of(name)
    return .object(
      of: name, installation == nil ? dialect.extensions : dialect.installations, called: installation?.name ?? name)
  }

  var sections: [KeySection] { pager.sections }
  var prompt: Prompt? { pager.prompt }
  var extensionName: String? { name }
  var identity: String? { "object/\(name)" }
  func title(_ state: ConsoleState) -> String { state.words("YAML") }
  func hints(_ state: ConsoleState) -> [Hint] { .commands([.back, .find, .copy, .reveal, .help]) }

  func subscriptions(_ state: ConsoleState) -> [Subscription] {
    topic(state).map { state.reading($0, stamp: state.stamp(of: name)) } ?? []
  }

  mutating func settle(_ state: inout ConsoleState) {
    pager.show(lines(state), height: state.bodySize.rows)
  }

  private func lines(_ state: ConsoleState) -> [Line] {
    let columns = max(20, state.size.columns - 2)
    guard let topic = topic(state) else {
      return [Line(state.words("The capabilities of this cluster are not known yet."), .dim)]
    }
    guard case .object(let text)? = state.readings[topic]?.facts else {
      return state.emptyLine(topic, reading: state.words("Reading the object …"), otherwise: "").wrapped(
        to: columns)
    }
    let lines = isRevealed ? text.lines : MaskedText(text).lines
    return state.staleLines(topic).flatMap { $0.wrapped(to: columns, indent: 2) }
      + lines.map { Line($0) }
  }

  mutating func perform(_ command: Command, _ state: inout ConsoleState) -> [Step]? {
    if let steps = pager.handle(command, height: state.bodySize.rows) { return steps }
    switch command {
    case .back, .screen(.yaml): return [.close()]
    case .reveal: isRevealed.toggle()
    default: return nil
    }
    return []
  }

  mutating func type(_ key: Key, _ state: inout ConsoleState) -> [Step] {
    pager.type(key, height: state.bodySize.rows)
  }

  func draw(on surface: inout Surface, in area: Rect, _ state: ConsoleState) {
    pager.draw(on: &surface, in: area.inset(columns: 1), state)
  }
}
