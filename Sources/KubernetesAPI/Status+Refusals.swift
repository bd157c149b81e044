package import Manifest

// The errors of an API server, with Kubernetes' messages (apimachinery's `errors` and `field`).
extension Status {
  package static func badRequest(_ message: String) -> Status {
    Status(code: 400, reason: "BadRequest", message: message)
  }

  package static let unauthorized = Status(code: 401, reason: "Unauthorized", message: "Unauthorized")

  /// The path or its resource does not exist.
  package static let unknownResource = Status(
    code: 404, reason: "NotFound", message: "the server could not find the requested resource")

  package static let unknownMethod = Status(
    code: 405, reason: "MethodNotAllowed", message: "the server does not allow this method on the requested resource")

  /// A create is refused while the kind's CustomResourceDefinition is being deleted.
  package static let terminatingDefinition = Status(
    code: 405, reason: "MethodNotAllowed",
    message: "create not allowed while custom resource definition is terminating")

  /// An admission webhook denied the request.
  package static func denied(by webhook: String, _ problem: String) -> Status {
    Status(
      code: 403, reason: "Forbidden", message: denial + "\"\(webhook)\" denied the request: \(problem)")
  }

  private static let denial = "admission webhook "

  /// Whether an admission webhook denied the request.
  package var isDenial: Bool { message.hasPrefix(Self.denial) }

  package static func notFound(_ resource: Resource, _ name: String) -> Status {
    Status(
      code: 404, reason: "NotFound", message: "\(resource.qualifiedName) \"\(name)\" not found",
      details: Details(name: name, group: resource.group, kind: resource.plural))
  }

  package static func alreadyExists(_ resource: Resource, _ name: String) -> Status {
    Status(
      code: 409, reason: "AlreadyExists", message: "\(resource.qualifiedName) \"\(name)\" already exists",
      details: Details(name: name, group: resource.group, kind: resource.plural))
  }

  package static func conflict(
    _ resource: Resource, _ name: String,
    _ problem: String = "the object has been modified; please apply your changes to the latest version and try again"
  ) -> Status {
    Status(
      code: 409, reason: "Conflict",
      message: "Operation cannot be fulfilled on \(resource.qualifiedName) \"\(name)\": \(problem)",
      details: Details(name: name, group: resource.group, kind: resource.plural))
  }

  /// The preconditions of a deletion (UID, resource version) do not match the object.
  package static func failedPrecondition(_ resource: Resource, _ name: String, _ problem: String) -> Status {
    Status(
      code: 409, reason: "Conflict",
      message: "Operation cannot be fulfilled on \(resource.qualifiedKind) \"\(name)\": \(problem)",
      details: Details(name: name, group: resource.group, kind: resource.kind))
  }

  package static func invalid(_ resource: Resource, _ name: String, _ causes: [Cause]) -> Status {
    let sentences = causes.map { "\($0.field): \($0.message)" }
    let text = sentences.count == 1 ? sentences[0] : "[" + sentences.joined(separator: ", ") + "]"
    return Status(
      code: 422, reason: "Invalid", message: "\(resource.qualifiedKind) \"\(name)\" is invalid: \(text)",
      details: Details(name: name, group: resource.group, kind: resource.kind, causes: causes))
  }

  /// The options of a request are invalid; `kind` is, for example, `ListOptions`.
  package static func invalidOptions(_ kind: String, _ causes: [Cause]) -> Status {
    invalid(Resource(group: "meta.k8s.io", version: "v1", plural: "", kind: kind), "", causes)
  }

  package static func expired(_ version: Int, oldest: Int) -> Status {
    Status(code: 410, reason: "Expired", message: "too old resource version: \(version) (\(oldest))")
  }

  package static let expiredContinue = Status(
    code: 410, reason: "Expired",
    message: "The provided continue parameter is too old to display a consistent list result. You can start a new list "
      + "without the continue parameter.")

  package static func tooLargeVersion(_ version: Int, current: Int) -> Status {
    Status(
      code: 504, reason: "Timeout", message: "Timeout: Too large resource version: \(version), current: \(current)",
      details: Details(
        causes: [Cause(reason: "ResourceVersionTooLarge", message: "Too large resource version", field: "")]),
      retryAfter: 1)
  }

  package static func unsupportedMediaType(accepted: String) -> Status {
    Status(
      code: 415, reason: "UnsupportedMediaType",
      message: "the body of the request was in an unknown format - accepted media types include: \(accepted)")
  }

  package static func tooLarge(_ message: String) -> Status {
    Status(code: 413, reason: "RequestEntityTooLarge", message: message)
  }

  /// The server failed; `problem` is for its operator.
  package static func internalError(_ problem: String) -> Status {
    Status(code: 500, reason: "InternalError", message: "Internal error occurred: \(problem)")
  }
}

extension Status.Cause {
  package static func required(_ field: String, _ problem: String? = nil) -> Status.Cause {
    let message = problem.map { "Required value: \($0)" } ?? "Required value"
    return Status.Cause(reason: "FieldValueRequired", message: message, field: field)
  }

  package static func invalid(_ field: String, _ value: Value, _ problem: String) -> Status.Cause {
    Status.Cause(
      reason: "FieldValueInvalid", message: "Invalid value: \(JSON.text(value)): \(problem)", field: field)
  }

  package static func wrongType(_ field: String, _ value: Value, _ expected: String) -> Status.Cause {
    let type = JSON.text(.string(value.typeName))
    return Status.Cause(
      reason: "FieldValueTypeInvalid",
      message: "Invalid value: \(type): \(field) in body must be of type \(expected): \(type)", field: field)
  }

  package static func forbidden(_ field: String, _ problem: String) -> Status.Cause {
    Status.Cause(reason: "FieldValueForbidden", message: "Forbidden: \(problem)", field: field)
  }
}

extension Value {
  /// The JSON Schema type of this value.
  package var typeName: String {
    switch self {
    case .null: "null"
    case .bool: "boolean"
    case .integer: "integer"
    case .number: "number"
    case .string: "string"
    case .sequence: "array"
    case .mapping: "object"
    }
  }
}
