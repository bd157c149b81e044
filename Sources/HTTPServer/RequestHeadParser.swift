import NIOCore
import NIOHTTP1

/// Why bytes are no request.
struct MalformedRequest: Error, Hashable, CustomStringConvertible {
  var description: String

  init(_ description: String) { self.description = description }
}

/// Reads the head of a request, and the trailers of one, by the letter of RFC 9112.
///
/// What the grammar lets a recipient put up with (other white space, bare line ends, folded fields) another server on the
/// way may read differently: all of it is refused.
struct RequestHeadParser {
  /// The lines of a head, each without its end.
  private let lines: UnsafeRawBufferPointer

  /// `bytes` end with the empty line.
  init(_ bytes: UnsafeRawBufferPointer) {
    lines = bytes
  }

  func head() throws(MalformedRequest) -> HTTPRequestHead {
    var rest = lines[...]
    let line = try Self.nextLine(&rest)
    guard let first = line.firstIndex(of: Self.space), first > line.startIndex,
      let second = line[(first + 1)...].firstIndex(of: Self.space), second > first + 1
    else { throw MalformedRequest("the request line is not a method, a target and a version with a space between") }
    let (method, target) = (line[..<first], line[(first + 1)..<second])
    guard method.allSatisfy(Self.isToken) else { throw MalformedRequest("the method is no token") }
    guard target.allSatisfy({ $0 > 32 && $0 < 127 }) else {
      throw MalformedRequest("there is a character in the target that must be encoded")
    }
    let version = try Self.version(line[(second + 1)...])
    return HTTPRequestHead(
      version: version, method: HTTPMethod(rawValue: Self.text(method)), uri: Self.text(target),
      headers: try Self.fields(rest))
  }

  func trailers() throws(MalformedRequest) -> HTTPHeaders { try Self.fields(lines[...]) }

  private static func version(_ text: Slice<UnsafeRawBufferPointer>) throws(MalformedRequest) -> HTTPVersion {
    guard text.elementsEqual("HTTP/1.1".utf8) else {
      guard text.elementsEqual("HTTP/1.0".utf8) else { throw MalformedRequest("the version is neither 1.1 nor 1.0") }
      return .http1_0
    }
    return .http1_1
  }

  private static func fields(_ text: Slice<UnsafeRawBufferPointer>) throws(MalformedRequest) -> HTTPHeaders {
    var (rest, fields) = (text, [(String, String)]())
    fields.reserveCapacity(12)
    while true {
      let line = try nextLine(&rest)
      guard !line.isEmpty else { return HTTPHeaders(fields) }
      guard let colon = line.firstIndex(of: UInt8(ascii: ":")), colon > line.startIndex else {
        throw MalformedRequest("a field has no name")
      }
      let name = line[..<colon]
      guard name.allSatisfy(isToken) else {
        throw MalformedRequest("the name of a field is no token")
      }
      var value = line[(colon + 1)...]
      while let first = value.first, first == space || first == tab { value.removeFirst() }
      while let last = value.last, last == space || last == tab { value.removeLast() }
      guard value.allSatisfy({ $0 >= 32 && $0 != 127 || $0 == tab }) else {
        throw MalformedRequest("there is a control character in a field")
      }
      fields.append((Self.text(name), Self.text(value)))
    }
  }

  /// The next line, which must end with both characters and have neither of them within.
  private static func nextLine(
    _ rest: inout Slice<UnsafeRawBufferPointer>
  ) throws(MalformedRequest) -> Slice<UnsafeRawBufferPointer> {
    guard let end = rest.firstIndex(of: lineFeed) else { throw MalformedRequest("a line has no end") }
    let line = rest[..<end]
    rest = rest[(end + 1)...]
    guard line.last == carriageReturn else { throw MalformedRequest("a line ends with a line feed alone") }
    let text = line.dropLast()
    guard !text.contains(carriageReturn) else { throw MalformedRequest("there is a carriage return within a line") }
    return text
  }

  private static func text(_ bytes: Slice<UnsafeRawBufferPointer>) -> String {
    String(decoding: UnsafeRawBufferPointer(rebasing: bytes), as: UTF8.self)
  }

  static let space = UInt8(ascii: " ")
  static let tab = UInt8(ascii: "\t")
  static let carriageReturn = UInt8(ascii: "\r")
  static let lineFeed = UInt8(ascii: "\n")

  /// Whether a byte may stand in a token (RFC 9110 §5.6.2).
  static func isToken(_ byte: UInt8) -> Bool {
    // Two words of bits: asked of every byte of every name.
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
