/// Where a surface is shown and where keys come from.
///
/// There are two: `NcursesScreen` for users and `MemoryScreen` for tests. A screen belongs to the thread
/// that made it and is deliberately not `Sendable`.
package protocol TerminalScreen: AnyObject {
  var size: Size { get }

  /// The file descriptors that become readable when `nextKey` may have a key.
  var descriptors: [Int32] { get }

  /// Makes the terminal look like `surface`, with the cursor at `cursor` or hidden.
  func show(_ surface: Surface, cursor: Point?)

  /// Gives the terminal back; doing it twice does no harm.
  func close()

  /// How long until `nextKey` may have a key although nothing becomes readable, such as the end of a paste without an
  /// end mark.
  var patience: Duration? { get }

  /// The next key already typed, or `nil` when there is none. Never waits.
  func nextKey() -> Key?

  /// Paints everything again at the next `show`, after another program wrote to the terminal.
  func redraw()

  /// Asks the terminal to put `text` on its clipboard; nothing says whether it did.
  func copy(_ text: String)

  /// Leaves the terminal to another program while `work` runs.
  func lend(to work: () -> Void)

  /// The signal that has ended the program, if one has.
  var endingSignal: Int32? { get }

  /// Has `words` written to the standard error when the program crashes, once the terminal is as it was; empty is nothing.
  func sayWhenCrashed(_ words: String)

  /// Stops the program as ctrl-z does, and paints everything again when it goes on.
  func suspend()
}

/// A screen that remembers what it was last asked to show and plays back keys.
package final class MemoryScreen: TerminalScreen {
  package private(set) var size: Size
  /// What was shown last.
  package private(set) var shown: Surface
  /// Where the cursor was shown last.
  package private(set) var cursor: Point?
  /// How often `show` was called.
  package private(set) var frames = 0
  /// What was put on the clipboard last.
  package private(set) var copied: String?
  /// How often the program was suspended.
  package private(set) var suspensions = 0
  /// What is said when the program crashes.
  package private(set) var crashWords = ""
  /// The signal that has ended the program, as a test has it.
  package var endingSignal: Int32?
  private var keys: [Key] = []

  /// A blank screen of `size`.
  package init(size: Size) {
    self.size = size
    self.shown = Surface(size: size)
  }

  package var descriptors: [Int32] { [] }

  package var patience: Duration? { nil }

  /// Queues `keys` as if the user typed them.
  package func type(_ keys: Key...) {
    self.keys += keys
  }

  /// Queues one key for each character of `text`.
  package func type(_ text: String) {
    keys += text.map { .character($0) }
  }

  /// Changes the size, as a user does by dragging a corner.
  package func resize(to size: Size) {
    self.size = size
    keys.append(.resized)
  }

  package func show(_ surface: Surface, cursor: Point?) {
    shown = surface
    self.cursor = cursor
    frames += 1
  }

  package func nextKey() -> Key? {
    keys.isEmpty ? nil : keys.removeFirst()
  }

  package func redraw() {}

  package func close() {}

  package func copy(_ text: String) { copied = text }

  package func lend(to work: () -> Void) { work() }

  package func sayWhenCrashed(_ words: String) { crashWords = words }

  package func suspend() { suspensions += 1 }
}
