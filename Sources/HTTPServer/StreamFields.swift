package import HTTP
package import NIOHPACK

// Header fields between HTTP/1.1 and an HTTP/2 stream, for the server and for upstreams.
extension HPACKHeaders {
  /// Adds `headers` as HTTP/2 has them: in lower case, without those about the connection (RFC 9113 §8.2.2); false if
  /// one is invalid.
  package mutating func add(_ headers: HTTP.HTTPHeaders) -> Bool {
    for field in headers.fields where !Self.isAboutConnection(field) {
      guard field.isSendable else { return false }
      let isLower = field.name.utf8.allSatisfy { !(65...90).contains($0) }
      add(name: isLower ? field.name : field.name.lowercased(), value: field.value)
    }
    return true
  }

  /// Whether the block fits one frame, however HPACK encodes it: swift-nio-http2 writes no second one, and a frame that
  /// is too long ends the connection with all its streams.
  package var fitsFrame: Bool {
    // The longest Huffman code has 30 bits (RFC 7541 appendix B), that of a printable character at most 19, and most
    // have fewer than 8. Each field adds some bytes.
    var bits = 0
    for (name, value, _) in self {
      bits += 8 * 12
      for byte in name.utf8 { bits += Self.longestCode(of: byte) }
      for byte in value.utf8 { bits += Self.longestCode(of: byte) }
      if bits > Self.longestFrame * 8 { return false }
    }
    return true
  }

  /// SETTINGS_MAX_FRAME_SIZE is at least this (RFC 9113 §6.5.2).
  private static let longestFrame = 16_384

  private static func longestCode(of byte: UInt8) -> Int {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): 7
    case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: " "), UInt8(ascii: "-"), UInt8(ascii: "."),
      UInt8(ascii: "/"), UInt8(ascii: "="), UInt8(ascii: "_"), UInt8(ascii: "%"), UInt8(ascii: ":"), UInt8(ascii: "&"),
      UInt8(ascii: "*"), UInt8(ascii: ","), UInt8(ascii: ";"):
      8
    case 33...126: 19
    default: 30
    }
  }

  private static func isAboutConnection(_ field: HTTP.HTTPHeaders.Field) -> Bool {
    switch field.name.utf8.count {
    case 7: field.isNamed("upgrade")
    case 10: field.isNamed("connection") || field.isNamed("keep-alive")
    case 16: field.isNamed("proxy-connection")
    case 17: field.isNamed("transfer-encoding")
    default: false
    }
  }
}

extension HTTP.HTTPHeaders {
  /// Whether the fields fit one HTTP/2 frame together with `target` and the other pseudo-header fields.
  package func fitsFrame(beside target: String = "") -> Bool {
    // Most are short, so that adding up the lengths is enough.
    let length = fields.reduce(target.utf8.count) { $0 + $1.name.utf8.count + $1.value.utf8.count }
    guard length > 4_000 || fields.count > 100 else { return true }
    var block: HPACKHeaders = [":path": target, ":authority": String(repeating: "a", count: 512)]
    return block.add(self) && block.fitsFrame
  }

  /// The fields of `block` without pseudo-header fields.
  package init(of block: HPACKHeaders) {
    self.init()
    reserve(block.count)
    for (name, value, _) in block where name.utf8.first != UInt8(ascii: ":") { add(name, value) }
  }
}

extension HTTP.HTTPHeaders.Field {
  /// Whether its name and value have only bytes that are allowed.
  var isSendable: Bool {
    !name.isEmpty && name.utf8.allSatisfy(HeadParser.isToken) && value.utf8.allSatisfy(HeadParser.isText)
  }
}
