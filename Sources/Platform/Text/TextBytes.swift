/// Why bytes from a user are not a text.
package enum TextError: Error, Hashable, Sendable {
  /// This byte is not valid UTF-8; lines and the bytes of a line count from one.
  case notUTF8(line: Int, byte: Int)
  /// There is a byte order mark for UTF-16, but this line is not UTF-16.
  case notUTF16(line: Int)

  package var line: Int {
    switch self {
    case .notUTF8(let line, _), .notUTF16(let line): line
    }
  }

  /// The message, without the line.
  package var problem: Sentence {
    switch self {
    case .notUTF8(_, let byte): "byte \(byte) is not UTF-8; save the text as UTF-8"
    case .notUTF16: "this is not UTF-16, which its byte order mark promises; save the text as UTF-8"
    }
  }
}

extension TextError: ErrorInWords {
  package var sentence: Sentence { "line \(line): \(problem)" }
}

extension String {
  /// Decodes `bytes` as UTF-8, or as UTF-16 if they have its byte order mark; the mark is not a part of the text.
  ///
  /// For input of users. Invalid bytes are not replaced but refused, so that the text that is sent is the input.
  package init(textOf bytes: [UInt8]) throws(TextError) {
    for (mark, isBigEndian) in [([0xFF, 0xFE] as [UInt8], false), ([0xFE, 0xFF], true)] where bytes.starts(with: mark) {
      self = try Self.utf16(bytes.dropFirst(2), isBigEndian)
      return
    }
    let hasMark = bytes.starts(with: [0xEF, 0xBB, 0xBF])
    guard let text = String(validating: hasMark ? bytes.dropFirst(3) : bytes[...], as: UTF8.self) else {
      throw Self.mistake(in: bytes)
    }
    self = text
  }

  private static func mistake(in bytes: [UInt8]) -> TextError {
    var parser = Unicode.UTF8.ForwardParser()
    var iterator = bytes.makeIterator()
    var (line, byte) = (1, 1)
    while case .valid(let scalar) = parser.parseScalar(from: &iterator) {
      (line, byte) = scalar.first == 10 ? (line + 1, 1) : (line, byte + scalar.count)
    }
    return .notUTF8(line: line, byte: byte)
  }

  private static func utf16(_ bytes: ArraySlice<UInt8>, _ isBigEndian: Bool) throws(TextError) -> String {
    let units = stride(from: bytes.startIndex, to: bytes.endIndex - 1, by: 2).map { (index: Int) -> UInt16 in
      let (first, second) = (UInt16(bytes[index]), UInt16(bytes[index + 1]))
      return isBigEndian ? first << 8 | second : second << 8 | first
    }
    if bytes.count.isMultiple(of: 2), let text = String(validating: units, as: UTF16.self) { return text }
    var parser = Unicode.UTF16.ForwardParser()
    var iterator = units.makeIterator()
    var line = 1
    while case .valid(let scalar) = parser.parseScalar(from: &iterator) { line += scalar.first == 10 ? 1 : 0 }
    throw .notUTF16(line: line)
  }
}

extension String {
  /// The text between newlines.
  ///
  /// By bytes, because for Swift a carriage return and a newline are one Character.
  package var lines: [String] {
    utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map {
      String(decoding: $0, as: UTF8.self)
    }
  }

  /// The lines for display, without the carriage returns that some editors put before newlines.
  package var shownLines: [String] { lines.map(\.withoutCarriageReturn) }

  /// Its words in one line, with one blank between them; messages of the cluster may contain tabs and line ends.
  package var shownWords: String {
    split { $0 == " " || $0 == "\t" || $0.isNewline }.joined(separator: " ")
  }

  /// A line without the carriage return at its end.
  package var withoutCarriageReturn: String { utf8.last == UInt8(ascii: "\r") ? String(dropLast()) : self }

  /// A carriage return if the first line has one before its newline, as in a text from Windows; else empty.
  package var lineEnding: String {
    utf8.prefix { $0 != UInt8(ascii: "\n") }.last == UInt8(ascii: "\r") ? "\r" : ""
  }
}
