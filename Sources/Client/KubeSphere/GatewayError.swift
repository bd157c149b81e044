package import HTTP
package import Platform

/// Why a login, a logout or a renewal failed.
package enum GatewayError: Error, Hashable, Sendable, CustomStringConvertible {
  /// No response arrived.
  case transport(TransportError)
  /// The gateway refused the request.
  case refused(OAuthRefusal)
  /// The response is not that of a login; the text says why.
  case unreadable(Sentence)
  /// The login cannot be stored, or the stored login cannot be read.
  case file(SystemError)
  /// There is no login.
  case loggedOut
  /// The login was deleted on this machine, but not revoked at the gateway; the text says why.
  case notRevoked(Sentence)

  package var description: String { sentence.english }

  /// What failed and what to do about it.
  package var sentence: Sentence {
    switch self {
    case .transport(let error): "logging in: \(error.problemAtGateway)"
    case .refused(let refusal): "logging in: \(refusal.sentence)"
    case .unreadable(let problem):
      "logging in: \(problem). Check that the address is that of a KubeSphere gateway."
    case .file(let error): "\(error)."
    case .loggedOut: "not logged in; log in with ksx login."
    case .notRevoked(let reason):
      "the login is forgotten here, but the gateway was not told, and ends it by itself. \(reason)"
    }
  }

  /// The error of a request that was not sent because there is no valid login; `command` logs in.
  func transportError(_ command: String) -> TransportError {
    switch self {
    case .transport(let error): error
    case .refused(let refusal) where refusal.isFinal: .invalid(reason: "the login has ended; log in again: \(command)")
    case .refused(let refusal): .invalid(reason: "the login could not be renewed: \(refusal.sentence)")
    case .unreadable(let problem): .invalid(reason: "the login could not be renewed: \(problem)")
    case .file(let error): .invalid(reason: "\(error)")
    case .loggedOut: .invalid(reason: "not logged in; log in with \(command)")
    case .notRevoked(let reason): .invalid(reason: reason)
    }
  }
}

extension TransportError {
  /// What went wrong, for a gateway without a name.
  var problemAtGateway: Sentence {
    let gateway: Sentence = "the gateway"
    return problem(at: gateway, "")
  }
}
