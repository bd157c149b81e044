/// The part of a URL after the question mark.
struct Query {
  private(set) var text = ""

  /// Adds a parameter; one that is `nil` or empty is left out.
  mutating func add(_ name: String, _ value: String?) {
    guard let value, !value.isEmpty else { return }
    text += (text.isEmpty ? "?" : "&") + name + "=" + PercentEncoding.encode(value)
  }

  mutating func add(_ selector: Selector) {
    add("labelSelector", selector.labels)
    add("fieldSelector", selector.fields)
  }
}
