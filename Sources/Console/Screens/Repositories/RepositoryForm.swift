import Client
import Extensions
import KubernetesAPI
import Operations
import Packages
import Platform
import Terminal

/// A form to create or edit a repository; saving leads to a plan.
struct RepositoryForm: Screen {
  private var draft: RepositoryDraft
  private let began: RepositoryDraft
  private var focused = Field.name
  private var line: LinePrompt
  /// The draft whose address was tested last.
  private var tested: RepositoryDraft?

  enum Field: CaseIterable, Sendable {
    case name, address, description, interval, user, password, insecure

    var label: String {
      switch self {
      case .name: "Name"
      case .address: "Address"
      case .description: "Description"
      case .interval: "Read every"
      case .user: "User"
      case .password: "Password"
      case .insecure: "Check TLS"
      }
    }

    var hint: String {
      switch self {
      case .name: "small letters, digits, hyphens"
      case .address: "https://charts.example.com"
      case .interval: "such as 30m; empty is the cluster's own"
      case .user, .password: "for basic authentication; stands in the object for all who may read it"
      case .insecure: "yes, or no for a certificate that cannot be checked"
      case .description: ""
      }
    }
  }

  init(_ draft: RepositoryDraft) {
    (self.draft, began) = (draft, draft)
    if !draft.former.isEmpty { focused = .address }
    line = LinePrompt()
    line = LinePrompt(text: value(focused))
  }

  var sections: [KeySection] { [.prompt] }
  func title(_ state: ConsoleState) -> String { draft.former.isEmpty ? state.words("New repository") : draft.former }
  func hints(_ state: ConsoleState) -> [Hint] { .commands([.open, .nextPane, .back]) }
  var prompt: Prompt? {
    let shown = focused == .password ? LinePrompt(text: String(repeating: "•", count: line.text.count)) : line
    return Prompt(label: "\(Sentence(stringLiteral: focused.label)): ", field: shown, verb: isLast ? "plan" : "next")
  }
  func unsavedWork(_ state: ConsoleState) -> Sentence? {
    draft == began ? nil : "The repository is not saved."
  }

  func subscriptions(_ state: ConsoleState) -> [Subscription] {
    state.reading(.repositories) + (tested.map { state.reading(.reachability($0)) } ?? [])
  }

  private var fields: [Field] { Field.allCases.filter { draft.former.isEmpty || $0 != .name } }
  private var isLast: Bool { focused == fields.last }

  private func value(_ field: Field) -> String {
    switch field {
    case .name: draft.name
    case .address: draft.address
    case .description: draft.description
    case .interval: draft.interval
    case .user: draft.user
    case .password: draft.password
    case .insecure: draft.isInsecure ? "no" : "yes"
    }
  }

  private mutating func take() {
    let text = line.text.trimmed
    switch focused {
    case .name: draft.name = text
    case .address: draft.address = text
    case .description: draft.description = text
    case .interval: draft.interval = text
    case .user: draft.user = text
    // Blanks at its ends belong to it.
    case .password: draft.password = line.text
    case .insecure: draft.isInsecure = text == "no"
    }
    // The address is tested as soon as there is one, and again after every change.
    if !draft.address.isEmpty { tested = draft }
  }

  private mutating func go(by step: Int) {
    take()
    let index = (fields.firstIndex(of: focused) ?? 0) + step
    focused = fields[(index + fields.count) % fields.count]
    line = LinePrompt(text: value(focused))
  }

  mutating func perform(_ command: Command, _ state: inout ConsoleState) -> [Step]? {
    switch command {
    case .back: return [.close()]
    case .nextPane, .down: go(by: 1)
    case .previousPane, .up: go(by: -1)
    case .open: return enter(state)
    default: return nil
    }
    return []
  }

  private mutating func enter(_ state: ConsoleState) -> [Step] {
    guard isLast else {
      go(by: 1)
      return []
    }
    take()
    if let problem = problems(state).first { return [.complain(problem)] }
    guard let dialect = state.dialect else {
      return [.complain("The capabilities of this cluster are not known yet.")]
    }
    return [.close(opening: RemedyScreen(draft.plan(dialect)))]
  }

  private func problems(_ state: ConsoleState) -> [Sentence] {
    var others: [RepositoryFacts] = []
    if case .repositories(let all)? = state.readings[.repositories]?.facts { others = all }
    return draft.problems(among: others)
  }

  mutating func type(_ key: Key, _ state: inout ConsoleState) -> [Step] {
    switch line.handle(key) {
    case .accepted: return enter(state)
    // Only `esc` leaves an empty field; backspace does not.
    case .cancelled where key == .backspace: return []
    case .cancelled: return [.close()]
    case .edited, .ignored: return []
    }
  }

  func draw(on surface: inout Surface, in area: Rect, _ state: ConsoleState) {
    // The focused field is visible even on the lowest screen.
    let hidden = max(0, (fields.firstIndex(of: focused) ?? 0) - max(1, area.size.rows - 1) + 1)
    let lines = lines(max(20, area.size.columns - 2), state).dropFirst(hidden)
    surface.draw(Array(lines), in: area.inset(columns: 1), state)
  }

  private func lines(_ columns: Int, _ state: ConsoleState) -> [Line] {
    let rows = fields.map { field -> Line in
      let isHere = field == focused
      let text = isHere ? line.text : value(field)
      let shown = field == .password ? String(repeating: "•", count: min(12, text.count)) : text
      let mark =
        Line(isHere ? "> " : "  ", .accent) + Line(state.words(field.label).padded(to: 13), isHere ? .title : .dim)
      return mark + (shown.isEmpty ? Line(state.words(field.hint), .dim) : Line(shown))
    }
    let problems = problems(state).flatMap { Line(state.words($0), .stateBusy).wrapped(to: columns, indent: 2) }
    return rows + [.blank] + testLines(columns, state) + problems
  }

  private func testLines(_ columns: Int, _ state: ConsoleState) -> [Line] {
    guard let tested else { return [] }
    let topic = ReadRequest.Topic.reachability(tested)
    guard case .reachability(let found)? = state.readings[topic]?.facts else {
      return [Line(state.words("Asking {0} from this computer …", tested.address), .dim)]
    }
    let style: StyleName = found.isGood ? .stateInstalled : .stateFailed
    return Line(state.words("From this computer: {0}", state.words(found.words)), style).wrapped(to: columns, indent: 2)
  }
}
