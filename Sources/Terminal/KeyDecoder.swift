/// Turns what ncurses reads into keys.
///
/// It is fed bytes and codes of keys, and keeps what is not complete: half a character of UTF-8, an escape
/// that may be the alt key, a sequence that is not a key, a paste. Bytes are decoded here rather than by
/// `wget_wch`, which forgets the beginning of a character when its end has not arrived.
struct KeyDecoder {
  /// What ncurses has read.
  enum Input: Hashable {
    case byte(UInt8)
    case key(Key)
    case pasteBegins, pasteEnds
    /// Nothing more for now.
    case nothing
    /// Nothing came for as long as `patience` says.
    case silence
  }

  private enum State: Hashable {
    case ground
    /// An escape has come, and nothing after it yet.
    case escape
    /// An escape was delivered as a key because nothing followed at once: on a slow line the rest of a sequence may.
    case cut
    /// What may be the rest of a sequence after such an escape: one byte, which may as well be a key.
    case tail(ControlSequence)
    case sequence(ControlSequence)
    case paste(Paste)
  }

  private var state = State.ground
  private var pending: [UInt8] = []
  /// A carriage return has come just before: a newline after it, as in a text that is pasted, is of the same line end.
  private var isAfterReturn = false

  /// How long silence must be to end what is not complete; `nil` when nothing is.
  var patience: Duration? {
    switch state {
    case .ground, .escape: nil
    case .sequence(let sequence) where sequence.isText: .seconds(2)
    case .cut, .tail, .sequence: .milliseconds(400)
    case .paste: .seconds(1)
    }
  }

  /// Whether bytes are pasted text, so that they can be read by the thousand.
  var isPasting: Bool { if case .paste = state { true } else { false } }

  mutating func decode(_ input: Input) -> [Key] {
    switch input {
    case .byte(let byte): return decode(byte)
    case .nothing: return pause()
    case .silence: return fallSilent()
    case .pasteBegins where !isPasting:
      defer { state = .paste(Paste()) }
      return giveUp()
    case .pasteEnds:
      guard case .paste(let paste) = state else { return [] }
      state = .ground
      return paste.keys
    case .key(.backspace) where state == .escape:
      state = .ground
      return [.alt("\u{7F}")]
    case .key(let key) where !isPasting: return giveUp() + [key]
    case .key, .pasteBegins: return []
    }
  }

  /// Drops what is not complete; an escape was a key then.
  private mutating func giveUp() -> [Key] {
    defer { state = .ground }
    switch state {
    case .escape: return [.escape]
    case .tail(let sequence): return Self.key(of: sequence)
    case .ground, .cut, .sequence, .paste: return []
    }
  }

  /// Nothing more has arrived.
  private mutating func pause() -> [Key] {
    isAfterReturn = false
    switch state {
    case .escape:
      state = .cut
      return [.escape]
    case .tail(let sequence):
      state = .ground
      return Self.key(of: sequence)
    case .ground, .cut, .sequence, .paste: return []
    }
  }

  private mutating func fallSilent() -> [Key] {
    switch state {
    case .sequence(let sequence):
      state = .ground
      return sequence.chord.map { [$0] } ?? []
    case .paste(let paste):
      state = .ground
      return paste.keysAfterSilence
    case .ground, .escape, .cut, .tail: return giveUp()
    }
  }

  private mutating func decode(_ byte: UInt8) -> [Key] {
    switch state {
    case .ground: return plain(byte)
    case .escape: return afterEscape(byte)
    case .cut:
      state = .ground
      guard pending.isEmpty, let sequence = ControlSequence(byte), sequence.introducer != UInt8(ascii: "O") else {
        return plain(byte)
      }
      state = .tail(sequence)
      return []
    case .tail(let sequence):
      if sequence.canBegin(with: byte) { return go(on: sequence, byte) }
      state = .ground
      return Self.key(of: sequence) + plain(byte)
    case .sequence(let sequence): return go(on: sequence, byte)
    case .paste(var paste):
      state = .ground
      let isComplete = paste.add(byte)
      if isComplete { return paste.keys }
      if paste.isInterrupted { return paste.keysAfterSilence }
      let piece = paste.takePiece()
      state = .paste(paste)
      return piece
    }
  }

  private mutating func go(on sequence: ControlSequence, _ byte: UInt8) -> [Key] {
    var sequence = sequence
    switch sequence.add(byte) {
    case .incomplete:
      state = .sequence(sequence)
      return []
    case .complete(let keys):
      state = .ground
      return keys
    case .broken:
      state = .ground
      return plain(byte)
    case .interrupted:
      state = .escape
      return afterEscape(byte)
    }
  }

  private mutating func afterEscape(_ byte: UInt8) -> [Key] {
    if byte == 0x1B, pending.isEmpty { return [.escape] }
    if pending.isEmpty, let sequence = ControlSequence(byte) {
      state = .sequence(sequence)
      return []
    }
    guard let scalar = scalar(byte) else { return [] }
    state = .ground
    return scalar.value >= 0x20 ? [.alt(Character(scalar))] : [.escape, Self.key(scalar)]
  }

  private mutating func plain(_ byte: UInt8) -> [Key] {
    if byte == 0x1B, pending.isEmpty {
      state = .escape
      return []
    }
    let isRest = isAfterReturn && byte == 10
    isAfterReturn = byte == 13
    guard !isRest, let scalar = scalar(byte) else { return [] }
    return [Self.key(scalar)]
  }

  /// The introducer alone, which was typed after all.
  private static func key(of sequence: ControlSequence) -> [Key] {
    [.character(Character(Unicode.Scalar(sequence.introducer)))]
  }

  /// The character that `byte` completes, if it does; what is not UTF-8 becomes U+FFFD.
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
