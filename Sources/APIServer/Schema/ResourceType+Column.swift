import KubernetesAPI
import Manifest
import Platform

extension ResourceType {
  /// A column of a table, whose cells are found in the objects.
  package struct Column: Hashable, Sendable {
    package var title: String
    package var type: String
    var format = ""
    var description: String
    /// More than 0 for what only `-o wide` shows.
    var priority = 0
    let path: JSONPath
    /// Whether a definition describes it: what is not there has no cell then, instead of an empty one.
    var isCustom = false

    package init(_ title: String, _ path: String..., type: String = "string") {
      self.title = title
      self.path = JSONPath(keys: path)
      self.type = type
      description = title
    }

    /// A column as a definition has it.
    init(_ title: String, _ path: JSONPath, type: String) {
      self.title = title
      self.path = path
      self.type = type
      description = "Custom resource definition column (in JSONPath format): \(path.text)"
      isCustom = true
    }

    /// How long the object exists.
    static let age = {
      var column = Column("Age", JSONPath(keys: ["metadata", "creationTimestamp"]), type: "date")
      column.description = "How long the object exists."
      column.isCustom = false
      return column
    }()
  }
}

extension ResourceType.Column {
  /// The cell of `object`.
  func cell(_ object: Value, at now: Timestamp) -> Value {
    guard let value = path.values(in: object).first, value != .null else {
      return isCustom ? .null : type == "date" ? "<unknown>" : ""
    }
    switch (type, value) {
    case ("date", .string(let text)): return .string(Timestamp(text)?.age(at: now) ?? "<invalid>")
    case ("integer", .number(let number)): return Int(exactly: number.rounded(.towardZero)).map(Value.integer) ?? .null
    case ("string", .sequence), ("string", .mapping): return .string(JSON.text(value))
    case ("string", .string): return value
    case ("string", _): return isCustom ? .string(GoSyntax.text(value)) : value
    case ("integer", .integer), ("number", .integer), ("number", .number), ("boolean", .bool): return value
    default: return isCustom ? .null : value
    }
  }

  var definition: Value {
    [
      "name": .string(title), "type": .string(type == "date" && !isCustom ? "string" : type), "format": .string(format),
      "description": .string(description),
      "priority": .integer(priority),
    ]
  }
}
