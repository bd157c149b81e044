import Client
import Extensions
import HTTP
import KubernetesAPI
import Operations
import Packages
import Platform
import Terminal

/// Explains which rule serves a path, why the others do not, and what the upstream receives.
struct RuleScreen: Screen {
  /// The extension whose page opened this screen, or `nil`.
  private let name: String?
  private var field: LinePrompt?
  /// The last request.
  private var asked: String?
  private var pager = Pager()

  init(of name: String?, path: String? = nil) {
    self.name = name
    asked = path
    field = path == nil ? LinePrompt(text: "/") : nil
  }

  var sections: [KeySection] { prompt == nil ? [.gateway, .text, .everywhere] : [.prompt] }
  var extensionName: String? { name }
  var identity: String? { "rule/\(name ?? "")" }
  func title(_ state: ConsoleState) -> String { state.words("Which rule") }
  func subscriptions(_ state: ConsoleState) -> [Subscription] { state.reading(.serving(of: nil)) }
  func hints(_ state: ConsoleState) -> [Hint] {
    .commands(prompt == nil ? [.whichRule, .back, .find, .help] : [.open, .back])
  }
  var prompt: Prompt? { field.map { Prompt(label: "Path: ", field: $0, verb: "ask") } ?? pager.prompt }

  mutating func settle(_ state: inout ConsoleState) {
    pager.show(lines(max(20, state.size.columns - 2), state), height: state.bodySize.rows)
  }

  mutating func perform(_ command: Command, _ state: inout ConsoleState) -> [Step]? {
    if field == nil, let steps = pager.handle(command, height: state.bodySize.rows) { return steps }
    switch command {
    case .back where field != nil && asked != nil: field = nil
    case .back: return [.close()]
    case .open where field != nil: take()
    case .whichRule: field = LinePrompt(text: asked ?? "/")
    default: return pager.move(command, height: state.bodySize.rows) ? [] : nil
    }
    return []
  }

  private mutating func take() {
    asked = field?.text.trimmed
    field = nil
  }

  mutating func type(_ key: Key, _ state: inout ConsoleState) -> [Step] {
    guard field != nil else { return pager.type(key, height: state.bodySize.rows) }
    // The prompt contains the leading slash already; a path that is typed or pasted from its beginning must not have
    // two.
    if field?.text == "/", key == .character("/") { return [] }
    if field?.text == "/", case .paste(let text) = key, text.hasPrefix("/") { field = LinePrompt() }
    switch field?.handle(key) {
    case .accepted: take()
    case .cancelled: return perform(.back, &state) ?? []
    case .edited, .ignored, nil: break
    }
    return []
  }

  func draw(on surface: inout Surface, in area: Rect, _ state: ConsoleState) {
    pager.draw(on: &surface, in: area.inset(columns: 1), state)
  }

  private func lines(_ columns: Int, _ state: ConsoleState) -> [Line] {
    let topic = ReadRequest.Topic.serving(of: nil)
    guard case .serving(let facts)? = state.readings[topic]?.facts else {
      return state.emptyLine(topic, reading: state.words("Reading the rules …"), otherwise: "").wrapped(
        to: columns)
    }
    guard let asked else {
      return Line(state.words("Type a path such as /kapis/weather.example/v1/cities, or a method and a path."), .dim)
        .wrapped(
          to: columns)
    }
    let words = asked.split(separator: " ", maxSplits: 1).map(String.init)
    let (method, target) = words.count == 2 ? (words[0], words[1]) : ("GET", asked)
    guard let request = try? HTTPRequest(method: method, address: target) else {
      return Line(
        state.words("{0}: a path that begins with / is expected, with a method before it or none.", asked),
        .statusWarning
      )
      .wrapped(to: columns)
    }
    return lines(of: facts.explanation(of: request), columns, state.words)
  }

  private func lines(of found: Explanation, _ columns: Int, _ words: Language) -> [Line] {
    func wrapped(_ text: String, _ style: StyleName = .text) -> [Line] {
      Line("  " + text, style).wrapped(to: columns, indent: 4)
    }
    let verdict =
      Line("\(found.method) \(found.target)", .title).wrapped(to: columns)
      + Line(words(found.reason), found.isServed ? .stateInstalled : .stateFailed).wrapped(to: columns)
    let upstream = found.upstream.map { upstream in
      wrapped("\(upstream.method.rawValue) \(upstream.target)")
        + wrapped(words(upstream.destination), .dim)
        + upstream.headers.fields.flatMap { wrapped("\($0.name): \($0.isSecret ? "•••" : $0.value)", .dim) }
    }
    return verdict + section(words("Its upstream is sent"), upstream ?? [])
      + section(words("Why not the others"), found.others.flatMap { wrapped("\($0.rule): \(words($0.reason))") })
      + section(
        words("In each other's way"),
        found.conflicts.flatMap {
          wrapped(words("{0} and {1}: {2}", "\($0.rule)", "\($0.other)", words($0.problem)), .stateBusy)
        })
      + section(words("Problems"), found.problems.flatMap { wrapped(words($0), .stateBusy) })
  }
}

extension UpstreamRequest {
  /// The server or service that receives the request.
  fileprivate var destination: Sentence {
    switch endpoint.location {
    case .address(let address): "to \(address.scheme.rawValue)://\(address.name)"
    case .service(let service): "to service \(service)"
    case nil: "to nothing that is known"
    }
  }
}
