import Client
import Editor
import Extensions
import Operations
import Platform
import Terminal

/// A full screen, or an overlay.
///
/// Screens form a stack. Keys are offered to the topmost one; drawing begins with the lowest one that is visible. A
/// screen is a value that only the app changes. It draws from the state, and stores only the selection, scroll position
/// and input of its own.
protocol Screen: Sendable {
  /// The keymap sections that apply, the most specific first.
  var sections: [KeySection] { get }

  /// The name of the screen for the header; empty for overlays.
  func title(_ state: ConsoleState) -> String

  /// What must be read or watched while this screen is open.
  func subscriptions(_ state: ConsoleState) -> [Subscription]

  /// Hints for the last row, the most useful first; only for commands that would not be refused.
  func hints(_ state: ConsoleState) -> [Hint]

  /// Runs `command`; returns `nil` if the screen does not handle it.
  mutating func perform(_ command: Command, _ state: inout ConsoleState) -> [Step]?

  /// Runs a command of the editor.
  mutating func edit(_ command: EditorCommand, _ state: inout ConsoleState) -> [Step]

  /// Whether keys that are not bound are text input.
  var takesText: Bool { get }

  /// Handles a key that is not bound.
  mutating func type(_ key: Key, _ state: inout ConsoleState) -> [Step]

  /// Updates the screen for the current state, before it is drawn or handles a key.
  mutating func settle(_ state: inout ConsoleState)

  func draw(on surface: inout Surface, in area: Rect, _ state: ConsoleState)

  /// A prompt in place of the status line.
  var prompt: Prompt? { get }

  /// The position of the cursor, unless it is in the prompt.
  func cursor(in area: Rect, _ state: ConsoleState) -> Point?

  /// The question that a key can answer here; `nil` if keys have no consequences.
  var question: Question? { get }

  /// Whether the screen below remains visible.
  var isOverlay: Bool { get }

  /// What would be lost if the program ended now, as in "The config of devops is not saved".
  func unsavedWork(_ state: ConsoleState) -> Sentence?

  /// The requests to be carried out before the program ends.
  func requestsBeforeExit(_ state: ConsoleState) -> [Request]

  /// The place of this screen, if the user can return to it.
  var place: Location? { get }

  /// What tells it from other screens, so that it is open only once; `nil` if it may be open several times.
  var identity: String? { get }

  /// Whether it has input of the user, so that it is shown again as it was left if it is opened once more.
  var keepsInput: Bool { get }

  /// The extension this screen is about.
  var extensionName: String? { get }

  /// The extension that commands are about: the screen's own, or the selected one.
  var subject: String? { get }

  /// When `wake` must be called.
  var nextWakeUp: ClockReading? { get }

  /// Called when `nextWakeUp` is reached.
  mutating func wake(_ state: inout ConsoleState)

  /// Whether the screen is to be closed when a change of `name` was accepted.
  func isAboutChange(of name: String) -> Bool
}

extension Screen {
  func title(_ state: ConsoleState) -> String { "" }
  func subscriptions(_ state: ConsoleState) -> [Subscription] { [] }
  mutating func perform(_ command: Command, _ state: inout ConsoleState) -> [Step]? { nil }
  mutating func edit(_ command: EditorCommand, _ state: inout ConsoleState) -> [Step] { [] }
  mutating func type(_ key: Key, _ state: inout ConsoleState) -> [Step] { [] }
  mutating func settle(_ state: inout ConsoleState) {}
  var takesText: Bool { prompt != nil || sections.isEmpty || sections.contains(.editor) || sections.contains(.prompt) }
  var place: Location? { nil }
  var identity: String? { place?.text }
  var keepsInput: Bool { false }
  var prompt: Prompt? { nil }
  func cursor(in area: Rect, _ state: ConsoleState) -> Point? { nil }
  var question: Question? { nil }
  var isOverlay: Bool { false }
  func unsavedWork(_ state: ConsoleState) -> Sentence? { nil }
  func requestsBeforeExit(_ state: ConsoleState) -> [Request] { [] }
  var extensionName: String? { nil }
  var subject: String? { extensionName }
  var nextWakeUp: ClockReading? { nil }
  mutating func wake(_ state: inout ConsoleState) {}
  func isAboutChange(of name: String) -> Bool { false }
}

/// What a screen asks the app to do.
///
/// Indirect, because the code that copies large payloads is much of a program's size.
indirect enum Step: Sendable {
  case start(Request)
  /// Sends these plans, which the user has confirmed, each when its predecessors have ended.
  case submitAll(ManyPlans)
  /// Sends this plan, then the others; the user has confirmed all of them.
  case submit(Plan, then: [Plan] = [])
  /// Opens the config of an extension in the user's own editor.
  case editOutside(String, of: String)
  /// Passes a text that was merged with the cluster's to the editor of an extension's config.
  case merged(String, over: String, of: String)
  /// Copies a text to the terminal's clipboard, and shows what was copied.
  case copy(String, what: Sentence)
  case open(any Screen)
  /// Closes this screen, and opens another in its place if one is given.
  case close(opening: (any Screen)? = nil)
  case run(Command, argument: String = "")
  case say(MessageLog.Tone, Sentence)
  /// Adds what was typed after `:` to its history.
  case ran(String)
  /// Leaves the program when what is being sent was answered.
  case leave
  /// Leaves the program, and cancels what is being sent.
  case leaveAtOnce
}

/// A section of the keymap files.
package enum KeySection: String, CaseIterable, Sendable {
  case everywhere, list, text, marketplace, `extension`, versions, gateway, progress, repositories, plan, merge, draft
  case prompt, editor
}

/// An input line: its label, the text, and what accepting it does.
struct Prompt: Sendable {
  var label: Sentence
  var field: LinePrompt
  var verb: Sentence
  /// The syntax of the input, if it is not obvious.
  var grammar: Sentence?
}
