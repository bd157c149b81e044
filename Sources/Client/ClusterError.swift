/// Why the cluster did not do what was asked.
package enum ClusterError: Error, Hashable, Sendable {
  /// No answer came.
  case transport(TransportError)
  /// The API answered no.
  case refused(Status)
  /// The API answered something that is not what it promises; the text says what, for a person.
  case unreadable(String)
  /// A write got no answer, and was looked after; the reason says what became of the answer.
  case unanswered(reason: String, Fate)

  /// What became of a write whose answer was lost.
  package enum Fate: Hashable, Sendable {
    /// The object, read again, is not as the write wanted it.
    case notCarriedOut
    /// The object cannot be read either; the text says why.
    case unknown(String)
  }
}

/// The API's "no", as Kubernetes writes it.
///
/// An answer that is no `Status` (a proxy's HTML, go-restful's plain text) becomes one with its
/// code and a short, sanitised beginning of its text as the message.
package struct Status: Hashable, Sendable {
  /// The HTTP status, or the `code` of a `Status` in a watch.
  package var code: Int
  /// The machine's word, such as `Conflict`, `NotFound`, `Expired`, or empty.
  package var reason: String
  package var message: String
  /// What a `Retry-After` header asked for, in seconds.
  package var retryAfter: Int?
  /// The name of the object the answer is about, or empty.
  package var name: String
  /// Fields that were refused (`details.causes`), each with why.
  package var causes: [Cause]

  package struct Cause: Hashable, Sendable {
    package var field: String
    package var message: String

    package init(field: String, message: String) {
      self.field = field
      self.message = message
    }
  }

  package init(
    code: Int, reason: String = "", message: String = "", retryAfter: Int? = nil, name: String = "",
    causes: [Cause] = []
  ) {
    self.code = code
    self.reason = reason
    self.message = message
    self.retryAfter = retryAfter
    self.name = name
    self.causes = causes
  }
}
