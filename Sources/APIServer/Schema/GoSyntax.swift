import KubernetesAPI
import Manifest

/// Formats values as Go prints them, for the API server's messages.
enum GoSyntax {
  /// A value in a message (`field.Error`): strings in quotes, numbers plain, lists and mappings as Go source.
  static func text(_ value: Value) -> String {
    switch value {
    case .null: "null"
    case .number(let number): text(number)
    case .sequence, .mapping: source(value)
    default: JSON.text(value)
    }
  }

  /// A number, without a fraction if it is whole.
  static func text(_ number: Double) -> String {
    if number == number.rounded(), abs(number) < 1e21 {
      return Int(exactly: number).map(String.init) ?? String(number)
    }
    return String(number)
  }

  /// The name of the value's type in errors of Go's JSON decoder.
  static func decoded(_ value: Value) -> String {
    switch value {
    case .mapping: "object"
    case .sequence: "array"
    case .bool: "bool"
    case .string: "string"
    case .integer, .number: "number"
    case .null: "null"
    }
  }

  private static func source(_ value: Value) -> String {
    switch value {
    case .null: "interface {}(nil)"
    case .sequence(let items): "[]interface {}{" + items.map(source).joined(separator: ", ") + "}"
    case .mapping(let mapping):
      "map[string]interface {}{"
        + mapping.pairs.sorted { $0.key < $1.key }.map { JSON.text(.string($0.key)) + ":" + source($0.value) }
        .joined(separator: ", ") + "}"
    case .number(let number): text(number)
    default: JSON.text(value)
    }
  }
}

extension Status.Cause {
  /// An invalid value, formatted as the API server shows it.
  static func invalidValue(_ field: String, _ value: Value, _ problem: String) -> Status.Cause {
    Status.Cause(
      reason: "FieldValueInvalid", message: "Invalid value: \(GoSyntax.text(value)): \(problem)", field: field)
  }

  static func unsupported(_ field: String, _ value: Value, _ supported: [Value]) -> Status.Cause {
    let words = supported.map { JSON.text(.string($0.string ?? JSON.text($0))) }.joined(separator: ", ")
    return Status.Cause(
      reason: "FieldValueNotSupported",
      message: "Unsupported value: \(GoSyntax.text(value)): supported values: \(words)", field: field)
  }

  static func tooLong(_ field: String, bytes: Int) -> Status.Cause {
    Status.Cause(reason: "FieldValueTooLong", message: "Too long: must have at most \(bytes) bytes", field: field)
  }

  static func duplicate(_ field: String, _ value: Value) -> Status.Cause {
    Status.Cause(reason: "FieldValueDuplicate", message: "Duplicate value: \(GoSyntax.text(value))", field: field)
  }
}
