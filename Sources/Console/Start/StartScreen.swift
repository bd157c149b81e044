package import Platform
package import Terminal

/// One of the choices if nothing specifies the cluster.
package struct StartChoice: Hashable, Identifiable, Sendable {
  /// What to do if the choice is taken.
  package enum Action: Hashable, Sendable {
    /// Open the console with these arguments.
    case open([String])
    /// Log in at a gateway whose address the user types next.
    case login
  }

  package let title: Sentence
  package let remark: Sentence
  package let action: Action

  package var id: String { title.english }

  /// Creates the choice called `title`.
  package init(_ title: Sentence, _ remark: Sentence, _ action: Action) {
    (self.title, self.remark, self.action) = (title, remark, action)
  }
}

/// The user's answer on the start screen.
package enum StartAnswer: Hashable, Sendable {
  case open([String])
  /// Log in at this gateway as this user.
  case login(gateway: String, user: String, password: String)
  case leave
}

/// The first screen if nothing specifies the cluster: a choice instead of an error.
package struct StartScreen: Sendable {
  private let choices: [StartChoice]
  private let reason: Sentence
  private let settings: Settings
  private var list = ListView<StartChoice>()
  /// The field of a login that the user is typing; `nil` while there is a choice.
  private var field: Field?
  private var typed: [Field: LinePrompt] = [:]
  /// Why the login that was tried last did not succeed, or empty.
  private var loginFailure: Sentence = ""
  private var pending: [Key] = []
  /// The user's answer; `nil` until there is one.
  package private(set) var answer: StartAnswer?

  /// Creates a choice among `choices`, which is necessary for `reason`.
  package init(_ choices: [StartChoice], reason: Sentence, _ settings: Settings) {
    (self.choices, self.reason, self.settings) = (choices, reason, settings)
  }

  /// What is typed for a login, one after the other.
  private enum Field: Int, CaseIterable {
    case gateway, user, password

    var label: Sentence {
      switch self {
      case .gateway: "Address of the gateway: "
      case .user: "User: "
      case .password: "Password: "
      }
    }
  }

  private static let headRows = 4

  /// Shows that the login did not succeed for `reason`, and asks for the password again; escape leads back to the user
  /// and the address.
  package mutating func showLoginFailure(_ reason: Sentence) {
    (answer, loginFailure, field) = (nil, reason, .password)
    typed[.password] = LinePrompt()
  }

  /// Handles a key on a screen of `size`.
  package mutating func press(_ key: Key, _ size: Size) {
    let height = size.rows - Self.headRows - 2
    list.settle(choices, height: height)
    if key == .closed { return answer = .leave }
    if let field { return type(key, into: field) }
    if case .mouse(let action, let point) = key {
      if list.point(action, row: point.row - Self.headRows, in: choices, height: height) { choose() }
      return
    }
    pending.append(key)
    let match = settings.match(pending, in: [.everywhere])
    if match == .pending { return }
    pending = []
    guard case .command(.command(let command)) = match else { return }
    switch command {
    case .open: choose()
    case .close, .quit, .back: answer = .leave
    default: _ = list.move(command, in: choices, height: height)
    }
  }

  private mutating func choose() {
    switch choices.first(where: { $0.id == list.selected })?.action {
    case .open(let arguments)?: answer = .open(arguments)
    case .login?:
      field = .gateway
      typed[.gateway] = typed[.gateway] ?? LinePrompt(text: "https://")
    case nil: break
    }
  }

  private mutating func type(_ key: Key, into field: Field) {
    var line = typed[field] ?? LinePrompt()
    let outcome = line.handle(key)
    typed[field] = line
    switch outcome {
    case .cancelled:
      if field == .password { typed[field] = nil }
      self.field = Field(rawValue: field.rawValue - 1)
    case .accepted where line.text.isEmpty: break
    case .accepted: accept(field, line.text)
    case .edited, .ignored: break
    }
  }

  private mutating func accept(_ field: Field, _ text: String) {
    loginFailure = ""
    if field == .gateway { typed[field] = LinePrompt(text: Self.address(text)) }
    guard field == .password else { return self.field = Field(rawValue: field.rawValue + 1) }
    answer = .login(gateway: typed[.gateway]?.text ?? "", user: typed[.user]?.text ?? "", password: text)
  }

  /// The address without the `https://` that was there when a whole address was pasted behind it.
  private static func address(_ text: String) -> String {
    let rest = text.dropFirst("https://".count)
    return text.hasPrefix("https://") && (rest.hasPrefix("http://") || rest.hasPrefix("https://")) ? String(rest) : text
  }

  /// Draws the choices, and returns the position of the cursor if the user is typing.
  package mutating func draw(on surface: inout Surface) -> Point? {
    let theme = settings.theme
    let words = Language(name: settings.language)
    surface.fill(surface.bounds, style: theme[.text])
    let (head, rest) = surface.bounds.split(top: Self.headRows)
    surface.fill(head.row(0), style: theme[.header])
    surface.write(" ksx", row: 0, in: head, style: theme[.header])
    for (row, line) in words(reason).wrapped(to: head.size.columns - 2).prefix(2).enumerated() {
      surface.write(line, row: row + 1, in: head.inset(columns: 1), style: theme[.dim])
    }
    surface.write(words("Which cluster?"), row: 3, in: head.inset(columns: 1), style: theme[.title])
    let (body, bottom) = rest.split(bottom: 2)
    list.settle(choices, height: body.size.rows)
    var frame = ListFrame()
    frame.selectsRow = true
    frame.words = words
    list.draw(choices, Self.columns(of: choices, words), frame, on: &surface, in: body, theme)
    if field == nil { drawFullRemark(on: &surface, in: body, theme, words) }
    drawRemark(on: &surface, in: body, theme, words)
    return drawBottom(on: &surface, in: bottom, theme, words)
  }

  /// The line being typed, and where its cursor is; without one the keys.
  private mutating func drawBottom(
    on surface: inout Surface, in bottom: Rect, _ theme: Theme, _ words: Language
  ) -> Point? {
    guard let field else {
      let keys = settings.keys(for: .open, in: [.everywhere]).first ?? "enter"
      let leave = settings.keys(for: .close, in: [.everywhere]).first ?? "q"
      surface.write(
        " \(keys) \(words("open"))  \(leave) \(words("quit"))", row: 1, in: bottom, style: theme[.status])
      return nil
    }
    let (enter, escape) = ("enter", "esc")
    surface.write(
      " \(enter) \(words("go on"))  \(escape) \(words(Command.back.hint))", row: 1, in: bottom, style: theme[.status])
    let end = surface.write(" " + words(field.label), row: 0, in: bottom, style: theme[.prompt])
    return shown(field).draw(on: &surface, in: bottom.row(0).split(left: end).rest, style: theme[.prompt])
  }

  /// The line as it is shown: a password as dots.
  private func shown(_ field: Field) -> LinePrompt {
    let line = typed[field] ?? LinePrompt()
    guard field == .password else { return line }
    var dots = LinePrompt(text: String(repeating: "•", count: line.text.count))
    for _ in line.cursor..<line.text.count { _ = dots.handle(.left) }
    return dots
  }

  /// Draws why the last login failed, or that the connection is not encrypted.
  private func drawRemark(on surface: inout Surface, in body: Rect, _ theme: Theme, _ words: Language) {
    let isUnencrypted = field == .password && typed[.gateway]?.text.hasPrefix("http://") == true
    let remark =
      loginFailure.isEmpty && isUnencrypted
      ? words("The password goes there unencrypted, and can be read on the way.") : words(loginFailure)
    let style: StyleName = loginFailure.isEmpty ? .statusWarning : .statusError
    guard field != nil, !remark.isEmpty else { return }
    let lines = remark.wrapped(to: body.size.columns - 2).suffix(body.size.rows)
    for (row, line) in lines.enumerated() {
      let row = body.row(body.size.rows - lines.count + row)
      surface.fill(row, style: theme[.text])
      surface.write(line, row: 0, in: row.inset(columns: 1), style: theme[style])
    }
  }

  /// Draws the complete remark of the selected choice if its row cuts it off.
  private func drawFullRemark(on surface: inout Surface, in body: Rect, _ theme: Theme, _ words: Language) {
    guard let choice = choices.first(where: { $0.id == list.selected }) else { return }
    let remark = words(choice.remark)
    let lines = remark.wrapped(to: body.size.columns - 2)
    let free = body.size.rows - choices.count - 2
    let room = body.size.columns - Self.titleWidth(of: choices, words) - 4
    guard remark.columns > room, lines.count <= free else { return }
    for (row, line) in lines.enumerated() {
      surface.write(line, row: body.size.rows - lines.count + row, in: body.inset(columns: 1), style: theme[.dim])
    }
  }

  /// Wide enough for the longest title: names of contexts often differ only at their end.
  private static func titleWidth(of choices: [StartChoice], _ words: Language) -> Int {
    choices.reduce(20) { max($0, min(40, words($1.title).columns)) }
  }

  private static func columns(of choices: [StartChoice], _ words: Language) -> [Column<StartChoice>] {
    [
      Column("", width: titleWidth(of: choices, words), rank: 0) { words($0.title) },
      Column("", width: 20, upTo: 200, rank: 1, style: { _ in .dim }) { words($0.remark) },
    ]
  }
}
