/// A reference to an image: a registry, a path in it, and a tag or a digest, parsed as docker does.
package struct ImageReference: Hashable, Sendable {
  /// The registry's host, with its port unless that is the default.
  package var registry: String
  /// Such as `library/ubuntu`.
  package var path: String
  /// Empty if there is none.
  package var tag: String
  /// `sha256:…`, or empty.
  package var digest: String

  /// `nil` if `text` is not a reference.
  ///
  /// The default registry is docker's, and the default tag is `latest`.
  package init?(_ text: String) {
    var rest = text[...]
    digest = ""
    if let at = rest.lastIndex(of: "@") {
      digest = String(rest[rest.index(after: at)...])
      rest = rest[..<at]
      guard Self.isDigest(digest) else { return nil }
    }
    tag = digest.isEmpty ? "latest" : ""
    if let colon = rest.lastIndex(of: ":"), !rest[colon...].contains("/") {
      tag = String(rest[rest.index(after: colon)...])
      rest = rest[..<colon]
      guard Self.isTag(tag) else { return nil }
    }
    var parts = rest.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    registry = Self.docker
    if let first = parts.first, parts.count > 1, first.contains(".") || first.contains(":") || first == "localhost" {
      registry = first == "index.docker.io" ? Self.docker : first.lowercased()
      parts.removeFirst()
    }
    if registry == Self.docker, parts.count == 1 { parts.insert("library", at: 0) }
    guard !parts.isEmpty, parts.allSatisfy(Self.isComponent), !registry.isEmpty else { return nil }
    path = parts.joined(separator: "/")
  }

  /// Whether `text` is the address of a registry of charts.
  static func isRegistry(_ text: String) -> Bool { text.hasPrefix("oci://") }

  private static let docker = "docker.io"

  /// The host of the registry's API.
  var host: String { registry == Self.docker ? "registry-1.docker.io" : registry }

  /// The digest if there is one, otherwise the tag; the `reference` in the registry's API.
  var selector: String { digest.isEmpty ? tag : digest }

  /// The whole reference.
  package var text: String {
    "\(registry)/\(path)" + (tag.isEmpty ? "" : ":\(tag)") + (digest.isEmpty ? "" : "@\(digest)")
  }

  static func isDigest(_ text: String) -> Bool {
    text.hasPrefix("sha256:") && text.utf8.count == 71
      && text.dropFirst(7).utf8.allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
  }

  static func isTag(_ text: String) -> Bool {
    guard let first = text.utf8.first, first != UInt8(ascii: "."), first != UInt8(ascii: "-") else { return false }
    return text.utf8.count <= 128
      && text.utf8.allSatisfy { isWordByte($0) || (65...90).contains($0) || ".-_".utf8.contains($0) }
  }

  /// A component of a path: letters and digits in lower case, with dots, hyphens and underscores between them.
  static func isComponent(_ text: String) -> Bool {
    guard let first = text.utf8.first, let last = text.utf8.last, isWordByte(first), isWordByte(last) else {
      return false
    }
    return text.utf8.allSatisfy { isWordByte($0) || ".-_".utf8.contains($0) }
  }

  private static func isWordByte(_ byte: UInt8) -> Bool { (48...57).contains(byte) || (97...122).contains(byte) }
}
