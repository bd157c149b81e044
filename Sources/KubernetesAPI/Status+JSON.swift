import Glibc
package import HTTP
package import Manifest
import Platform

// Reading: the body may be a `Status`, similar JSON or any other text.
extension Status {
  /// Reads the body of a response with an error status; `now` is in seconds since 1970.
  package init(code: Int, headers: HTTPHeaders = [:], body: [UInt8], now: Int = time(nil)) {
    self.init(code: code, retryAfter: headers["Retry-After"].flatMap { RetryAfter.seconds($0, now: now) })
    if let value = try? JSON.parse(body), value.mapping != nil {
      read(value)
    } else {
      message = Excerpt.of(body)
    }
    if reason.isEmpty { reason = Self.reason(code) }
  }

  /// Reads the `Status` object of a watch event.
  package init(_ value: Value) {
    self.init(code: value["code"]?.integer ?? 500)
    read(value)
    if reason.isEmpty { reason = Self.reason(code) }
  }

  private mutating func read(_ value: Value) {
    // Kubernetes uses `message`; OAuth servers and others use `error_description` or `error`.
    message = ["message", "error_description", "error"].lazy.compactMap { value[$0]?.string }.first ?? ""
    message = Excerpt.shortened(message, to: 1000)
    reason = value["reason"]?.string ?? ""
    guard let details = value["details"] else { return }
    self.details = Details(details)
    if let seconds = details["retryAfterSeconds"]?.integer, retryAfter == nil, seconds > 0 { retryAfter = seconds }
  }

  private static func reason(_ code: Int) -> String {
    switch code {
    case 400: "BadRequest"
    case 401: "Unauthorized"
    case 403: "Forbidden"
    case 404: "NotFound"
    case 405: "MethodNotAllowed"
    case 409: "Conflict"
    case 410: "Expired"
    case 413: "RequestEntityTooLarge"
    case 415: "UnsupportedMediaType"
    case 422: "Invalid"
    case 429: "TooManyRequests"
    case 500: "InternalError"
    case 503: "ServiceUnavailable"
    case 504: "Timeout"
    default: ""
    }
  }
}

extension Status.Details {
  fileprivate init(_ value: Value) {
    self.init(
      name: value["name"]?.string ?? "", group: value["group"]?.string ?? "", kind: value["kind"]?.string ?? "",
      causes: (value["causes"]?.sequence ?? []).map { cause in
        Status.Cause(
          reason: cause["reason"]?.string ?? "",
          message: Excerpt.shortened(cause["message"]?.string ?? "", to: 1000), field: cause["field"]?.string ?? "")
      })
  }

  fileprivate var pairs: Mapping {
    var pairs = Mapping()
    if !name.isEmpty { pairs["name"] = .string(name) }
    if !group.isEmpty { pairs["group"] = .string(group) }
    if !kind.isEmpty { pairs["kind"] = .string(kind) }
    if !causes.isEmpty { pairs["causes"] = .sequence(causes.map(\.value)) }
    return pairs
  }
}

extension Status.Cause {
  fileprivate var value: Value {
    var pairs = Mapping()
    if !reason.isEmpty { pairs["reason"] = .string(reason) }
    pairs["message"] = .string(message)
    if !field.isEmpty { pairs["field"] = .string(field) }
    return .mapping(pairs)
  }
}

// Writing, in the order of Kubernetes' own fields.
extension Status {
  /// The status as a `Status` object.
  package var value: Value {
    var status: Mapping = [
      "kind": "Status", "apiVersion": "v1", "metadata": [:], "status": "Failure", "message": .string(message),
      "reason": .string(reason),
    ]
    var details = self.details.pairs
    if let retryAfter { details["retryAfterSeconds"] = .integer(retryAfter) }
    // Kubernetes sends `details` with every 403, if only empty ones, except with a webhook's denial.
    if !details.isEmpty || code == 403 && !isDenial { status["details"] = .mapping(details) }
    status["code"] = .integer(code)
    return .mapping(status)
  }

  /// The HTTP response with this status; like kube-apiserver's, it has `Retry-After` if the details say when to retry.
  package var response: HTTPResponse {
    var response = HTTPResponse(status: code, json: value)
    if let retryAfter { response.headers["Retry-After"] = String(retryAfter) }
    return response
  }
}

extension HTTPResponse {
  /// A response whose body is `json`.
  package init(status: Int, json: Value) {
    self.init(status: status, json: JSON.bytes(json))
  }

  /// A response whose body is the JSON in `bytes`.
  package init(status: Int, json bytes: [UInt8]) {
    let headers: HTTPHeaders = ["Content-Type": "application/json", "Content-Length": String(bytes.count)]
    self.init(status: status, headers: headers, bytes: bytes)
  }
}
