import Glibc
import HTTP
import NIOHTTP1

/// Why bytes are not a valid HTTP message.
package struct MalformedMessage: Error, Hashable, CustomStringConvertible {
  package var description: String
  /// The status of the response to such a request.
  var status = 400

  package init(_ description: String) { self.description = description }

  init(_ description: String, status: Int) {
    self.description = description
    self.status = status
  }
}

/// Parses the lines of a head, and of trailers, strictly by RFC 9112.
///
/// The grammar allows a recipient to accept more (other white space, bare line ends, folded fields). All of that is
/// refused, because another server on the way may read it differently.
struct HeadParser {
  private let bytes: UnsafeRawBufferPointer
  private var position = 0

  /// `bytes` end with the empty line.
  init(_ bytes: UnsafeRawBufferPointer) {
    self.bytes = bytes
  }

  typealias RequestLine = (method: String, target: String, version: HTTPVersion)

  mutating func requestLine() throws(MalformedMessage) -> RequestLine {
    let line = try nextLine()
    guard let first = line.firstIndex(of: Self.space), first > 0,
      let second = line[(first + 1)...].firstIndex(of: Self.space), second > first + 1
    else { throw MalformedMessage("the request line is not a method, a target and a version with a space between") }
    let (method, target) = (Self.part(line, 0, first), Self.part(line, first + 1, second))
    guard method.allSatisfy(Self.isToken) else { throw MalformedMessage("the method is no token") }
    guard target.allSatisfy({ $0 > 32 && $0 < 127 }) else {
      throw MalformedMessage("there is a character in the target that must be encoded")
    }
    let version = try Self.version(Self.part(line, second + 1, line.count))
    return (Self.text(method), Self.text(target), version)
  }

  /// Status and version of a response; the reason phrase is kept only if the status is not a known one.
  mutating func statusLine() throws(MalformedMessage) -> (status: HTTPResponseStatus, version: HTTPVersion) {
    let line = try nextLine()
    // Many servers leave out the space before an empty reason phrase.
    guard line.count >= 12, line[8] == Self.space, line.count == 12 || line[12] == Self.space else {
      throw MalformedMessage("the status line is not a version, a status and words with a space between")
    }
    let version = try Self.version(Self.part(line, 0, 8))
    var code = 0
    for digit in line[9..<12] {
      guard (48...57).contains(digit) else { throw MalformedMessage("the status is no number") }
      code = code * 10 + Int(digit - 48)
    }
    let words = Self.part(line, min(13, line.count), line.count)
    guard code >= 100, words.allSatisfy(Self.isText) else { throw MalformedMessage("the status is none") }
    let status = HTTPResponseStatus(statusCode: code)
    guard case .custom = status else { return (status, version) }
    return (.custom(code: UInt(code), reasonPhrase: Self.text(words)), version)
  }

  /// Parses the fields up to the empty line, and passes each to `note`.
  mutating func fields(
    noting note: (HTTP.HTTPHeaders.Field) -> Void = { _ in }
  ) throws(MalformedMessage) -> HTTP.HTTPHeaders {
    var fields = HTTP.HTTPHeaders()
    fields.reserve(12)
    while let field = try nextField() {
      note(field)
      fields.add(field)
    }
    return fields
  }

  private mutating func nextField() throws(MalformedMessage) -> HTTP.HTTPHeaders.Field? {
    let line = try nextLine()
    guard line.count > 0 else { return nil }
    guard let colon = line.firstIndex(of: UInt8(ascii: ":")), colon > 0 else {
      throw MalformedMessage("a field has no name")
    }
    let name = Self.part(line, 0, colon)
    guard name.allSatisfy(Self.isToken) else { throw MalformedMessage("the name of a field is no token") }
    var (start, end) = (colon + 1, line.count)
    while start < end, Self.isBlank(line[start]) { start += 1 }
    while start < end, Self.isBlank(line[end - 1]) { end -= 1 }
    let value = Self.part(line, start, end)
    guard value.allSatisfy(Self.isText) else { throw MalformedMessage("there is a control character in a field") }
    return HTTP.HTTPHeaders.Field(name: Self.text(name), value: FieldText.decode(value))
  }

  private static func version(_ text: UnsafeRawBufferPointer) throws(MalformedMessage) -> HTTPVersion {
    if text.elementsEqual("HTTP/1.1".utf8) { return .http1_1 }
    let digits = [5, 7].compactMap { $0 < text.count ? Int(text[$0]) - 48 : nil }
    guard text.count == 8, text.starts(with: "HTTP/".utf8), text[6] == UInt8(ascii: "."),
      digits.allSatisfy((0...9).contains)
    else { throw MalformedMessage("the version is none of HTTP") }
    guard digits[0] == 1 else { throw MalformedMessage("the version is neither 1.1 nor 1.0", status: 505) }
    // A later minor version is read as the highest known one (RFC 9110 §2.5).
    return digits[1] == 0 ? .http1_0 : .http1_1
  }

  /// The next line, which must end with CR LF and have no other CR in it.
  private mutating func nextLine() throws(MalformedMessage) -> UnsafeRawBufferPointer {
    guard let end = Self.index(of: Self.lineFeed, in: bytes, from: position) else {
      throw MalformedMessage("a line has no end")
    }
    let line = Self.part(bytes, position, end)
    position = end + 1
    guard line.last == Self.carriageReturn else { throw MalformedMessage("a line ends with a line feed alone") }
    guard Self.index(of: Self.carriageReturn, in: line, from: 0) == line.count - 1 else {
      throw MalformedMessage("there is a carriage return within a line")
    }
    return Self.part(line, 0, line.count - 1)
  }

  /// The index of the next `byte`, found by `memchr`, which compares many bytes at once.
  static func index(of byte: UInt8, in bytes: UnsafeRawBufferPointer, from start: Int) -> Int? {
    guard start < bytes.count, let base = bytes.baseAddress,
      let found = memchr(base + start, Int32(byte), bytes.count - start)
    else { return nil }
    return UnsafeRawPointer(found) - base
  }

  private static func part(_ bytes: UnsafeRawBufferPointer, _ start: Int, _ end: Int) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(rebasing: bytes[start..<end])
  }

  private static func text(_ bytes: UnsafeRawBufferPointer) -> String { String(decoding: bytes, as: UTF8.self) }

  static let space = UInt8(ascii: " ")
  static let tab = UInt8(ascii: "\t")
  static let carriageReturn = UInt8(ascii: "\r")
  static let lineFeed = UInt8(ascii: "\n")

  private static func isBlank(_ byte: UInt8) -> Bool { byte == space || byte == tab }

  /// Whether a field value may have this byte (RFC 9110 §5.5).
  @inline(__always)
  static func isText(_ byte: UInt8) -> Bool { byte >= 32 && byte != 127 || byte == tab }

  /// The same, but false for the first byte of the characters that `FieldText` makes.
  @inline(__always)
  static func isPlainText(_ byte: UInt8) -> Bool { isText(byte) && byte != FieldText.mark }

  /// Whether a host with a port may have this byte (RFC 3986 §3.2.2).
  static func isHost(_ byte: UInt8) -> Bool {
    switch byte {
    case 48...57, 65...90, 97...122: true
    default: "-._~!$&'()*+,;=%:[]".utf8.contains(byte)
    }
  }

  /// Whether a token may have this byte (RFC 9110 §5.6.2).
  @inline(__always)
  static func isToken(_ byte: UInt8) -> Bool {
    // A set of bits, because every byte of every name is looked up.
    let bits = byte < 64 ? lowTokens : byte < 128 ? highTokens : 0
    return bits >> (UInt64(byte) & 63) & 1 == 1
  }

  private static let lowTokens = bits(of: 0..<64)
  private static let highTokens = bits(of: 64..<128)

  private static func bits(of range: Range<UInt8>) -> UInt64 {
    range.reduce(0) { bits, byte in
      let isToken =
        (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
        || "!#$%&'*+-.^_`|~".utf8.contains(byte)
      return isToken ? bits | 1 << (UInt64(byte) & 63) : bits
    }
  }
}
