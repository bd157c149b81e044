import Platform

/// Keys and certificates as text (RFC 7468): blocks between BEGIN and END lines; other text is ignored.
struct PEM {
  struct Block {
    /// The text after BEGIN, such as `CERTIFICATE`.
    var label: String
    /// The block with its first and its last line.
    var text: ArraySlice<UInt8>
    /// Lines such as `Proc-Type: 4,ENCRYPTED` before the content.
    var headers: [String] = []
    /// The decoded content; `nil` if it is not base64.
    var content: [UInt8]?

    /// The block in the form of RFC 7468 §3, with 64 characters a line.
    var canonical: [UInt8] {
      var lines = ["-----BEGIN \(label)-----"]
      var rest = Base64.encode(content ?? [])[...]
      while !rest.isEmpty {
        lines.append(String(rest.prefix(64)))
        rest = rest.dropFirst(64)
      }
      return Array((lines + ["-----END \(label)-----", ""]).joined(separator: "\n").utf8)
    }
  }

  /// The complete blocks; a BEGIN line inside a block discards the unfinished one.
  private(set) var blocks: [Block] = []

  init(_ bytes: [UInt8]) {
    var begun: (label: String, start: Int, lines: [String])?
    var position = 0
    while position < bytes.count {
      let end = bytes[position...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
      let line = String(decoding: bytes[position..<end], as: UTF8.self).trimmed()
      if let label = Self.label(of: line, "BEGIN") {
        begun = (label, position, [])
      } else if let label = Self.label(of: line, "END") {
        if let begun, begun.label == label {
          blocks.append(Self.block(label, begun.lines, bytes[begun.start..<min(end + 1, bytes.count)]))
        }
        begun = nil
      } else {
        begun?.lines.append(line)
      }
      position = end + 1
    }
  }

  private static func label(of line: String, _ word: String) -> String? {
    guard line.hasPrefix("-----\(word) "), line.hasSuffix("-----"), line.count > word.count + 11 else { return nil }
    return String(line.dropFirst(word.count + 6).dropLast(5))
  }

  private static func block(_ label: String, _ lines: [String], _ text: ArraySlice<UInt8>) -> Block {
    let content = lines.filter { !$0.contains(":") }
    return Block(
      label: label, text: text, headers: lines.filter { $0.contains(":") }, content: Base64.decode(content.joined()))
  }

  /// Whether the first private key needs a passphrase.
  var hasEncryptedKey: Bool {
    guard let key = blocks.first(where: { $0.label == "PRIVATE KEY" || $0.label.hasSuffix(" PRIVATE KEY") }) else {
      return false
    }
    return key.label == "ENCRYPTED PRIVATE KEY" || key.headers.contains { $0.containsText("ENCRYPTED") }
  }
}

/// Certificates of certificate authorities, some of which may be unreadable.
package enum AuthorityBundle {
  /// The certificates in `bytes`, rewritten so that OpenSSL reads them: it fails on blank lines, other blocks and
  /// unfinished blocks, which Go skips.
  ///
  /// Empty if no block is a certificate. A text without any block is returned unchanged, so that TLS reports the error.
  package static func readable(_ bytes: [UInt8]) -> [UInt8] {
    let blocks = PEM(bytes).blocks
    return blocks.isEmpty ? bytes : blocks.filter(isCertificate).flatMap { $0.canonical }
  }

  private static func isCertificate(_ block: PEM.Block) -> Bool {
    guard block.label == "CERTIFICATE", block.headers.isEmpty, let content = block.content else { return false }
    return DER(content[...])?.isCertificate == true
  }
}

/// A DER value, parsed just far enough to recognise an X.509 certificate (RFC 5280 §4.1).
private struct DER {
  private var tag: UInt8
  private var content: ArraySlice<UInt8>

  /// The only value in `bytes`; `nil` if there is none or if data follows it.
  init?(_ bytes: ArraySlice<UInt8>) {
    var rest = bytes
    guard let first = DER.next(&rest), rest.isEmpty else { return nil }
    self = first
  }

  private init(tag: UInt8, content: ArraySlice<UInt8>) {
    self.tag = tag
    self.content = content
  }

  var isCertificate: Bool {
    // tbsCertificate, signatureAlgorithm and signatureValue.
    guard tag == Self.sequence, let parts, parts.map(\.tag) == [Self.sequence, Self.sequence, Self.bits] else {
      return false
    }
    guard var fields = parts[0].parts else { return false }
    if fields.first?.tag == Self.version { fields.removeFirst() }
    // Serial number, algorithm, issuer, validity, subject and key; more may follow.
    let names = [Self.integer] + Array(repeating: Self.sequence, count: 5)
    return fields.count >= names.count && zip(fields, names).allSatisfy { $0.tag == $1 }
      && fields.dropFirst().allSatisfy { $0.parts != nil || $0.tag & 0x20 == 0 }
  }

  /// The values inside this one; `nil` if the content is not a series of DER values.
  private var parts: [DER]? {
    var rest = content
    var parts: [DER] = []
    while !rest.isEmpty {
      guard let part = DER.next(&rest) else { return nil }
      parts.append(part)
    }
    return parts
  }

  private static let (integer, bits, sequence, version) = (UInt8(0x02), UInt8(0x03), UInt8(0x30), UInt8(0xa0))

  private static func next(_ rest: inout ArraySlice<UInt8>) -> DER? {
    guard let tag = rest.popFirst(), let first = rest.popFirst() else { return nil }
    var length = Int(first)
    if first >= 0x80 {
      let count = Int(first & 0x7f)
      guard (1...4).contains(count), rest.count >= count else { return nil }
      length = rest.prefix(count).reduce(0) { $0 << 8 | Int($1) }
      rest = rest.dropFirst(count)
    }
    guard length <= rest.count else { return nil }
    defer { rest = rest.dropFirst(length) }
    return DER(tag: tag, content: rest.prefix(length))
  }
}
