/// A terminal's control sequence for which ncurses has no key, while it arrives.
///
/// Replies and reports of terminals must never act as keys, however slowly they arrive.
struct ControlSequence: Hashable {
  /// The effect of a byte.
  enum Progress: Hashable {
    case incomplete
    /// The sequence is complete, and means these keys.
    case complete([Key])
    /// The sequence is abandoned, and the byte begins something new.
    case broken
    /// The sequence is abandoned, and an escape before the byte begins something new.
    case interrupted
  }

  private enum Form: Hashable {
    /// `ESC [` parameters, and a letter.
    case csi
    /// `ESC ]`, `ESC P` and the like: a text that ends with BEL or `ESC \`.
    case text
    /// `ESC O` and a letter.
    case shift
    /// `ESC [ M` and three bytes, an old mouse report.
    case oldMouse
  }

  /// The byte after the escape.
  let introducer: UInt8
  private var form: Form
  /// The bytes after the introducer; those of a text are not kept.
  private var parameters: [UInt8] = []
  private var hasBegun = false
  private var mayEnd = false

  /// A sequence that begins with an escape and `introducer`; `nil` if no sequence does.
  init?(_ introducer: UInt8) {
    switch introducer {
    case UInt8(ascii: "["): form = .csi
    case UInt8(ascii: "O"): form = .shift
    // Not `ESC X`: no terminal begins a string with it, and it is also escape and a capital X typed quickly.
    case UInt8(ascii: "]"), UInt8(ascii: "P"), UInt8(ascii: "^"), UInt8(ascii: "_"): form = .text
    default: return nil
    }
    self.introducer = introducer
  }

  /// The alt key that it is if nothing followed the introducer.
  var chord: Key? { hasBegun ? nil : .alt(Character(Unicode.Scalar(introducer))) }

  /// Whether it is a text from the terminal, such as a report of its colours: no key begins so, and it may be slow.
  var isText: Bool { form == .text && hasBegun }

  /// Whether `byte` can follow the introducer if the escape before that may have been a key of its own.
  func canBegin(with byte: UInt8) -> Bool {
    switch introducer {
    case UInt8(ascii: "["): (0x20...0x7E).contains(byte)
    case UInt8(ascii: "]"), UInt8(ascii: "P"): (0x20...0x3F).contains(byte)
    default: false
    }
  }

  /// Adds the next byte.
  mutating func add(_ byte: UInt8) -> Progress {
    // Ctrl-c, CAN and SUB end any sequence.
    if byte == 3 || byte == 0x18 || byte == 0x1A { return .broken }
    defer { hasBegun = true }
    switch form {
    case .csi: return addParameter(byte)
    case .text: return addText(byte)
    case .shift: return (0x30...0x3F).contains(byte) ? .incomplete : end(byte)
    case .oldMouse:
      parameters.append(byte)
      return parameters.count == 3 ? .complete(oldMouse) : .incomplete
    }
  }

  private mutating func addParameter(_ byte: UInt8) -> Progress {
    switch byte {
    // `ESC [ [ A` is a function key of the Linux console.
    case UInt8(ascii: "[") where !hasBegun: return .incomplete
    case 0x20...0x3F:
      if parameters.count < Self.maximum { parameters.append(byte) }
      return .incomplete
    case UInt8(ascii: "M") where parameters.isEmpty:
      form = .oldMouse
      return .incomplete
    case 0x40...0x7E: return .complete(mouse(byte))
    default: return .broken
    }
  }

  private mutating func addText(_ byte: UInt8) -> Progress {
    switch byte {
    case 7: return .complete([])
    case UInt8(ascii: "\\") where mayEnd: return .complete([])
    case _ where mayEnd: return .interrupted
    default:
      mayEnd = byte == 0x1B
      return .incomplete
    }
  }

  private func end(_ byte: UInt8) -> Progress {
    (0x40...0x7E).contains(byte) ? .complete([]) : .broken
  }

  /// The maximum number of parameter bytes; further ones are dropped.
  private static let maximum = 64

  /// The keys of an SGR mouse report: `ESC [ < button ; column ; row M`, with `m` for a release.
  private func mouse(_ final: UInt8) -> [Key] {
    guard final == UInt8(ascii: "M"), parameters.first == UInt8(ascii: "<") else { return [] }
    let numbers = parameters.dropFirst().split(separator: UInt8(ascii: ";")).map { digits in
      Int(String(decoding: digits, as: UTF8.self)) ?? -1
    }
    return numbers.count == 3 ? Self.mouse(numbers[0], column: numbers[1], row: numbers[2]) : []
  }

  /// The keys of an X10 mouse report: button, column and row, each a byte with 32 added.
  private var oldMouse: [Key] {
    Self.mouse(Int(parameters[0]) - 32, column: Int(parameters[1]) - 32, row: Int(parameters[2]) - 32)
  }

  /// Positions count from one; releases and other buttons are ignored.
  private static func mouse(_ button: Int, column: Int, row: Int) -> [Key] {
    guard column > 0, row > 0 else { return [] }
    let point = Point(row: row - 1, column: column - 1)
    switch button {
    case 0: return [.mouse(.click, point)]
    case 64: return [.mouse(.wheelUp, point)]
    case 65: return [.mouse(.wheelDown, point)]
    default: return []
    }
  }
}
