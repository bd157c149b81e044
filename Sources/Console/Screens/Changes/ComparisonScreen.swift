import Client
import Operations
import Platform
import Terminal

/// The differences between what the two connections show.
struct ComparisonScreen: Screen {
  private var pager = Pager()

  var sections: [KeySection] { pager.sections }
  var prompt: Prompt? { pager.prompt }
  var identity: String? { "comparison" }
  func title(_ state: ConsoleState) -> String { state.words("Comparison") }
  func hints(_ state: ConsoleState) -> [Hint] { .commands([.back, .find, .compareWays, .help]) }

  mutating func settle(_ state: inout ConsoleState) {
    pager.show(lines(state), height: state.bodySize.rows)
  }

  mutating func perform(_ command: Command, _ state: inout ConsoleState) -> [Step]? {
    if let steps = pager.handle(command, height: state.bodySize.rows) { return steps }
    switch command {
    case .back: return [.close()]
    case .compareWays:
      state.comparison = nil
      return state.dialect.map { [.start(.compareWays($0))] } ?? []
    default: return nil
    }
  }

  mutating func type(_ key: Key, _ state: inout ConsoleState) -> [Step] {
    pager.type(key, height: state.bodySize.rows)
  }

  func draw(on surface: inout Surface, in area: Rect, _ state: ConsoleState) {
    pager.draw(on: &surface, in: area.inset(columns: 1), state)
  }

  private func lines(_ state: ConsoleState) -> [Line] {
    let width = max(20, state.size.columns - 2)
    let title = [Line(state.words("Kubernetes and the gateway on {0}", state.session.cluster), .dialogTitle), .blank]
    guard let comparison = state.comparison else {
      return title + [Line(state.words("Listing everything by both ways …"), .dim)]
    }
    let failure = comparison.failure.map { Line(state.words($0), .statusError).wrapped(to: width, indent: 2) } ?? []
    let differences = comparison.differences.flatMap { Line($0).wrapped(to: width, indent: 2) }
    if !failure.isEmpty || !differences.isEmpty { return title + failure + differences }
    return title + [Line(state.words("Both show the same."), .statusOK)]
  }
}

extension Comparison {
  var tone: MessageLog.Tone { failure != nil ? .error : differences.isEmpty ? .good : .warning }

  var summary: Sentence {
    if let failure { return failure }
    if differences.isEmpty { return "Kubernetes and the gateway show the same." }
    return differences.count == 1
      ? "Kubernetes and the gateway differ in 1 object."
      : "Kubernetes and the gateway differ in \(differences.count) objects."
  }
}
