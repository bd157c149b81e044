package import HTTP
import Platform

/// Why a repository, or a chart in it, could not be read, as shown to the user.
package struct RepositoryError: Error, Hashable, Sendable, CustomStringConvertible {
  package var description: String
  /// Whether a retry may succeed without any change.
  package var isTransient = false
  /// Seconds to wait before a retry, if the server says so.
  package var retryAfter: Int?
  /// Whether the server responded, with any status; `nil` if it received no request, or that is unknown.
  package var hasAnswered: Bool?

  package init(_ description: String, isTransient: Bool = false, retryAfter: Int? = nil) {
    self.description = description
    self.isTransient = isTransient
    self.retryAfter = retryAfter
  }

  /// The same with `subject` before the text.
  package func about(_ subject: String) -> RepositoryError {
    var error = self
    error.description = "\(subject): \(description)"
    return error
  }
}

extension RepositoryError {
  /// The error of a request without a complete response.
  package init(_ error: TransportError) {
    switch error {
    case .unreachable(let host, let reason):
      self.init("\(host) cannot be reached (\(reason))", isTransient: true)
    case .untrusted(let host, let reason): self.init("the certificate of \(host) is not trusted (\(reason))")
    case .interrupted(let reason):
      self.init("the connection broke before the answer was complete (\(reason))", isTransient: true)
    case .timedOut(let seconds):
      self.init("there was no answer, or no end of it, within \(seconds) s", isTransient: true)
    case .invalid(let reason): self.init(reason.english)
    case .cancelled: self.init("it was stopped", isTransient: true)
    }
    switch error {
    case .unreachable, .untrusted, .interrupted, .timedOut: hasAnswered = false
    case .invalid, .cancelled: break
    }
  }

  /// The error of a response with another status than was expected.
  init(status: Int, _ headers: HTTPHeaders, now: Int) {
    let wait = headers["Retry-After"].flatMap { RetryAfter.seconds($0, now: now) }
    let (words, isTransient) =
      switch status {
      case 401: ("the server wants credentials, or others than it was given (401)", false)
      case 403: ("the server does not allow it (403)", false)
      case 404: ("it is not there (404)", false)
      case 410: ("it is there no more (410)", false)
      case 407: ("the proxy wants credentials (407)", false)
      case 408, 425, 429: ("the server wants to be asked later (\(status))", true)
      case 500...: ("the server failed (\(status))", true)
      default: ("the server answered \(status)", false)
      }
    self.init(words, isTransient: isTransient, retryAfter: wait)
    hasAnswered = true
  }
}
