/// Turns what ncurses reads into keys.
///
/// It is fed bytes and codes of keys, and keeps what is not complete: half a character of UTF-8, an escape
/// that may be the alt key, a paste. Bytes are decoded here rather than by `wget_wch`, which forgets
/// the beginning of a character when its end has not arrived.
struct KeyDecoder {
  /// What ncurses has read.
  enum Input: Hashable {
    case byte(UInt8)
    case key(Key)
    case pasteBegins, pasteEnds
    /// Nothing more for now.
    case nothing
  }

  private var hasEscape = false
  private var pending: [UInt8] = []
  private var pasted: String?

  /// A paste is delivered in pieces of this size at most, so that a lost end mark cannot swallow every key.
  static let maximumPaste = 1 << 20

  mutating func decode(_ input: Input) -> [Key] {
    if pasted != nil { return paste(input) }
    switch input {
    case .byte(let byte): return decode(byte)
    case .key(.backspace) where hasEscape:
      hasEscape = false
      return [.alt("\u{7F}")]
    case .key(let key): return takeEscape() + [key]
    case .pasteBegins:
      pasted = ""
      return takeEscape()
    case .pasteEnds: return []
    case .nothing: return takeEscape()
    }
  }

  private mutating func takeEscape() -> [Key] {
    defer { hasEscape = false }
    return hasEscape ? [.escape] : []
  }

  private mutating func decode(_ byte: UInt8) -> [Key] {
    if byte == 0x1B, pending.isEmpty {
      let before = takeEscape()
      hasEscape = true
      return before
    }
    guard let scalar = scalar(byte) else { return [] }
    let isAlt = hasEscape
    if isAlt, scalar.value >= 0x20 {
      hasEscape = false
      return [.alt(Character(scalar))]
    }
    return takeEscape() + [Self.key(scalar)]
  }

  private mutating func paste(_ input: Input) -> [Key] {
    switch input {
    case .byte(let byte):
      guard let scalar = scalar(byte) else { return [] }
      // A carriage return is what terminals make of a line end.
      let isControl = scalar.properties.generalCategory == .control
      if scalar == "\r" || scalar == "\n" {
        pasted?.append("\n")
      } else if !isControl || scalar == "\t" {
        pasted?.unicodeScalars.append(scalar)
      }
      guard let text = pasted, text.utf8.count >= Self.maximumPaste else { return [] }
      pasted = nil
      return [.paste(text)]
    case .pasteEnds:
      defer { pasted = nil }
      return pasted.map { [.paste($0)] } ?? []
    case .key, .pasteBegins, .nothing: return []
    }
  }

  /// The character that `byte` completes, if it does; what is no UTF-8 becomes U+FFFD.
  private mutating func scalar(_ byte: UInt8) -> Unicode.Scalar? {
    if byte < 0x80 {
      pending = []
      return Unicode.Scalar(byte)
    }
    pending.append(byte)
    switch pending.withUnsafeBufferPointer({ Self.length($0[0]) }) {
    case 0:
      pending = []
      return "\u{FFFD}"
    case let length where pending.count < length: return nil
    default:
      defer { pending = [] }
      let text = String(decoding: pending, as: UTF8.self)
      return text.unicodeScalars.count == 1 ? text.unicodeScalars.first : "\u{FFFD}"
    }
  }

  /// Bytes of a character that begins with `byte`; none begins with 0.
  private static func length(_ byte: UInt8) -> Int {
    switch byte {
    case 0xC2...0xDF: 2
    case 0xE0...0xEF: 3
    case 0xF0...0xF4: 4
    default: 0
    }
  }

  private static func key(_ scalar: Unicode.Scalar) -> Key {
    switch scalar.value {
    case 0: .control(" ")
    case 9: .tab
    case 10, 13: .enter
    case 8, 127: .backspace
    case 1...26: .control(Character(Unicode.Scalar(UInt8(scalar.value) + 96)))
    case 0x1C...0x1F: .control(Character(Unicode.Scalar(UInt8(scalar.value) + 64)))
    default: .character(Character(scalar))
    }
  }
}
