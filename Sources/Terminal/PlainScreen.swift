import CTerminal
import Glibc

/// A screen that only prints lines, for screen readers and for terminals on which the cursor cannot be moved.
///
/// It prints the lines of a frame that are new, and the line of a list to which the selection has moved. It does not
/// position, colour or overwrite text.
package final class PlainScreen: TerminalScreen {
  private let input: Int32
  private let output: Int32
  private var decoder = KeyDecoder()
  private var ready: [Key] = []
  private var lastInput = ContinuousClock.now
  private var lines: [String] = []
  /// The terminal's original modes; `nil` if they are restored, or if the input is not a terminal.
  private var former: termios?
  private var signals = CaughtSignals(-1)
  /// Whether this screen handles the process's signals.
  private var hasSignals = false
  private var isClosed = false
  package private(set) var endingSignal: Int32?

  package private(set) var size: Size

  /// The default size, too narrow for panes side by side, whose rows would be read as one line.
  package static let narrow = Size(rows: 50, columns: 59)

  /// A screen that reads keys from `input` and prints lines to `output`, neither of which need be a terminal.
  package init(input: Int32 = STDIN_FILENO, output: Int32 = STDOUT_FILENO, size: Size = narrow) {
    (self.input, self.output, self.size) = (input, output, size)
    takeOver()
  }

  /// Makes the terminal send keys at once and without echo; a signal or a crash restores it first.
  private func takeOver() {
    var modes = termios()
    guard tcgetattr(input, &modes) == 0 else { return }
    former = modes
    if ksx_screen_claim() == 1 {
      hasSignals = true
      signals = CaughtSignals(ksx_signals_catch())
      ksx_restore_arm(input)
    }
    setRaw()
  }

  private func setRaw() {
    guard var modes = former else { return }
    cfmakeraw(&modes)
    // Output still needs line ends.
    modes.c_oflag |= tcflag_t(OPOST | ONLCR)
    tcsetattr(input, TCSANOW, &modes)
  }

  deinit { close() }

  /// Restores the terminal; further calls have no effect.
  package func close() {
    guard var modes = former else { return }
    former = nil
    tcsetattr(input, TCSANOW, &modes)
    guard hasSignals else { return }
    hasSignals = false
    ksx_restore_disarm()
    if signals.descriptor >= 0 { ksx_signals_let_go() }
    signals = CaughtSignals(-1)
    ksx_screen_release()
  }

  package func setCrashMessage(_ words: String) { ksx_say_when_crashed(words) }

  package var descriptors: [Int32] {
    (isClosed ? [] : [input]) + (signals.descriptor < 0 ? [] : [signals.descriptor])
  }
  package var pollTimeout: Duration? { decoder.silenceTimeout.map { $0 - lastInput.duration(to: .now) } }

  /// Prints the lines that are new, from the top.
  package func show(_ surface: Surface, cursor: Point?) {
    let fresh = surface.description.split(separator: "\n", omittingEmptySubsequences: false).map {
      Self.spoken(String($0))
    }
    let known = Set(lines)
    for line in fresh where !line.isEmpty && !known.contains(line) && !isUnmarked(line) { write(line) }
    lines = fresh
  }

  /// Whether a line has only lost the mark of the selection, and need not be printed.
  private func isUnmarked(_ line: String) -> Bool { lines.contains(">" + line) || lines.contains("> " + line) }

  /// The line without box drawing and the blanks between columns.
  private static func spoken(_ line: String) -> String {
    let words = line.split(whereSeparator: { $0 == " " || "─│┌┐└┘".contains($0) })
    return words.joined(separator: " ")
  }

  private func write(_ line: String) {
    var rest = Array(((PlainText.isWanted ? PlainText.text(line) : line) + "\n").utf8)[...]
    if hasSignals { ksx_output_begin() }
    defer { if hasSignals { ksx_output_end() } }
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(output, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return }
      rest = rest.dropFirst(count)
    }
  }

  package func nextKey() -> Key? {
    ready += signals.take(isTerminal: hasSignals)
    endingSignal = endingSignal ?? signals.ending
    if signals.takeStop() { suspend() }
    if ready.isEmpty { read() }
    return ready.isEmpty ? nil : ready.removeFirst()
  }

  private func read() {
    var polled = pollfd(fd: input, events: Int16(POLLIN), revents: 0)
    guard !isClosed, poll(&polled, 1, 0) == 1 else {
      ready += decoder.decode(.nothing)
      if let pollTimeout, pollTimeout <= .zero { ready += decoder.decode(.silence) }
      return
    }
    lastInput = .now
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = Glibc.read(input, &bytes, bytes.count)
    guard count > 0 else {
      isClosed = true
      ready.append(.closed)
      return
    }
    var rest = bytes[..<count]
    while let byte = rest.popFirst() {
      if byte == 0x1B, let key = Self.cursorKey(rest.prefix(2)) {
        ready += decoder.decode(.key(key))
        rest = rest.dropFirst(2)
      } else {
        ready += decoder.decode(.byte(byte))
      }
    }
    ready += decoder.decode(.nothing)
  }

  /// The cursor key whose sequence has the bytes `rest` after its escape.
  private static func cursorKey(_ rest: ArraySlice<UInt8>) -> Key? {
    guard rest.count == 2, rest.first == UInt8(ascii: "[") || rest.first == UInt8(ascii: "O") else { return nil }
    let keys: [UInt8: Key] = [
      UInt8(ascii: "A"): .up, UInt8(ascii: "B"): .down, UInt8(ascii: "C"): .right, UInt8(ascii: "D"): .left,
      UInt8(ascii: "H"): .home, UInt8(ascii: "F"): .end,
    ]
    return rest.last.flatMap { keys[$0] }
  }

  package func copy(_ text: String) {}

  /// Prints all lines again at the next `show`.
  package func redraw() { lines = [] }

  package func lend(to work: () -> Void) {
    guard var modes = former else { return work() }
    tcsetattr(input, TCSANOW, &modes)
    work()
    ready += signals.forgetInterrupts()
    setRaw()
    redraw()
  }

  package func suspend() { lend(to: ksx_stop) }
}
