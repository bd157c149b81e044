/// Decodes the input of ncurses into keys.
///
/// Its input is bytes and key codes. It keeps incomplete input: a part of a UTF-8 character, an escape that
/// may be the alt key, a sequence that is not a key, a paste. Bytes are decoded here rather than by
/// `wget_wch`, which loses the beginning of a character if the rest has not arrived.
struct KeyDecoder {
  /// A result of reading from ncurses.
  enum Input: Hashable {
    case byte(UInt8)
    case key(Key)
    case pasteBegins, pasteEnds
    /// No input at present.
    case nothing
    /// No input for the time of `silenceTimeout`.
    case silence
  }

  private enum State: Hashable {
    case ground
    /// An escape has arrived, and nothing after it yet.
    case escape
    /// An escape was returned as a key because nothing followed at once; on a slow line the rest may follow.
    case cut
    /// One byte after such an escape, which may continue a sequence or be a key.
    case tail(ControlSequence)
    case sequence(ControlSequence)
    case paste(Paste)
  }

  private var state = State.ground
  private var pending: [UInt8] = []
  /// Whether the last byte was a carriage return: a newline after it, as in pasted text, belongs to the same line end.
  private var isAfterReturn = false

  /// The silence after which incomplete input is ended; `nil` if no input is incomplete.
  var silenceTimeout: Duration? {
    switch state {
    case .ground, .escape: nil
    case .sequence(let sequence) where sequence.isText: .seconds(2)
    case .cut, .tail, .sequence: .milliseconds(400)
    case .paste: .seconds(1)
    }
  }

  /// Whether the input is pasted text, which can be read in large blocks.
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

  /// Drops incomplete input; an escape is returned as a key.
  private mutating func giveUp() -> [Key] {
    defer { state = .ground }
    switch state {
    case .escape: return [.escape]
    case .tail(let sequence): return Self.key(of: sequence)
    case .ground, .cut, .sequence, .paste: return []
    }
  }

  /// Handles a pause: no more input has arrived.
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

  /// The introducer as a key, because it did not begin a sequence.
  private static func key(of sequence: ControlSequence) -> [Key] {
    [.character(Character(Unicode.Scalar(sequence.introducer)))]
  }

  /// The character that `byte` completes, if it does; invalid UTF-8 becomes U+FFFD.
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

  /// The number of bytes of a character that begins with `byte`; 0 if none begins so.
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
