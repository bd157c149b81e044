import KubernetesAPI
import Manifest
import Platform

extension ResourceType {
  /// A column of a table, whose cells are computed from objects.
  package struct Column: Sendable {
    package var title: String
    package var type: String
    var format = ""
    var description: String
    /// More than 0 for columns that only `-o wide` shows.
    var priority = 0
    private let content: Content

    private enum Content: Sendable {
      /// The value at a path, for kinds of definitions; null if there is none.
      case path(JSONPath)
      /// Text from a template, for Kubernetes' own kinds.
      case template(CellTemplate)
    }

    /// A column of one of Kubernetes' own kinds.
    init(_ title: String, _ cell: CellTemplate, type: String = "string") {
      self.title = title
      self.type = type
      description = title
      content = .template(cell)
    }

    /// A column of a definition.
    init(_ title: String, _ path: JSONPath, type: String) {
      self.title = title
      self.type = type
      description = "Custom resource definition column (in JSONPath format): \(path.text)"
      content = .path(path)
    }

    /// The age of the object, which `ResourceType` adds to the columns it is given.
    static let age = {
      var column = Column("Age", CellTemplate("{age:metadata.creationTimestamp|<unknown>}"))
      column.description = "How long the object exists."
      return column
    }()
  }
}

extension ResourceType.Column {
  /// The cell of `object`.
  func cell(_ object: Value, at now: Timestamp) -> Value {
    switch content {
    case .path(let path): cell(of: path.values(in: object).first ?? .null, at: now)
    case .template(let template): cell(of: template.text(of: object, at: now))
    }
  }

  private func cell(of text: String) -> Value {
    switch type {
    case "integer": .integer(Int(text) ?? 0)
    case "boolean": .bool(text == "true")
    default: .string(text)
    }
  }

  /// `value` as the type of the column requires; null if it has another type.
  private func cell(of value: Value, at now: Timestamp) -> Value {
    switch (type, value) {
    case ("date", .string(let text)): return .string(Timestamp(text)?.age(at: now) ?? "<invalid>")
    case ("integer", .number(let number)): return Int(exactly: number.rounded(.towardZero)).map(Value.integer) ?? .null
    case ("string", .sequence), ("string", .mapping): return .string(JSON.text(value))
    case ("string", .string), (_, .null): return value
    case ("string", _): return .string(GoSyntax.text(value))
    case ("integer", .integer), ("number", .integer), ("number", .number), ("boolean", .bool): return value
    default: return .null
    }
  }

  var definition: Value {
    [
      "name": .string(title), "type": .string(type), "format": .string(format), "description": .string(description),
      "priority": .integer(priority),
    ]
  }
}
