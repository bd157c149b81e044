/// Why the cluster did not do what was asked.
public enum ClusterError: Error, Hashable, Sendable {
  /// No answer came.
  case transport(TransportError)
  /// The API answered no.
  case refused(Status)
  /// The API answered something that is not what it promises; the text says what, for a person.
  case unreadable(String)
  /// A write got no answer, and was looked after; the reason says what became of the answer.
  case unanswered(reason: String, Fate)

  /// What became of a write whose answer was lost.
  public enum Fate: Hashable, Sendable {
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
public struct Status: Hashable, Sendable {
  /// The HTTP status, or the `code` of a `Status` in a watch.
  public var code: Int
  /// The machine's word, such as `Conflict`, `NotFound`, `Expired`, or empty.
  public var reason: String
  public var message: String
  /// What a `Retry-After` header asked for, in seconds.
  public var retryAfter: Int?
  /// The name of the object the answer is about, or empty.
  public var name: String
  /// Fields that were refused (`details.causes`), each with why.
  public var causes: [Cause]

  public struct Cause: Hashable, Sendable {
    public var field: String
    public var message: String

    public init(field: String, message: String) {
      self.field = field
      self.message = message
    }
  }

  public init(
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
