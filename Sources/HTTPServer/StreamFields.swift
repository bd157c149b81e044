package import HTTP
package import NIOHPACK

// Header fields between HTTP/1.1 and a stream of HTTP/2, for the server and for what is a client of one.
extension HPACKHeaders {
  /// Adds `headers` as a stream has them: in lower case, without those about a connection (RFC 9113 §8.2.2); false when
  /// one may not be sent.
  package mutating func add(_ headers: HTTP.HTTPHeaders) -> Bool {
    for field in headers.fields where !Self.isAboutConnection(field) {
      guard field.isSendable else { return false }
      let isLower = field.name.utf8.allSatisfy { !(65...90).contains($0) }
      add(name: isLower ? field.name : field.name.lowercased(), value: field.value)
    }
    return true
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
  /// The fields of `block` that HTTP/1.1 has too.
  package init(of block: HPACKHeaders) {
    self.init()
    reserve(block.count)
    for (name, value, _) in block where name.utf8.first != UInt8(ascii: ":") { add(name, value) }
  }
}

extension HTTP.HTTPHeaders.Field {
  /// Whether no byte of it would make something else of it.
  var isSendable: Bool {
    !name.isEmpty && name.utf8.allSatisfy(HeadParser.isToken) && value.utf8.allSatisfy(HeadParser.isText)
  }
}
