import KubernetesAPI

/// Which objects of a list are asked for, by label and field: the server decides, as for kubectl.
struct Selection: Hashable, Sendable {
  let selector: Selector

  /// The options that it reads.
  static let options: [Option] = [.selector, .fieldSelector]

  /// All of them.
  init() { selector = Selector() }

  init(_ arguments: Arguments) {
    selector = Selector(labels: arguments[.selector] ?? "", fields: arguments[.fieldSelector] ?? "")
  }

  var isEmpty: Bool { selector.labels.isEmpty && selector.fields.isEmpty }

  /// Whether an object of another list would be selected, which the server was not asked about.
  func takes(_ object: Object) -> Bool {
    guard let labels = try? LabelSelector(selector.labels), labels.matches(object.labels) else { return false }
    return selector.fields.split(separator: ",").allSatisfy { Self.takes(object, $0) }
  }

  /// The fields of a kind that is defined: its name and its namespace.
  private static func takes(_ object: Object, _ requirement: Substring) -> Bool {
    let key = requirement.prefix { $0 != "=" && $0 != "!" }
    let sign = requirement.dropFirst(key.count).prefix { $0 == "=" || $0 == "!" }
    let value = requirement.dropFirst(key.count + sign.count)
    let own = key == "metadata.name" ? object.name : key == "metadata.namespace" ? object.namespace ?? "" : nil
    return own.map { ($0 == value) == (sign != "!=") } ?? false
  }
}
