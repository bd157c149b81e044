import Client
import Editor
import Extensions
import Operations
import Platform
import Terminal

/// One screenful, or a layer over one.
///
/// Screens are a stack: the topmost is offered a key first, and they are drawn from the lowest that can be seen
/// upwards. A screen is a value that only the app changes. It draws from the state, and keeps for itself only what
/// is selected, scrolled to and typed.
protocol Screen: Sendable {
  /// The keymap sections that hold here, the nearest first.
  var sections: [KeySection] { get }

  /// Where one is, in the header; empty for what lies over another screen.
  func title(_ state: ConsoleState) -> String

  /// What must be known for as long as this screen is open.
  func subscriptions(_ state: ConsoleState) -> [Subscription]

  /// What is worth a place in the last row, the most useful first: only what would not be refused.
  func hints(_ state: ConsoleState) -> [Hint]

  /// Does `command`, or returns `nil` when it is none of this screen's.
  mutating func perform(_ command: Command, _ state: inout ConsoleState) -> [Step]?

  /// Does a command of the editor.
  mutating func edit(_ command: EditorCommand, _ state: inout ConsoleState) -> [Step]

  /// Keys that are bound to nothing are text here.
  var takesText: Bool { get }

  /// Takes a key that is bound to nothing.
  mutating func type(_ key: Key, _ state: inout ConsoleState) -> [Step]

  /// Follows what has changed in the state, before the screen is drawn or takes a key.
  mutating func settle(_ state: inout ConsoleState)

  func draw(on surface: inout Surface, in area: Rect, _ state: ConsoleState)

  /// A line being typed, which takes the place of the status line.
  var prompt: Prompt? { get }

  /// Where the cursor belongs, when it is not in the prompt.
  func cursor(in area: Rect, _ state: ConsoleState) -> Point?

  /// What a key could agree to here; `nil` where keys have no consequences.
  var question: Question? { get }

  /// What is below still shows.
  var isOverlay: Bool { get }

  /// What would be lost if the program ended now, as in "The config of devops is not saved".
  func unsavedWork(_ state: ConsoleState) -> Sentence?

  /// What must be done before the program ends.
  func requestsBeforeExit(_ state: ConsoleState) -> [Request]

  /// The place this screen is, if it is one that can be come back to.
  var place: Place? { get }

  /// The extension this screen is about.
  var extensionName: String? { get }

  /// The extension that commands are about here: the screen's own, or the selected one.
  var subject: String? { get }

  /// When this screen wants to hear of the time.
  var nextWakeUp: ClockReading? { get }

  /// The time has come.
  mutating func wake(_ state: inout ConsoleState)

  /// Has served its purpose once a change of `name` was accepted.
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
  var place: Place? { nil }
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

/// What a screen wants of the app.
enum Step: Sendable {
  case start(Request)
  /// Send these plans, each when those that it waits for have ended: the user has confirmed them.
  case submitAll(ManyPlans)
  /// Send this plan to the cluster, and then the others: the user has confirmed all of it.
  case submit(Plan, then: [Plan] = [])
  /// Have the user's own editor edit the config of an extension.
  case editOutside(String, of: String)
  /// Give the editor of an extension's config a text that was put together with the cluster's.
  case merged(String, over: String, of: String)
  /// Put a text on the terminal's clipboard, and say what it is.
  case copy(String, what: Sentence)
  case open(any Screen)
  /// Take this screen off the stack, and open another in its place if one is given.
  case close(opening: (any Screen)? = nil)
  case run(Command, argument: String = "")
  case say(MessageLog.Tone, Sentence)
  /// Remember what was typed after `:`.
  case ran(String)
  /// Leave the program, as soon as what is being sent has been answered.
  case leave
  /// Leave the program, cancelling what is being sent.
  case leaveAtOnce
}

/// A part of the keymap files.
package enum KeySection: String, CaseIterable, Sendable {
  case everywhere, list, text, marketplace, `extension`, versions, gateway, progress, repositories, plan, merge, draft
  case prompt, editor
}

/// A line being typed: what stands before it, the text, and what accepting it does.
struct Prompt: Sendable {
  var label: Sentence
  var field: LinePrompt
  var verb: String
  /// What can be typed, where it is not plain.
  var grammar: Sentence?
}
