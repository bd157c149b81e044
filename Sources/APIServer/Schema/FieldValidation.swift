import KubernetesAPI
import Manifest

/// What is done about fields that the schema of a kind does not know.
///
/// They are dropped in any case, where there is a schema; the question is who is told.
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

  /// The warnings about what is unknown in `document`, an object or the part of one that a patch has, and about what
  /// comes twice in it (`repeated`).
  func check(
    _ document: Value, _ type: ResourceType, isPatch: Bool, repeated: [String] = []
  ) throws(Status) -> [String] {
    guard self != .ignore else { return [] }
    let operations = document.sequence?.flatMap { type.unknown(inOperation: $0) }
    let problems = repeated + (operations ?? type.unknown(in: document)).map { "unknown field \"\($0)\"" }
    guard self == .strict, !problems.isEmpty else { return problems }
    let text = "strict decoding error: " + problems.joined(separator: ", ")
    if isPatch {
      let cause = Status.Cause.invalid("patch", .string(JSON.text(type.showing(document))), text)
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

  /// The places that are not known and an operation of a JSON patch would put something at.
  fileprivate func unknown(inOperation operation: Value) -> [String] {
    guard let schema, ["add", "replace", "copy", "move"].contains(operation["op"]?.string ?? "") else { return [] }
    let keys = JSONPatch.segments(operation["path"]?.string ?? "")
    // The operation as an object that has nothing but what it would put there.
    let value = keys.reversed().reduce(operation["value"] ?? .null) { inner, key in
      Int(key) != nil || key == "-" ? .sequence([inner]) : .mapping(Mapping([Mapping.Pair(key: key, value: inner)]))
    }
    return schema.unknown(in: value)
  }
}
