import HTTP
import NIOHTTP1

/// What the fields of a message say about its body and the connection, collected while they are parsed.
struct FieldFacts {
  private(set) var hosts = 0
  /// Whether the last `Host` has only characters that a host may have.
  private(set) var isHostGood = true
  /// `nil` without a `Content-Length`, or if its value is not a number.
  private(set) var length: Int?
  private(set) var lengths = 0
  private(set) var codings = 0
  private(set) var isChunked = false
  private(set) var closes = false
  private(set) var keepsAlive = false
  private(set) var upgrades = false
  /// The protocols that `Upgrade` names.
  private(set) var protocols: [String] = []
  private(set) var expectsContinue = false

  mutating func note(_ field: HTTP.HTTPHeaders.Field) {
    // Most fields are told apart by the length of their name.
    switch field.name.utf8.count {
    case 4 where field.isNamed("host"):
      hosts += 1
      isHostGood = field.value.utf8.allSatisfy(HeadParser.isHost)
    case 6 where field.isNamed("expect"): expectsContinue = HTTPHeaders.same(field.value, "100-continue")
    case 7 where field.isNamed("upgrade"): protocols += Self.elements(field.value)
    case 10 where field.isNamed("connection"): noteConnection(field.value)
    case 14 where field.isNamed("content-length"):
      lengths += 1
      // Only digits, because `Int` would accept a sign too.
      length = field.value.utf8.allSatisfy({ (48...57).contains($0) }) ? Int(field.value) : nil
    case 17 where field.isNamed("transfer-encoding"):
      codings += 1
      isChunked = HTTPHeaders.same(field.value, "chunked")
    default: break
    }
  }

  private mutating func noteConnection(_ value: String) {
    if HTTPHeaders.same(value, "keep-alive") { return keepsAlive = true }
    for word in Self.elements(value) {
      switch word.lowercased() {
      case "close": closes = true
      case "keep-alive": keepsAlive = true
      case "upgrade": upgrades = true
      default: break
      }
    }
  }

  /// The elements of a comma-separated list (RFC 9110 §5.6.1).
  private static func elements(_ value: String) -> [String] {
    value.utf8.split(separator: UInt8(ascii: ",")).compactMap { part in
      var word = part.drop { $0 == HeadParser.space || $0 == HeadParser.tab }
      while let last = word.last, last == HeadParser.space || last == HeadParser.tab { word.removeLast() }
      return word.isEmpty ? nil : String(Substring(word))
    }
  }

  /// How the end of the body is found (RFC 9112 §6.3); returns `other` if no field says.
  func framing(
    _ version: HTTPVersion, otherwise other: MessageReader.State
  ) throws(MalformedMessage) -> MessageReader.State {
    guard codings == 0 || lengths == 0 else { throw MalformedMessage("it has a length and a transfer coding") }
    if codings > 0 {
      // Two servers could disagree about the end of a body with any other coding, so it is refused.
      guard codings == 1, isChunked, !version.isOlder else {
        throw MalformedMessage("the only transfer coding known is chunked, of HTTP/1.1")
      }
      return .chunkSize
    }
    guard lengths > 0 else { return other }
    guard lengths == 1, let length else {
      throw MalformedMessage("its Content-Length is no number, or more than one")
    }
    return .length(left: length)
  }

  /// Whether the connection stays open after the message.
  func isKeptAlive(_ version: HTTPVersion) -> Bool { !closes && (keepsAlive || !version.isOlder) }

  /// The protocols other than HTTP that the sender offers to switch to; `nil` if there are none.
  func offer(_ version: HTTPVersion) -> [String]? {
    guard upgrades, version == .http1_1 else { return nil }
    let others = protocols.filter { !Self.isHTTP($0) }
    return others.isEmpty ? nil : others
  }

  /// Whether the protocol is HTTP in any version, or TLS: requests in it would bypass everything that checks requests.
  private static func isHTTP(_ name: String) -> Bool {
    let word = name.lowercased().prefix { $0 != "/" }
    return ["h2", "h2c", "h3", "http", "tls"].contains(word)
  }
}

extension HTTPVersion {
  /// Whether the version is older than 1.1 and has no chunked coding.
  var isOlder: Bool { major == 0 || self == .http1_0 }
}
