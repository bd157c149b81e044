import Platform

/// The path and query of a request, in the form that rules match.
package struct RequestPath: Hashable, Sendable {
  /// The path as it was sent.
  package var raw: String
  /// The path, percent-decoded.
  package var decoded: String
  /// The text after the question mark, as it was sent; `nil` without one.
  package var query: String?

  /// Why no rule serves a path: two servers could interpret it differently.
  package enum Flaw: String, Error, Hashable, Sendable {
    case dots = "the path leads upwards"
    case control = "there is a control character in the path"
    case tooLong = "the path is too long"
  }

  /// A path with more bytes is refused.
  package static let longest = 8_192

  package init(_ target: String) throws(Flaw) {
    // By bytes, because this runs for every request and Characters are slow.
    let mark = target.utf8.firstIndex(of: UInt8(ascii: "?"))
    raw = mark.map { String(target[..<$0]) } ?? target
    query = mark.map { String(target[target.utf8.index(after: $0)...]) }
    guard target.utf8.count <= Self.longest else { throw .tooLong }
    decoded = raw.utf8.contains(UInt8(ascii: "%")) ? PercentEncoding.decode(raw) : raw
    if let flaw = Self.flaw(of: decoded) { throw flaw }
  }

  /// The flaw in the path of `target`, a request that is relayed to a server with a length limit of its own.
  static func flaw(ofPathIn target: String) -> Flaw? {
    let path = target.utf8.prefix { $0 != UInt8(ascii: "?") }
    let isEncoded = path.contains(UInt8(ascii: "%"))
    return flaw(of: isEncoded ? PercentEncoding.decode(Substring(path)) : String(Substring(path)))
  }

  private static func flaw(of decoded: String) -> Flaw? {
    if decoded.utf8.contains(where: { $0 < 32 || $0 == 127 }) { return .control }
    return leadsUpwards(decoded) ? .dots : nil
  }

  /// The target for the upstream; `path` is encoded again only if a rule has changed it.
  func target(with path: String, query: String?) -> String {
    let encoded = path == decoded ? raw : Self.encoded(path)
    return query.map { encoded + "?" + $0 } ?? encoded
  }

  /// Whether a segment of `path` is `.` or `..`.
  static func leadsUpwards(_ path: String) -> Bool {
    guard path.utf8.contains(UInt8(ascii: ".")) else { return false }
    return path.utf8.split(whereSeparator: { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "\\") }).contains {
      $0.elementsEqual(".".utf8) || $0.elementsEqual("..".utf8)
    }
  }

  /// `path` with the bytes escaped that a path cannot contain (RFC 3986 §3.3).
  static func encoded(_ path: String) -> String {
    var result: [UInt8] = []
    for byte in path.utf8 {
      if isPathByte(byte) { result.append(byte) } else { result += escape(byte) }
    }
    if result.first != UInt8(ascii: "/") { result.insert(UInt8(ascii: "/"), at: 0) }
    return String(decoding: result, as: UTF8.self)
  }

  /// `query` with the bytes escaped that would end a request line or a query.
  static func encoded(query: String) -> String {
    var result: [UInt8] = []
    for byte in query.utf8 {
      if byte > 32, byte < 127, byte != UInt8(ascii: "#") { result.append(byte) } else { result += escape(byte) }
    }
    return String(decoding: result, as: UTF8.self)
  }

  private static func escape(_ byte: UInt8) -> [UInt8] {
    let digits = Array("0123456789ABCDEF".utf8)
    return [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
  }

  private static func isPathByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default: "-._~!$&'()*+,;=:@/".utf8.contains(byte)
    }
  }
}
