/// A bracketed paste, as far as it has come.
///
/// It ends with its end mark, or with silence: a mark that a bad line lost must not make the console deaf.
struct Paste: Hashable {
  private var bytes: [UInt8] = []
  /// Ctrl-c or escape, when it came last: neither is ever pasted.
  private var lastKey: Key?

  /// A paste is delivered in pieces of this size at most.
  static let maximum = 1 << 20
  private static let endMark = Array("\u{1B}[201~".utf8)

  /// Adds the next byte; returns whether the paste is complete.
  mutating func add(_ byte: UInt8) -> Bool {
    bytes.append(byte)
    lastKey = byte == 3 ? .control("c") : byte == 0x1B ? .escape : nil
    guard byte == UInt8(ascii: "~"), bytes.suffix(Self.endMark.count).elementsEqual(Self.endMark) else { return false }
    bytes.removeLast(Self.endMark.count)
    return true
  }

  /// Delivers what has come when that is much, and goes on.
  mutating func takePiece() -> [Key] {
    // Not in the middle of a character or of the end mark.
    guard bytes.count >= Self.maximum, let last = bytes.last, last < 0x80, last != 0x1B else { return [] }
    defer { bytes = [] }
    return [.paste(text)]
  }

  /// Ctrl-c was pressed twice: the end mark has been lost, and the user wants to leave.
  var isInterrupted: Bool { bytes.count > 1 && bytes[bytes.count - 1] == 3 && bytes[bytes.count - 2] == 3 }

  /// What was pasted, after silence instead of an end mark.
  var keysAfterSilence: [Key] { keys + (lastKey.map { [$0] } ?? []) }

  /// What was pasted.
  var keys: [Key] { [.paste(text)] }

  /// The text without control characters; a carriage return is what terminals make of a line end.
  private var text: String {
    var text = String.UnicodeScalarView()
    var isAfterReturn = false
    for scalar in String(decoding: bytes, as: UTF8.self).unicodeScalars {
      defer { isAfterReturn = scalar == "\r" }
      switch scalar.value {
      case 10 where isAfterReturn: continue
      case 10, 13: text.append("\n")
      case 9, 0x20..<0x7F, 0xA0...: text.append(scalar)
      default: continue
      }
    }
    return String(text)
  }
}
