/// The API's "no", as Kubernetes writes it (`meta/v1.Status`): built by a server, asked by a client.
///
/// An answer that is no `Status` (a proxy's HTML, go-restful's plain text) becomes one with its
/// code and a short, sanitised beginning of its text as the message.
package struct Status: Error, Hashable, Sendable {
  /// The HTTP status, or the `code` of a `Status` in a watch.
  package var code: Int
  /// The machine's word, such as `Conflict`, `NotFound`, `Expired`, or empty.
  package var reason: String
  package var message: String
  /// What the answer is about (`details`).
  package var details: Details
  /// Seconds to wait, from a `Retry-After` header or `details.retryAfterSeconds`.
  package var retryAfter: Int?

  /// What a status is about; empty strings where nothing is said.
  package struct Details: Hashable, Sendable {
    package var name = ""
    package var group = ""
    package var kind = ""
    /// Fields that were refused, each with why.
    package var causes: [Cause] = []

    package init(name: String = "", group: String = "", kind: String = "", causes: [Cause] = []) {
      self.name = name
      self.group = group
      self.kind = kind
      self.causes = causes
    }
  }

  /// One field that was refused.
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
  /// The object, or the collection (of objects, of paths), is not there.
  package var isNotFound: Bool { code == 404 }
  /// A kind that the server does not have: a missing object is named in its refusal, a missing kind is not.
  package var isMissingKind: Bool { code == 404 && details.name.isEmpty }
  /// The object is newer than the write supposed, or a field belongs to another manager.
  package var isConflict: Bool { code == 409 && reason != "AlreadyExists" }
  package var isAlreadyExists: Bool { code == 409 && reason == "AlreadyExists" }
  package var isUnauthorized: Bool { code == 401 }
  package var isForbidden: Bool { code == 403 }
  /// The version that was asked for is no longer known.
  package var isExpired: Bool { code == 410 || reason == "Expired" || reason == "Gone" }
}
