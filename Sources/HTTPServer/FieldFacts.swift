import HTTP
import NIOHTTP1

/// What the fields of a message say of its body and of the connection, noted while they are read.
struct FieldFacts {
  private(set) var hosts = 0
  /// Whether what stands there could be a host.
  private(set) var isHostGood = true
  /// `nil` without a length, or with one that is none.
  private(set) var length: Int?
  private(set) var lengths = 0
  private(set) var codings = 0
  private(set) var isChunked = false
  private(set) var closes = false
  private(set) var keepsAlive = false
  private(set) var upgrades = false
  /// What `Upgrade` names.
  private(set) var protocols: [String] = []
  private(set) var expectsContinue = false

  mutating func note(_ field: HTTP.HTTPHeaders.Field) {
    // Most fields are told apart by the length of their name.
    switch field.name.utf8.count {
    case 4 where field.isNamed("host"):
      hosts += 1
      isHostGood = field.value.utf8.allSatisfy(HeadParser.isHost)
    case 6 where field.isNamed("expect"): expectsContinue = HTTPHeaders.same(field.value, "100-continue")
    case 7 where field.isNamed("upgrade"): protocols += Self.words(field.value)
    case 10 where field.isNamed("connection"): noteConnection(field.value)
    case 14 where field.isNamed("content-length"):
      lengths += 1
      // Digits alone: a sign would be read too.
      length = field.value.utf8.allSatisfy({ (48...57).contains($0) }) ? Int(field.value) : nil
    case 17 where field.isNamed("transfer-encoding"):
      codings += 1
      isChunked = HTTPHeaders.same(field.value, "chunked")
    default: break
    }
  }

  private mutating func noteConnection(_ value: String) {
    if HTTPHeaders.same(value, "keep-alive") { return keepsAlive = true }
    for word in Self.words(value) {
      switch word.lowercased() {
      case "close": closes = true
      case "keep-alive": keepsAlive = true
      case "upgrade": upgrades = true
      default: break
      }
    }
  }

  private static func words(_ value: String) -> [String] {
    value.utf8.split(separator: UInt8(ascii: ",")).compactMap { part in
      var word = part.drop { $0 == HeadParser.space || $0 == HeadParser.tab }
      while let last = word.last, last == HeadParser.space || last == HeadParser.tab { word.removeLast() }
      return word.isEmpty ? nil : String(Substring(word))
    }
  }

  /// How the body is told from what follows it (RFC 9112 §6.3); `other` is where it goes on if no field says.
  func framing(
    _ version: HTTPVersion, otherwise other: MessageReader.Place
  ) throws(MalformedMessage) -> MessageReader.Place {
    guard codings == 0 || lengths == 0 else { throw MalformedMessage("it has a length and a transfer coding") }
    if codings > 0 {
      // A body of whose end there could be two opinions is none.
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

  /// Whether the connection goes on after the message.
  func isKeptAlive(_ version: HTTPVersion) -> Bool { !closes && (keepsAlive || !version.isOlder) }

  /// What the sender of a request would go on with instead of HTTP; `nil` when it offers nothing.
  func offer(_ version: HTTPVersion) -> [String]? {
    guard upgrades, version == .http1_1 else { return nil }
    let others = protocols.filter { !Self.isHTTP($0) }
    return others.isEmpty ? nil : others
  }

  /// Whether that is HTTP again, in another version or behind TLS: requests in it would pass all that looks at requests.
  private static func isHTTP(_ name: String) -> Bool {
    let word = name.lowercased().prefix { $0 != "/" }
    return ["h2", "h2c", "h3", "http", "tls"].contains(word)
  }
}

extension HTTPVersion {
  /// Whether it is from before 1.1, and knows no chunks.
  var isOlder: Bool { major == 0 || self == .http1_0 }
}
