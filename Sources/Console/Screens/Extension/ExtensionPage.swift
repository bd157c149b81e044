import Client
import Extensions
import KubernetesAPI
import Operations
import Packages
import Platform
import Terminal

/// A page of an extension.
///
/// A value of the extension's screen, which passes area and keys to it.
protocol ExtensionPage: Sendable {
  /// The keymap sections of this page, besides those of every page; the most specific first.
  var sections: [KeySection] { get }

  func subscriptions(_ state: ConsoleState) -> [Subscription]
  /// The hints of the page, which precede those about the extension.
  func hints(_ state: ConsoleState) -> [Hint]
  mutating func settle(_ size: Size, _ state: ConsoleState)
  /// Runs `command`; returns `nil` if the page does not handle it.
  mutating func perform(_ command: Command, _ state: inout ConsoleState) -> [Step]?
  /// The prompt for a search.
  var prompt: Prompt? { get }
  /// Handles a key in the prompt.
  mutating func type(_ key: Key) -> [Step]
  /// Handles a mouse action; the point is relative to the page.
  mutating func point(_ action: Key.Mouse, at point: Point, _ state: inout ConsoleState) -> [Step]
  func draw(on surface: inout Surface, in area: Rect, _ state: ConsoleState)
  /// How much was seen, as `12 %`, or empty.
  var progress: String { get }
  /// The version that the user has selected on the page, or `nil`.
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

/// The contents of a text page.
protocol PageText: Sendable {
  func subscriptions(_ state: ConsoleState) -> [Subscription]
  func lines(columns: Int, _ state: ConsoleState) -> [Line]
  /// The steps of the enter key.
  func open(_ state: ConsoleState) -> [Step]
}

extension PageText {
  func open(_ state: ConsoleState) -> [Step] { [] }
}

/// A page of text.
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
    return pager.handle(command, height: height)
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

/// A label with a text, which is wrapped beside it; empty if the text is.
func field(
  _ label: String, _ text: String, _ style: StyleName = .text, columns: Int, indent: Int = 14
) -> [Line] {
  if text.isEmpty { return [] }
  return (Line(label.padded(to: max(indent, label.columns + 1)), .dim) + Line(text, style)).wrapped(
    to: columns, indent: indent)
}

/// A heading with lines, after a blank line; empty without lines.
func section(_ title: String, _ lines: [Line]) -> [Line] {
  lines.isEmpty ? [] : [.blank, Line(title, .title)] + lines
}

extension ConsoleState {
  /// The age of `time`, such as `2 min`; `time` itself if it cannot be parsed.
  func age(of time: String) -> String {
    let text = age(time)
    return text.isEmpty ? time : text
  }

  /// The version of `name` to show if none is selected: the running one, else the wanted, recommended or newest.
  func shownVersion(of name: String) -> String? {
    let status = status(of: name)
    let wanted = [status.running, status.wanted, market.extensions[name]?.recommendedVersion ?? ""]
    let offered = offeredVersions(of: name)
    return wanted.lazy.filter { !$0.isEmpty }.compactMap { version in
      offered.first { VersionText($0) == VersionText(version) }
    }.first ?? offered.first
  }
}
