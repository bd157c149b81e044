import KubernetesAPI

/// Selects objects of a list by labels and fields; the server evaluates the selectors, as with kubectl.
struct Selection: Hashable, Sendable {
  let selector: Selector

  /// The options that set it.
  static let options: [Option] = [.selector, .fieldSelector]

  /// Selects all objects.
  init() { selector = Selector() }

  init(_ arguments: Arguments) {
    selector = Selector(labels: arguments[.selector] ?? "", fields: arguments[.fieldSelector] ?? "")
  }

  var isEmpty: Bool { selector.labels.isEmpty && selector.fields.isEmpty }

  /// Evaluates the selectors here, for an object of a list that was read without them.
  func takes(_ object: Object) -> Bool {
    guard let labels = try? LabelSelector(selector.labels), labels.matches(object.labels) else { return false }
    return selector.fields.split(separator: ",").allSatisfy { Self.takes(object, $0) }
  }

  /// Field selectors of custom resources support only `metadata.name` and `metadata.namespace`.
  private static func takes(_ object: Object, _ requirement: Substring) -> Bool {
    let key = requirement.prefix { $0 != "=" && $0 != "!" }
    let sign = requirement.dropFirst(key.count).prefix { $0 == "=" || $0 == "!" }
    let value = requirement.dropFirst(key.count + sign.count)
    let own = key == "metadata.name" ? object.name : key == "metadata.namespace" ? object.namespace ?? "" : nil
    return own.map { ($0 == value) == (sign != "!=") } ?? false
  }
}
