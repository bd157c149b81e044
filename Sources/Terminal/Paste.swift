/// A bracketed paste while it arrives.
///
/// It ends with its end mark, or after silence: if a bad line loses the mark, the console must still react to keys.
struct Paste: Hashable {
  private var bytes: [UInt8] = []
  /// Ctrl-c or escape, if it was the last byte: neither is ever pasted.
  private var lastKey: Key?

  /// The number of bytes from which a paste is returned in pieces.
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

  /// Returns the text so far if it is long, and continues.
  mutating func takePiece() -> [Key] {
    // Does not split a character, a line end of two bytes, or what may be the end mark.
    guard bytes.count >= Self.maximum, let last = bytes.last, last < 0x80, last != 13, !mayBeginEndMark else {
      return []
    }
    defer { bytes = [] }
    return [.paste(text)]
  }

  private var mayBeginEndMark: Bool {
    (1..<Self.endMark.count).contains { bytes.suffix($0).elementsEqual(Self.endMark.prefix($0)) }
  }

  /// Whether ctrl-c was pressed twice: the end mark was lost, and the user wants to leave.
  var isInterrupted: Bool { bytes.count > 1 && bytes[bytes.count - 1] == 3 && bytes[bytes.count - 2] == 3 }

  /// The pasted text if silence ended the paste instead of an end mark.
  var keysAfterSilence: [Key] { keys + (lastKey.map { [$0] } ?? []) }

  /// The pasted text.
  var keys: [Key] { [.paste(text)] }

  /// The text without control characters; terminals send a carriage return for a line end.
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
