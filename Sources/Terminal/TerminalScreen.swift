/// Shows surfaces and returns keys.
///
/// There are three: `NcursesScreen` and `PlainScreen` for users, and `MemoryScreen` for tests. A screen is used
/// only on the thread that created it and is deliberately not `Sendable`.
package protocol TerminalScreen: AnyObject {
  var size: Size { get }

  /// The file descriptors that become readable when `nextKey` may have a key.
  var descriptors: [Int32] { get }

  /// Shows `surface`, with the cursor at `cursor` or hidden.
  func show(_ surface: Surface, cursor: Point?)

  /// Restores the terminal; further calls have no effect.
  func close()

  /// The time until `nextKey` may have a key although nothing becomes readable, such as the end of a paste without an
  /// end mark.
  var pollTimeout: Duration? { get }

  /// The next key that was typed; `nil` if there is none. Never waits.
  func nextKey() -> Key?

  /// Makes the next `show` draw everything again, after another program wrote to the terminal.
  func redraw()

  /// Asks the terminal to put `text` on its clipboard; there is no confirmation.
  func copy(_ text: String)

  /// Lends the terminal to another program while `work` runs.
  func lend(to work: () -> Void)

  /// The signal that ends the program; `nil` until it arrives.
  var endingSignal: Int32? { get }

  /// Sets the text that a crash prints to standard error after the terminal is restored; empty for none.
  func setCrashMessage(_ words: String)

  /// Stops the program as ctrl-z does, and draws everything again when it is continued.
  func suspend()
}

/// A screen that keeps the last surface and returns queued keys.
package final class MemoryScreen: TerminalScreen {
  package private(set) var size: Size
  /// The last surface.
  package private(set) var shown: Surface
  /// The last position of the cursor.
  package private(set) var cursor: Point?
  /// The number of calls to `show`.
  package private(set) var frames = 0
  /// The last text for the clipboard.
  package private(set) var copied: String?
  /// The number of calls to `suspend`.
  package private(set) var suspensions = 0
  /// The text for a crash.
  package private(set) var crashWords = ""
  /// The signal that ends the program, set by a test.
  package var endingSignal: Int32?
  private var keys: [Key] = []

  /// A blank screen of `size`.
  package init(size: Size) {
    self.size = size
    self.shown = Surface(size: size)
  }

  package var descriptors: [Int32] { [] }

  package var pollTimeout: Duration? { nil }

  /// Queues `keys` as if the user typed them.
  package func type(_ keys: Key...) {
    self.keys += keys
  }

  /// Queues one key for each character of `text`.
  package func type(_ text: String) {
    keys += text.map { .character($0) }
  }

  /// Changes the size, as if the user resized the window.
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

  package func setCrashMessage(_ words: String) { crashWords = words }

  package func suspend() { suspensions += 1 }
}
