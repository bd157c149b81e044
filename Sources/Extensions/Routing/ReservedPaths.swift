import Platform

/// Paths of the gateway itself, which no object may claim.
package enum ReservedPaths {
  package static let all = [
    "/api", "/apis", "/kapis", "/oauth", "/dist", "/version", "/healthz", "/livez", "/readyz", "/metrics", "/clusters",
    "/openapi", "/.well-known",
  ]

  /// Whether `path` is a reserved path or below one.
  package static func contain(_ path: String) -> Bool {
    let slash = UInt8(ascii: "/")
    let first = path.utf8.drop { $0 == slash }.prefix { $0 != slash }
    return all.contains { $0.utf8.dropFirst().elementsEqual(first) }
  }

  /// Why an object may not claim `glob`; `nil` if it may.
  static func problem(with glob: PathGlob) -> Sentence? {
    guard glob.text.hasPrefix("/") else { return "\(glob.text) is no path" }
    let literal = String(decoding: glob.literalPrefix, as: UTF8.self)
    // A pattern with a shorter literal prefix is served where the path is not reserved.
    return contain(literal) ? "\(glob.text) is reserved for the gateway itself" : nil
  }
}
