import Manifest
import Platform

/// The target of a request: its path segments and its query, decoded.
package struct Target: Hashable, Sendable {
  package var segments: [String]
  private var query: [String: String] = [:]
  /// Further values of parameters that are given several times.
  private var repeated: [String: [String]] = [:]

  package init(_ text: String) {
    // Compares bytes: this runs for every request, and comparing characters is slow.
    let mark = text.utf8.firstIndex(of: UInt8(ascii: "?"))
    var parts = text[..<(mark ?? text.endIndex)].utf8.split(
      separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)[...]
    // A trailing slash is ignored; a doubled slash leaves an empty segment, which matches nothing, as in
    // kube-apiserver.
    if parts.first?.isEmpty == true { parts.removeFirst() }
    if parts.last?.isEmpty == true { parts.removeLast() }
    segments = parts.map { segment in
      segment.contains(UInt8(ascii: "%")) ? PercentEncoding.decode(Substring(segment)) : String(Substring(segment))
    }
    guard let mark else { return }
    for pair in text[text.utf8.index(after: mark)...].split(separator: "&") {
      let sides = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let key = Self.decode(sides[0])
      // As in Go's url.ParseQuery, a pair with an invalid escape is dropped, and the first of repeated keys is used.
      guard sides.allSatisfy(PercentEncoding.isWhole) else { continue }
      let value = sides.count == 2 ? Self.decode(sides[1]) : ""
      if query[key] == nil { query[key] = value } else { repeated[key, default: []].append(value) }
    }
  }

  /// The value of a query parameter; `nil` if it is missing or empty, which the API does not distinguish.
  package subscript(parameter: String) -> String? {
    query[parameter].flatMap { $0.isEmpty ? nil : $0 }
  }

  /// All values of a query parameter that may be given several times, in their order.
  package func all(_ parameter: String) -> [String] {
    query[parameter].map { [$0] + (repeated[parameter] ?? []) } ?? []
  }

  /// The value of a query parameter, also where that is empty; `nil` when it is missing.
  package func rawParameter(_ parameter: String) -> String? { query[parameter] }

  /// A boolean parameter as Kubernetes reads it: `false`, `0` or missing is false, anything else is true.
  package func flag(_ parameter: String) -> Bool {
    guard let value = query[parameter] else { return false }
    return value != "false" && value != "0"
  }

  /// An integer parameter; `orNegative` allows negative numbers, which kube-apiserver reads as absent in some
  /// parameters.
  package func integer(_ parameter: String, orNegative: Bool = false) throws(Status) -> Int? {
    guard let text = self[parameter] else { return nil }
    guard let number = Int(text) else {
      let digits = text.hasPrefix("-") || text.hasPrefix("+") ? text.dropFirst() : text[...]
      let isNumber = !digits.isEmpty && digits.utf8.allSatisfy { (48...57).contains($0) }
      // Go's messages, which kube-apiserver passes on.
      let problem = isNumber ? "value out of range" : "invalid syntax"
      throw .badRequest("strconv.ParseInt: parsing \(JSON.text(.string(text))): \(problem)")
    }
    guard number >= 0 || orNegative else {
      throw .badRequest("invalid value \"\(text)\" for \(parameter): it must not be negative")
    }
    return number
  }

  private static func decode(_ text: Substring) -> String {
    PercentEncoding.decode(text.contains("+") ? String(text.map { $0 == "+" ? " " : $0 }) : String(text))
  }
}
