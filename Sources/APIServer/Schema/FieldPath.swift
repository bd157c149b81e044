/// The path of a field during a walk through an object; its text is created only for messages.
struct FieldPath: Sendable {
  private var steps: [Step] = []

  private enum Step {
    case key(String)
    /// A key in brackets, as Kubernetes writes keys that are not Go fields.
    case member(String)
    case item(Int)
  }

  init(_ keys: String...) { steps = keys.map(Step.key) }

  /// The path as text, such as `spec.ports[0].name`.
  var text: String {
    steps.reduce(into: "") { text, step in
      switch step {
      case .key(let key): text += text.isEmpty ? key : "." + key
      case .member(let key): text += "[\(key)]"
      case .item(let index): text += "[\(index)]"
      }
    }
  }

  /// Whether this is the `items` of a schema.
  var isItem: Bool {
    guard case .key(let key)? = steps.last else { return false }
    return key == "items"
  }

  mutating func push(_ key: String) { steps.append(.key(key)) }
  mutating func push(member key: String) { steps.append(.member(key)) }
  mutating func push(_ index: Int) { steps.append(.item(index)) }
  mutating func pop() { steps.removeLast() }

  func appending(_ keys: String...) -> String {
    var path = self
    for key in keys { path.push(key) }
    return path.text
  }
}
