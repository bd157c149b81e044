extension TransportError {
  /// The same error without any of `secrets` in its words.
  func without(_ secrets: [String]) -> TransportError {
    func clean(_ text: String) -> String { Redaction.removing(secrets, from: text) }
    return switch self {
    case .unreachable(let host, let reason): .unreachable(host: host, reason: clean(reason))
    case .untrusted(let host, let reason): .untrusted(host: host, reason: clean(reason))
    case .interrupted(let reason): .interrupted(reason: clean(reason))
    case .invalid(let reason): .invalid(reason: clean(reason))
    case .timedOut, .cancelled: self
    }
  }
}
