/// A failed request (`meta/v1.Status`): a server creates it, a client inspects it.
///
/// A client makes a response that is not a `Status` (a proxy's HTML, go-restful's plain text) into one with the HTTP
/// status and a short, sanitised beginning of the text as its message.
package struct Status: Error, Hashable, Sendable {
  /// The HTTP status, or the `code` of a `Status` in a watch.
  package var code: Int
  /// The machine-readable reason, such as `Conflict`, `NotFound`, `Expired`, or empty.
  package var reason: String
  package var message: String
  /// The object and the fields concerned (`details`).
  package var details: Details
  /// Seconds to wait, from a `Retry-After` header or `details.retryAfterSeconds`.
  package var retryAfter: Int?

  /// The object and the fields that a status is about; empty strings if unknown.
  package struct Details: Hashable, Sendable {
    package var name = ""
    package var group = ""
    package var kind = ""
    /// The rejected fields, each with the reason.
    package var causes: [Cause] = []

    package init(name: String = "", group: String = "", kind: String = "", causes: [Cause] = []) {
      self.name = name
      self.group = group
      self.kind = kind
      self.causes = causes
    }
  }

  /// One rejected field.
  package struct Cause: Hashable, Sendable {
    /// Such as `FieldValueRequired`, or empty.
    package var reason: String
    package var message: String
    /// Such as `spec.config`, or empty.
    package var field: String

    package init(reason: String = "", message: String, field: String) {
      self.reason = reason
      self.message = message
      self.field = field
    }
  }

  package init(
    code: Int, reason: String = "", message: String = "", details: Details = Details(), retryAfter: Int? = nil
  ) {
    self.code = code
    self.reason = reason
    self.message = message
    self.details = details
    self.retryAfter = retryAfter
  }
}

extension Status {
  /// The object, the collection or the path does not exist.
  package var isNotFound: Bool { code == 404 }
  /// The server does not serve the kind: a 404 for a missing object names it, a 404 for a missing kind names none.
  package var isMissingKind: Bool { code == 404 && details.name.isEmpty }
  /// The object has changed since the caller read it, or another manager owns a field.
  package var isConflict: Bool { code == 409 && reason != "AlreadyExists" }
  package var isAlreadyExists: Bool { code == 409 && reason == "AlreadyExists" }
  package var isUnauthorized: Bool { code == 401 }
  package var isForbidden: Bool { code == 403 }
  /// The requested resource version is no longer available.
  package var isExpired: Bool { code == 410 || reason == "Expired" || reason == "Gone" }
}
