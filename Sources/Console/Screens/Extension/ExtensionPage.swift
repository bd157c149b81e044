import Client
import Extensions
import KubernetesAPI
import Operations
import Packages
import Platform
import Terminal

/// One page of an extension: what it needs to be known, and how it shows it.
///
/// A value of the extension's screen, which gives it room and the keys.
protocol ExtensionPage: Sendable {
  /// The keymap sections that hold on it besides those of every page, the nearest first.
  var sections: [KeySection] { get }

  func subscriptions(_ state: ConsoleState) -> [Subscription]
  /// What is worth a place in the last row, before what can be done with the extension.
  func hints(_ state: ConsoleState) -> [Hint]
  mutating func settle(_ size: Size, _ state: ConsoleState)
  /// Does `command`, or returns `nil` when it is none of this page's.
  mutating func perform(_ command: Command, _ state: inout ConsoleState) -> [Step]?
  /// The line in which what is sought is typed.
  var prompt: Prompt? { get }
  /// Takes a key of that line.
  mutating func type(_ key: Key) -> [Step]
  /// Takes a mouse's key; the place is counted from the corner of the page.
  mutating func point(_ action: Key.Mouse, at point: Point, _ state: inout ConsoleState) -> [Step]
  func draw(on surface: inout Surface, in area: Rect, _ state: ConsoleState)
  /// How much of it was seen, as `12 %`, or empty.
  var progress: String { get }
  /// The version that the user has chosen on it, or `nil`.
  var chosenVersion: String? { get }
}

extension ExtensionPage {
  var sections: [KeySection] { [] }
  var prompt: Prompt? { nil }
  mutating func type(_ key: Key) -> [Step] { [] }
  func hints(_ state: ConsoleState) -> [Hint] { [] }
  var progress: String { "" }
  var chosenVersion: String? { nil }
}

/// What a page of text says.
protocol PageText: Sendable {
  func subscriptions(_ state: ConsoleState) -> [Subscription]
  func lines(columns: Int, _ state: ConsoleState) -> [Line]
  /// What enter opens.
  func open(_ state: ConsoleState) -> [Step]
}

extension PageText {
  func open(_ state: ConsoleState) -> [Step] { [] }
}

/// A page of lines that are read.
struct TextPage: ExtensionPage {
  private let text: any PageText
  private var pager = Pager()
  private var height = 1

  init(_ text: any PageText) { self.text = text }

  var sections: [KeySection] { [.text] }
  var prompt: Prompt? { pager.prompt }
  func subscriptions(_ state: ConsoleState) -> [Subscription] { text.subscriptions(state) }

  mutating func settle(_ size: Size, _ state: ConsoleState) {
    height = size.rows
    pager.show(text.lines(columns: max(20, size.columns), state), height: height)
  }

  mutating func perform(_ command: Command, _ state: inout ConsoleState) -> [Step]? {
    if command == .open, prompt == nil { return text.open(state) }
    return pager.read(command, height: height)
  }

  mutating func type(_ key: Key) -> [Step] { pager.type(key, height: height) }

  mutating func point(_ action: Key.Mouse, at point: Point, _ state: inout ConsoleState) -> [Step] {
    _ = pager.wheel(.mouse(action, point), height: height)
    return []
  }

  func draw(on surface: inout Surface, in area: Rect, _ state: ConsoleState) {
    pager.draw(on: &surface, in: area, state.theme)
  }

  var progress: String { pager.progress(height: height) }
}

/// A label with what it says, wrapped beside it; nothing where there is nothing to say.
func field(
  _ label: String, _ text: String, _ style: StyleName = .text, columns: Int, indent: Int = 14
) -> [Line] {
  if text.isEmpty { return [] }
  return (Line(label.padded(to: max(indent, label.columns + 1)), .dim) + Line(text, style)).wrapped(
    to: columns, indent: indent)
}

/// Lines under a heading, after a blank one; nothing where there are none.
func section(_ title: String, _ lines: [Line]) -> [Line] {
  lines.isEmpty ? [] : [.blank, Line(title, .title)] + lines
}

extension ConsoleState {
  /// How long ago `time` was, such as `2 min`; what cannot be read stands as it is.
  func age(of time: String) -> String {
    let text = age(time)
    return text.isEmpty ? time : text
  }

  /// The version that is shown of `name` where none is chosen: what runs, else what is wanted, recommended or newest.
  func shownVersion(of name: String) -> String? {
    let status = status(of: name)
    let wanted = [status.running, status.wanted, market.extensions[name]?.recommendedVersion ?? ""]
    let offered = offeredVersions(of: name)
    return wanted.lazy.filter { !$0.isEmpty }.compactMap { version in
      offered.first { VersionText($0) == VersionText(version) }
    }.first ?? offered.first
  }
}
