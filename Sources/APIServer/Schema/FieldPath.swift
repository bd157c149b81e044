/// A place in an object while it is walked; its text is only made for who is told of it.
struct FieldPath: Sendable {
  private var steps: [Step] = []

  private enum Step {
    case key(String)
    /// A key in brackets, as Kubernetes writes what is no field of Go.
    case member(String)
    case item(Int)
  }

  init(_ keys: String...) { steps = keys.map(Step.key) }

  /// Such as `spec.ports[0].name`.
  var text: String {
    steps.reduce(into: "") { text, step in
      switch step {
      case .key(let key): text += text.isEmpty ? key : "." + key
      case .member(let key): text += "[\(key)]"
      case .item(let index): text += "[\(index)]"
      }
    }
  }

  /// Whether this is where the items of a list, or the values of a mapping, are described.
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
