/// A kind of object and the path under which the API serves it.
package struct Resource: Hashable, Sendable {
  /// Empty for the core group.
  package var group: String
  package var version: String
  package var plural: String
  package var kind: String
  package var isNamespaced: Bool

  package init(group: String, version: String, plural: String, kind: String, isNamespaced: Bool = false) {
    self.group = group
    self.version = version
    self.plural = plural
    self.kind = kind
    self.isNamespaced = isNamespaced
  }

  /// `v1` or `kubesphere.io/v1alpha1`, as in an object's `apiVersion`.
  package var apiVersion: String { group.isEmpty ? version : "\(group)/\(version)" }

  /// `configmaps` or `installplans.kubesphere.io`, as kubectl writes it.
  package var qualifiedName: String { group.isEmpty ? plural : "\(plural).\(group)" }

  /// The path of the collection, of `name` in it, or of a subresource of that.
  package func path(namespace: String? = nil, name: String? = nil, subresource: String? = nil) -> String {
    var path = group.isEmpty ? "/api/\(version)" : "/apis/\(group)/\(version)"
    if let namespace { path += "/namespaces/" + PercentEncoding.encode(namespace) }
    path += "/" + plural
    for part in [name, subresource].compactMap(\.self) { path += "/" + PercentEncoding.encode(part) }
    return path
  }

  package static let namespaces = Resource(group: "", version: "v1", plural: "namespaces", kind: "Namespace")
  package static let configMaps = Resource(
    group: "", version: "v1", plural: "configmaps", kind: "ConfigMap", isNamespaced: true)
  package static let secrets = Resource(group: "", version: "v1", plural: "secrets", kind: "Secret", isNamespaced: true)
  package static let events = Resource(group: "", version: "v1", plural: "events", kind: "Event", isNamespaced: true)
  package static let pods = Resource(group: "", version: "v1", plural: "pods", kind: "Pod", isNamespaced: true)
  package static let jobs = Resource(group: "batch", version: "v1", plural: "jobs", kind: "Job", isNamespaced: true)
}

/// Percent-encoding of what goes into a path or a query (RFC 3986 §2.3).
package enum PercentEncoding {
  package static func encode(_ text: String) -> String {
    var result = ""
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
        UInt8(ascii: "~"):
        result.unicodeScalars.append(Unicode.Scalar(byte))
      default:
        result += byte < 16 ? "%0" : "%"
        result += String(byte, radix: 16, uppercase: true)
      }
    }
    return result
  }

  /// The decoded text; a percent sign that begins no escape stands for itself.
  package static func decode(_ text: some StringProtocol) -> String {
    var bytes: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
      let digits = String(decoding: rest.prefix(2), as: UTF8.self)
      if byte == UInt8(ascii: "%"), digits.utf8.count == 2, let value = UInt8(digits, radix: 16) {
        bytes.append(value)
        rest = rest.dropFirst(2)
      } else {
        bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
