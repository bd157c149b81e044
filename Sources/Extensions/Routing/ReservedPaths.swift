/// Paths that are the gateway's own, which no object may claim.
package enum ReservedPaths {
  package static let all = [
    "/api", "/apis", "/kapis", "/oauth", "/dist", "/version", "/healthz", "/livez", "/readyz", "/metrics", "/clusters",
    "/openapi", "/.well-known",
  ]

  /// Whether `path` is one of them or lies below one.
  package static func contain(_ path: String) -> Bool {
    let slash = UInt8(ascii: "/")
    let first = path.utf8.drop { $0 == slash }.prefix { $0 != slash }
    return all.contains { $0.utf8.dropFirst().elementsEqual(first) }
  }

  /// Why `glob` may not be claimed, if it may not.
  static func problem(with glob: PathGlob) -> String? {
    guard glob.text.hasPrefix("/") else { return "\(glob.text) is no path" }
    let literal = String(decoding: glob.literalPrefix, as: UTF8.self)
    // A pattern that begins higher up is served where the path is not reserved.
    return contain(literal) ? "\(glob.text) is reserved for the gateway itself" : nil
  }
}
