import Client
import Manifest

/// The API's "no", in the words of Kubernetes.
struct Refusal: Error, Hashable, Sendable {
  var code: Int
  var reason: String
  var message: String
  var details = Mapping()

  /// One field that was refused.
  struct Cause: Hashable, Sendable {
    var reason: String
    var message: String
    var field: String

    static func required(_ field: String, _ problem: String? = nil) -> Cause {
      let message = problem.map { "Required value: \($0)" } ?? "Required value"
      return Cause(reason: "FieldValueRequired", message: message, field: field)
    }

    static func invalid(_ field: String, _ value: Value, _ problem: String) -> Cause {
      Cause(reason: "FieldValueInvalid", message: "Invalid value: \(JSON.text(value)): \(problem)", field: field)
    }

    static func wrongType(_ field: String, _ value: Value, _ expected: String) -> Cause {
      let message = "Invalid value: \(JSON.text(.string(value.typeName))): \(field) in body must be of type \(expected)"
      return Cause(
        reason: "FieldValueTypeInvalid", message: message + ": \(JSON.text(.string(value.typeName)))", field: field)
    }

    static func forbidden(_ field: String, _ problem: String) -> Cause {
      Cause(reason: "FieldValueForbidden", message: "Forbidden: \(problem)", field: field)
    }
  }

  static func badRequest(_ message: String) -> Refusal {
    Refusal(code: 400, reason: "BadRequest", message: message)
  }

  /// No such path, or no such resource behind it.
  static let unknownResource = Refusal(
    code: 404, reason: "NotFound", message: "the server could not find the requested resource")

  static let unknownMethod = Refusal(
    code: 405, reason: "MethodNotAllowed", message: "the server does not allow this method on the requested resource")

  static func notFound(_ type: ResourceType, _ name: String) -> Refusal {
    Refusal(
      code: 404, reason: "NotFound", message: "\(type.resource.qualifiedName) \"\(name)\" not found",
      details: details(type, name, type.resource.plural))
  }

  static func alreadyExists(_ type: ResourceType, _ name: String) -> Refusal {
    Refusal(
      code: 409, reason: "AlreadyExists", message: "\(type.resource.qualifiedName) \"\(name)\" already exists",
      details: details(type, name, type.resource.plural))
  }

  static func conflict(
    _ type: ResourceType, _ name: String,
    _ problem: String = "the object has been modified; please apply your changes to the latest version and try again"
  ) -> Refusal {
    Refusal(
      code: 409, reason: "Conflict",
      message: "Operation cannot be fulfilled on \(type.resource.qualifiedName) \"\(name)\": \(problem)",
      details: details(type, name, type.resource.plural))
  }

  /// A deletion is meant for an object that is not this one any more.
  static func unmet(_ type: ResourceType, _ name: String, _ problem: String) -> Refusal {
    let (group, kind) = (type.resource.group, type.resource.kind)
    return Refusal(
      code: 409, reason: "Conflict",
      message: "Operation cannot be fulfilled on \(group.isEmpty ? kind : "\(kind).\(group)") \"\(name)\": \(problem)",
      details: details(type, name, kind))
  }

  static func invalid(_ type: ResourceType, _ name: String, _ causes: [Cause]) -> Refusal {
    let sentences = causes.map { "\($0.field): \($0.message)" }
    let text = sentences.count == 1 ? sentences[0] : "[" + sentences.joined(separator: ", ") + "]"
    let group = type.resource.group
    let kind = group.isEmpty ? type.resource.kind : "\(type.resource.kind).\(group)"
    var details = details(type, name, type.resource.kind)
    details["causes"] = .sequence(
      causes.map { ["reason": .string($0.reason), "message": .string($0.message), "field": .string($0.field)] })
    return Refusal(code: 422, reason: "Invalid", message: "\(kind) \"\(name)\" is invalid: \(text)", details: details)
  }

  /// Something is wrong with how a request is made, not with an object.
  static func invalidOptions(_ kind: String, _ causes: [Cause]) -> Refusal {
    let options = ResourceType(Resource(group: "meta.k8s.io", version: "v1", plural: "", kind: kind))
    return invalid(options, "", causes)
  }

  static func expired(_ version: Int, oldest: Int) -> Refusal {
    Refusal(code: 410, reason: "Expired", message: "too old resource version: \(version) (\(oldest))")
  }

  static let expiredContinue = Refusal(
    code: 410, reason: "Expired",
    message: "The provided continue parameter is too old to display a consistent list result. You can start a new list "
      + "without the continue parameter.")

  static func tooLargeVersion(_ version: Int, current: Int) -> Refusal {
    Refusal(
      code: 504, reason: "Timeout", message: "Too large resource version: \(version), current: \(current)",
      details: [
        "causes": [["reason": "ResourceVersionTooLarge", "message": "Too large resource version"]],
        "retryAfterSeconds": 1,
      ])
  }

  static func unsupportedMediaType(accepted: String) -> Refusal {
    Refusal(
      code: 415, reason: "UnsupportedMediaType",
      message: "the body of the request was in an unknown format - accepted media types include: \(accepted)")
  }

  static func tooLarge(_ message: String) -> Refusal {
    Refusal(code: 413, reason: "RequestEntityTooLarge", message: message)
  }

  /// The database could not keep the change.
  static func unstored(_ error: StorageError) -> Refusal {
    Refusal(code: 500, reason: "InternalError", message: "Internal error occurred: \(error)")
  }

  private static func details(_ type: ResourceType, _ name: String, _ kind: String) -> Mapping {
    var details = Mapping()
    if !name.isEmpty { details["name"] = .string(name) }
    if !type.resource.group.isEmpty { details["group"] = .string(type.resource.group) }
    details["kind"] = .string(kind)
    return details
  }

  /// The `Status` object that says so.
  var status: Value {
    var status: Mapping = [
      "kind": "Status", "apiVersion": "v1", "metadata": [:], "status": "Failure", "message": .string(message),
      "reason": .string(reason),
    ]
    // Kubernetes has details of every 403, if only empty ones.
    if !details.isEmpty || code == 403 { status["details"] = .mapping(details) }
    status["code"] = .integer(code)
    return .mapping(status)
  }

  var response: HTTPResponse { HTTPResponse(status: code, json: status) }
}

extension HTTPResponse {
  /// An answer whose body is `json`.
  init(status: Int, json: Value) {
    self.init(status: status, json: JSON.bytes(json))
  }

  /// An answer whose body is the JSON in `bytes`.
  init(status: Int, json bytes: [UInt8]) {
    let headers: HTTPHeaders = ["Content-Type": "application/json", "Content-Length": String(bytes.count)]
    self.init(status: status, headers: headers, bytes: bytes)
  }
}

extension Value {
  /// The word JSON schema has for what this is.
  var typeName: String {
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
