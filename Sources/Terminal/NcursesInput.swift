import CNcurses
import CTerminal
import Glibc

/// Reads input of the terminal and signals of the system as keys.
///
/// Used only by the screen that owns it.
struct NcursesInput {
  private var signals: CaughtSignals
  private let descriptor: Int32
  private var decoder = KeyDecoder()
  private var ready: [Key] = []
  /// The time of the last input, or of the start.
  private var lastInput = ContinuousClock.now
  /// Whether the terminal hung up, so that waiting for it is useless.
  private(set) var isClosed = false

  init(signals: Int32, descriptor: Int32) {
    self.signals = CaughtSignals(signals)
    self.descriptor = descriptor
  }

  mutating func next() -> Key? {
    ready += signals.take(isTerminal: descriptor >= 0)
    while ready.isEmpty {
      let input = decoder.isPasting ? readPaste() : read()
      if input != .nothing { lastInput = .now }
      ready += decoder.decode(input)
      guard input == .nothing else { continue }
      if let pollTimeout, pollTimeout <= .zero { ready += decoder.decode(.silence) }
      if ready.isEmpty, !isClosed, hasEnded {
        isClosed = true
        return .closed
      }
      break
    }
    return ready.isEmpty ? nil : ready.removeFirst()
  }

  /// The time until silence ends incomplete input; `nil` if there is none.
  var pollTimeout: Duration? { decoder.silenceTimeout.map { $0 - lastInput.duration(to: .now) } }

  /// The signal that ends the program; `nil` until it arrives.
  var endingSignal: Int32? { signals.ending }

  /// Whether the program was asked to stop since the last call.
  mutating func takeStop() -> Bool { signals.takeStop() }

  /// Reads pasted text in blocks, because ncurses would make a system call for each byte.
  private mutating func readPaste() -> KeyDecoder.Input {
    guard descriptor >= 0 else { return read() }
    var polled = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    guard poll(&polled, 1, 0) == 1 else { return .nothing }
    var bytes = [UInt8](repeating: 0, count: 1 << 16)
    let count = Glibc.read(descriptor, &bytes, bytes.count)
    guard count > 0 else { return .nothing }
    for byte in bytes[..<(count - 1)] { ready += decoder.decode(.byte(byte)) }
    return .byte(bytes[count - 1])
  }

  /// Discards signals that were meant for another program in the foreground, such as a ctrl-c.
  mutating func forgetInterrupts() { ready += signals.forgetInterrupts() }

  private func read() -> KeyDecoder.Input {
    while true {
      let code = wgetch(ksx_stdscr())
      switch code {
      case ERR: return .nothing
      case 0...255: return .byte(UInt8(code))
      case Self.pasteBegins: return .pasteBegins
      case Self.pasteEnds: return .pasteEnds
      default:
        // One of the others is KEY_RESIZE, which resizeterm queues and the signal has reported already.
        if let key = Self.named[code] { return .key(key) }
      }
    }
  }

  /// Whether the terminal hung up: it is readable, but has no bytes.
  private var hasEnded: Bool {
    guard descriptor >= 0 else { return false }
    var polled = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    guard poll(&polled, 1, 0) == 1 else { return false }
    if polled.revents & Int16(POLLHUP | POLLERR | POLLNVAL) != 0 { return true }
    var waiting: Int32 = 0
    return ioctl(descriptor, UInt(FIONREAD), &waiting) == 0 && waiting == 0
  }

  // Codes above KEY_MAX are free.
  private static let pasteBegins: Int32 = 0x1000
  private static let pasteEnds: Int32 = 0x1001
  private static let firstModified: Int32 = 0x1010

  /// Defines sequences that terminfo lacks: pasting, modified cursor keys, and cursor keys in the mode that
  /// the description does not expect.
  ///
  /// Removes the mouse key: if a slow line cuts a report, ncurses waits for the rest and reads nothing else.
  static func defineKeys() {
    define_key(nil, KEY_MOUSE)
    define_key("\u{1B}[200~", pasteBegins)
    define_key("\u{1B}[201~", pasteEnds)
    for (index, letter) in modifiedLetters.enumerated() {
      for (offset, modifier) in [2, 5].enumerated() {
        define_key("\u{1B}[1;\(modifier)\(letter.letter)", firstModified + Int32(2 * index + offset))
      }
    }
    let plain: [(String, Int32)] = [
      ("A", KEY_UP), ("B", KEY_DOWN), ("C", KEY_RIGHT), ("D", KEY_LEFT), ("H", KEY_HOME), ("F", KEY_END),
    ]
    for (letter, code) in plain {
      define_key("\u{1B}[" + letter, code)
      define_key("\u{1B}O" + letter, code)
    }
    define_key("\u{1B}[1~", KEY_HOME)
    define_key("\u{1B}[4~", KEY_END)
  }

  private static let modifiedLetters: [(letter: String, direction: Key.Direction)] = [
    ("A", .up), ("B", .down), ("C", .right), ("D", .left), ("H", .home), ("F", .end),
  ]

  private static let named: [Int32: Key] = {
    var keys: [Int32: Key] = [
      KEY_UP: .up, KEY_DOWN: .down, KEY_LEFT: .left, KEY_RIGHT: .right, KEY_HOME: .home, KEY_END: .end,
      KEY_PPAGE: .pageUp, KEY_NPAGE: .pageDown, KEY_IC: .insert, KEY_DC: .delete, KEY_ENTER: .enter,
      KEY_BACKSPACE: .backspace, KEY_BTAB: .backTab, KEY_SR: .shift(.up), KEY_SF: .shift(.down),
      KEY_SLEFT: .shift(.left), KEY_SRIGHT: .shift(.right), KEY_SHOME: .shift(.home), KEY_SEND: .shift(.end),
      KEY_A1: .home, KEY_C1: .end, KEY_A3: .pageUp, KEY_C3: .pageDown,
    ]
    for number in 1...24 { keys[ksx_key_function(Int32(number))] = .function(number) }
    for (index, letter) in modifiedLetters.enumerated() {
      keys[firstModified + Int32(2 * index)] = .shift(letter.direction)
      keys[firstModified + Int32(2 * index + 1)] = .ctrl(letter.direction)
    }
    return keys
  }()
}
