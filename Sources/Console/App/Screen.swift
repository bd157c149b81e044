import Client
import Editor
import Extensions
import Terminal

/// One screenful, or a layer over one.
///
/// Views are a stack: the topmost is offered a key first, all hear what happens, and they are drawn
/// from the lowest that can be seen upwards. A view is a value, and only the app changes it.
protocol Screen: Sendable {
  /// The keymap sections that hold here, the nearest first.
  var sections: [KeySection] { get }

  /// Commands worth a place in the footer, the most useful first.
  func hints(_ state: ConsoleState) -> [Action]

  /// Does `command`, or returns `nil` when it is none of this view's.
  mutating func perform(_ command: Command, _ state: inout ConsoleState) -> [Step]?

  /// Does a command of the editor.
  mutating func edit(_ command: EditorCommand, _ state: inout ConsoleState) -> [Step]

  /// Takes a key that is bound to nothing.
  mutating func type(_ key: Key, _ state: inout ConsoleState) -> [Step]

  /// Notices what happened to the cluster or to work this view asked for.
  mutating func notice(_ message: Message, _ state: inout ConsoleState) -> [Step]

  /// Deals with this failure of `plan` by itself, so that nobody else need hear of it.
  func claims(_ plan: Plan, _ failure: ClusterError) -> Bool

  /// Follows what has changed in the state, before the view is drawn or hears a key.
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

  /// Something would be lost or left if the program ended now, as in "the config of devops is not saved".
  func reservation(_ state: ConsoleState) -> String?

  /// What must be done before the program ends.
  func farewell(_ state: ConsoleState) -> [Work]

  /// The extension whose versions this view must know.
  var subject: String? { get }

  /// When this view wants to hear of the time.
  var nextWakeUp: Moment? { get }

  /// Has served its purpose once a change of `name` is under way.
  func isAboutChange(of name: String) -> Bool
}

extension Screen {
  mutating func perform(_ command: Command, _ state: inout ConsoleState) -> [Step]? { nil }
  mutating func edit(_ command: EditorCommand, _ state: inout ConsoleState) -> [Step] { [] }
  mutating func type(_ key: Key, _ state: inout ConsoleState) -> [Step] { [] }
  mutating func notice(_ message: Message, _ state: inout ConsoleState) -> [Step] { [] }
  func claims(_ plan: Plan, _ failure: ClusterError) -> Bool { false }
  mutating func settle(_ state: inout ConsoleState) {}
  var prompt: Prompt? { nil }
  func cursor(in area: Rect, _ state: ConsoleState) -> Point? { nil }
  var question: Question? { nil }
  var isOverlay: Bool { false }
  func reservation(_ state: ConsoleState) -> String? { nil }
  func farewell(_ state: ConsoleState) -> [Work] { [] }
  var subject: String? { nil }
  var nextWakeUp: Moment? { nil }
  func isAboutChange(of name: String) -> Bool { false }
}

/// What a view wants of the app.
enum Step: Sendable {
  case start(Work)
  case open(any Screen)
  /// Take this view off the stack, and open another in its place if one is given.
  case close(opening: (any Screen)? = nil)
  /// Close every view that was about a change to this extension.
  case closeChange(of: String)
  case run(Command, argument: String = "")
  case say(Journal.Tone, String)
  /// Remember what was typed after `:`.
  case ran(String)
  /// Leave the program.
  case finish
}

/// A part of the keymap files.
package enum KeySection: String, CaseIterable, Sendable {
  case everywhere, marketplace, `extension`, plan, prompt, editor
}

/// A line being typed: what stands before it, and the text.
struct Prompt: Sendable {
  var label: String
  var field: LinePrompt
}
