import KubernetesAPI

/// The user of a client certificate (X.509, RFC 5280): the common name is the user name, the organizations are the
/// groups, as kube-apiserver reads it.
///
/// The listener has verified the certificate.
enum CertificateSubject {
  /// `nil` if `certificate` is not a certificate or has no common name.
  static func user(of certificate: [UInt8]) -> User? {
    var whole = DER(certificate[...])
    guard var outer = whole.open(.sequence), var inner = outer.open(.sequence) else { return nil }
    // Version, serial number, algorithm, issuer, validity; then the subject.
    if inner.peek == .version { inner.skip() }
    for _ in 0..<4 { inner.skip() }
    guard var subject = inner.open(.sequence) else { return nil }
    var user = User(name: "")
    while var set = subject.open(.set) {
      while var attribute = set.open(.sequence) {
        guard let type = attribute.bytes(.objectIdentifier), let text = attribute.text() else { continue }
        // As in Go, the last common name is used.
        if type.elementsEqual(commonName) { user.name = text }
        if type.elementsEqual(organization) { user.groups.append(text) }
      }
    }
    return user.name.isEmpty ? nil : user.addingAuthenticatedGroup
  }

  private static let commonName: [UInt8] = [0x55, 0x04, 0x03]
  private static let organization: [UInt8] = [0x55, 0x04, 0x0A]
}

/// A sequence of DER values; it ends at a value that is truncated or has a length of more than four bytes.
private struct DER {
  enum Tag: UInt8 {
    case sequence = 0x30
    case set = 0x31
    case objectIdentifier = 0x06
    case version = 0xA0
    case utf8 = 0x0C
    case printable = 0x13
    case ia5 = 0x16
  }

  private var rest: ArraySlice<UInt8>

  init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

  /// The tag of the next value; `nil` if it is not one of `Tag`.
  var peek: Tag? { rest.first.flatMap(Tag.init) }

  /// Reads the values in the next value; `nil` if that does not have `tag`.
  mutating func open(_ tag: Tag) -> DER? { bytes(tag).map(DER.init) }

  mutating func skip() { _ = next() }

  mutating func text() -> String? {
    guard let value = next(), [Tag.utf8, .printable, .ia5].contains(where: { $0.rawValue == value.tag }) else {
      return nil
    }
    return String(validating: value.content, as: UTF8.self)
  }

  mutating func bytes(_ tag: Tag) -> ArraySlice<UInt8>? {
    guard let value = next(), value.tag == tag.rawValue else { return nil }
    return value.content
  }

  private mutating func next() -> (tag: UInt8, content: ArraySlice<UInt8>)? {
    guard let tag = rest.popFirst(), let first = rest.popFirst() else { return end() }
    var length = Int(first)
    if first >= 0x80 {
      let count = Int(first & 0x7F)
      guard (1...4).contains(count), rest.count >= count else { return end() }
      length = rest.prefix(count).reduce(0) { $0 << 8 | Int($1) }
      rest = rest.dropFirst(count)
    }
    guard rest.count >= length else { return end() }
    defer { rest = rest.dropFirst(length) }
    return (tag, rest.prefix(length))
  }

  private mutating func end() -> (tag: UInt8, content: ArraySlice<UInt8>)? {
    rest = []
    return nil
  }
}
