import KubernetesAPI
import Manifest

/// How a write reports fields that are unknown to the schema, and duplicate keys (`fieldValidation`).
///
/// Unknown fields are dropped in any case if the kind has a schema.
enum FieldValidation: String, Hashable, Sendable {
  case ignore = "Ignore"
  case warn = "Warn"
  case strict = "Strict"

  init(_ target: Target, kind: String) throws(Status) {
    guard let text = target["fieldValidation"] else {
      self = .warn
      return
    }
    guard let mode = FieldValidation(rawValue: text) else {
      let problem = #"Unsupported value: "\#(text)": supported values: "Ignore", "Strict", "Warn""#
      throw .invalidOptions(
        kind, [Status.Cause(reason: "FieldValueNotSupported", message: problem, field: "fieldValidation")])
    }
    self = mode
  }

  /// The warnings about unknown fields in `document`, an object or a patch, and about its duplicate keys;
  /// with `strict`, these are thrown as an error.
  func check(
    _ document: Value, _ type: ResourceType, isPatch: Bool, duplicates: [String] = []
  ) throws(Status) -> [String] {
    guard self != .ignore else { return [] }
    let operations = document.sequence?.flatMap { type.unknown(inOperation: $0) }
    let problems = duplicates + (operations ?? type.unknown(in: document)).map { "unknown field \"\($0)\"" }
    guard self == .strict, !problems.isEmpty else { return problems }
    let text = "strict decoding error: " + problems.joined(separator: ", ")
    if isPatch {
      let cause = Status.Cause.invalid("patch", .string(JSON.text(type.redacted(document))), text)
      throw .invalid(type.resource, document[path: "metadata", "name"]?.string ?? "", [cause])
    }
    let kind = type.resource.kind
    throw .badRequest("\(kind) in version \"\(type.resource.version)\" cannot be handled as a \(kind): \(text)")
  }
}

extension ResourceType {
  fileprivate func unknown(in value: Value) -> [String] {
    schema?.unknown(in: value) ?? []
  }

  /// The paths of unknown fields that an operation of a JSON patch would set.
  fileprivate func unknown(inOperation operation: Value) -> [String] {
    guard let schema, ["add", "replace", "copy", "move"].contains(operation["op"]?.string ?? "") else { return [] }
    let keys = JSONPatch.segments(operation["path"]?.string ?? "")
    // An object that contains only what the operation would set.
    let value = keys.reversed().reduce(operation["value"] ?? .null) { inner, key in
      Int(key) != nil || key == "-" ? .sequence([inner]) : .mapping(Mapping([Mapping.Pair(key: key, value: inner)]))
    }
    return schema.unknown(in: value)
  }
}
