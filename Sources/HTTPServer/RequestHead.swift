import HTTP
import NIOCore
import NIOHTTP1

/// A part of a request, in the order in which they arrive.
typealias RequestPart = MessagePart<RequestHead>

/// The head of a request, and what it says about the message and its connection.
struct RequestHead {
  /// Without its body.
  let request: HTTPRequest
  let version: HTTPVersion
  /// Whether a further request may follow.
  let isKeptAlive: Bool
  /// Whether the request has a body.
  let hasBody: Bool
  /// Whether the client waits for a 100 before it sends the body (RFC 9110 §10.1.1).
  let expectsContinue: Bool
  /// The protocols other than HTTP that the client offers to switch to; `nil` if there are none.
  let offer: [String]?

  init(
    _ method: String, _ target: String, _ version: HTTPVersion, _ fields: HTTP.HTTPHeaders, _ facts: FieldFacts,
    hasBody: Bool
  ) throws(RequestFault) {
    guard let known = HTTPRequest.Method(rawValue: method) else { throw .unknownMethod(method) }
    guard let (path, authority) = Self.originForm(target) else { throw .malformed("it names no path") }
    guard Self.isDecodable(path) else { throw .malformed("a percent sign in its path begins no escape") }
    // Two servers on the way that used different ones would see two different requests (RFC 9112 §3.2).
    guard facts.hosts == 1 || facts.hosts == 0 && version != .http1_1 else {
      throw .malformed(facts.hosts == 0 ? "it has no Host" : "it has more than one Host")
    }
    guard facts.isHostGood else { throw .malformed("the Host is none") }
    var fields = fields
    // The authority of the target replaces the field (RFC 9112 §3.2.2).
    if let authority { fields["Host"] = authority }
    request = HTTPRequest(known, path, headers: fields)
    self.version = version
    self.hasBody = hasBody
    isKeptAlive = version == .http1_1 && facts.isKeptAlive(version)
    expectsContinue = facts.expectsContinue
    offer = facts.offer(version)
  }

  /// Whether two hexadecimal digits follow each percent sign before the query; two servers on the way could read
  /// anything else as different paths.
  private static func isDecodable(_ target: String) -> Bool {
    let path = target.utf8.prefix { $0 != UInt8(ascii: "?") }
    guard path.contains(UInt8(ascii: "%")) else { return true }
    return path.split(separator: UInt8(ascii: "%"), omittingEmptySubsequences: false).dropFirst().allSatisfy { rest in
      let digits = rest.prefix(2)
      return digits.count == 2 && digits.allSatisfy { Character(Unicode.Scalar($0)).isHexDigit }
    }
  }

  /// Path and query of `target`, and the authority if it is a whole URL, which a server must accept (RFC 9112 §3.2.2).
  private static func originForm(_ target: String) -> (path: String, authority: String?)? {
    // Clients do not send the fragment of a URL.
    guard !target.utf8.contains(UInt8(ascii: "#")) else { return nil }
    guard target.utf8.first != UInt8(ascii: "/") else { return (target, nil) }
    let lowercased = target.prefix(8).lowercased()
    guard let scheme = ["http://", "https://"].first(where: lowercased.hasPrefix) else { return nil }
    let rest = target.dropFirst(scheme.count)
    let path = rest.drop { $0 != "/" && $0 != "?" }
    let authority = rest[..<path.startIndex]
    guard !authority.isEmpty, authority.utf8.allSatisfy(HeadParser.isHost) else { return nil }
    return (path.hasPrefix("/") ? String(path) : "/" + path, String(authority))
  }
}
