import Platform

/// The part of a URL after the question mark.
package struct Query {
  package private(set) var text = ""

  package init() {}

  /// Adds a parameter, unless `value` is `nil` or empty.
  package mutating func add(_ name: String, _ value: String?) {
    guard let value, !value.isEmpty else { return }
    text += (text.isEmpty ? "?" : "&") + name + "=" + PercentEncoding.encode(value)
  }
}
