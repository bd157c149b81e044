package import HTTP
package import KubernetesAPI
package import Platform

extension ClusterError {
  /// What went wrong and what to do about it, for the user.
  ///
  /// `doing` names the action and its object, such as `listing extensions`; `server` is the address
  /// for display.
  package func sentence(for doing: Sentence, at server: String) -> Sentence {
    sentence(for: doing, at: Sentence(verbatim: server))
  }

  /// `server` is a name, or a word for one such as "the server".
  package func sentence(for doing: Sentence, at server: Sentence) -> Sentence {
    "\(doing): \(problem(at: server, doing))"
  }

  /// The sentence without the action.
  package func problem(at server: String, _ doing: Sentence = "") -> Sentence {
    problem(at: Sentence(verbatim: server), doing)
  }

  private func problem(at server: Sentence, _ doing: Sentence) -> Sentence {
    switch self {
    case .transport(let error): error.problem(at: server, doing)
    case .refused(let status): status.problem(at: server)
    case .unreadable(let problem):
      "\(server) gave an answer that cannot be read (\(problem)). Check that the address is that of a Kubernetes API."
    case .unanswered(let reason, .notCarriedOut):
      "it was not carried out. The answer was lost (\(reason)), and what \(server) shows now is as it was before; it can be tried again.\(Webhook.hint(ifLate: reason.english))"
    case .unanswered(let reason, .unknown(let problem)):
      "it is unknown whether the server carried it out. The answer was lost (\(reason)), and \(server) cannot be read now (\(problem)). Look at the present state before repeating it.\(Webhook.hint(ifLate: reason.english))"
    }
  }

  /// What happened, in a few words of English.
  package var brief: String { words.english }

  /// `brief` as a translatable sentence.
  package var words: Sentence {
    switch self {
    case .transport(let error): error.words
    case .refused(let status):
      status.message.isEmpty ? "the answer was \(status.code)" : Sentence(verbatim: status.message)
    case .unreadable(let problem), .unanswered(reason: let problem, _): problem
    }
  }
}

extension TransportError {
  /// Why there was no response, and what to do about it.
  package func sentence(for doing: Sentence, at server: String) -> Sentence {
    "\(doing): \(problem(at: Sentence(verbatim: server), doing))"
  }

  /// The last three parts of a socket's path, which tell sockets apart.
  package static func socketName(_ host: String) -> String {
    host.dropFirst("unix://".count).split(separator: "/").suffix(3).joined(separator: "/")
  }

  /// `server` is a name, or a word for one such as "the gateway".
  func problem(at server: Sentence, _ doing: Sentence) -> Sentence {
    switch self {
    case .unreachable(let host, let reason):
      host.hasPrefix("unix://")
        ? "ksxd at \(Self.socketName(host)) cannot be reached: \(reason)."
        : "\(host) cannot be reached (\(reason)). Check the address, the network and any proxy."
    case .untrusted(let host, let reason):
      "\(host) is not trusted (\(reason)). Check certificate-authority and tls-server-name in the kubeconfig."
    case .interrupted(let reason):
      Self.isRead(doing)
        ? "the connection to \(server) broke before the answer was complete (\(reason)). Try again."
        : "the connection to \(server) broke before the answer was complete (\(reason)). If it was a change, look at the present state before repeating it."
    case .timedOut(let seconds):
      "\(server) sent nothing for \(seconds) s. Try again, or allow more with --request-timeout."
    case .invalid(let reason):
      "nothing was sent to \(server), because \(reason)."
    case .cancelled: "stopped before \(server) answered."
    }
  }

  /// Whether `doing` begins with a verb of reading.
  private static func isRead(_ doing: Sentence) -> Bool {
    ["reading", "listing", "looking", "asking", "watching"].contains(where: doing.english.hasPrefix)
  }
}

extension Status {
  /// What the server refused, and what to do about it.
  package func sentence(for doing: Sentence, at server: String) -> Sentence {
    "\(doing): \(problem(at: Sentence(verbatim: server)))"
  }

  func problem(at server: Sentence) -> Sentence {
    if let webhook = Webhook(self) { return "\(webhook.problem(at: server))\(quote). \(webhook.advice)" }
    return "\(verdict(of: server))\(quote). \(advice)\(Webhook.hint(ifLate: message))"
  }

  private func verdict(of server: Sentence) -> Sentence {
    switch code {
    case 400: "\(server) did not understand the request (400)"
    case 401: "\(server) did not authenticate the request (401)"
    case 403: "\(server) does not allow it (403)"
    case 404: "\(server) did not find it (404)"
    case 405: "\(server) does not offer this (405)"
    case 409 where isAlreadyExists: "\(server) already has one of that name (409)"
    case 409: "\(server) has a newer version of it (409)"
    case 410: "\(server) no longer has that version (410)"
    case 413: "\(server) rejected it as too large (413)"
    case 415: "\(server) does not take this kind of change (415)"
    case 422: "\(server) rejected it as invalid (422)"
    case 429: "\(server) is too busy (429)"
    case 511: "\(server) reports that the member cluster did not authenticate the request (511)"
    case 502, 503, 504: "\(server) is not available (\(code))"
    case 500...: "\(server) failed (\(code))"
    default: "\(server) answered \(code)"
    }
  }

  private var quote: String {
    let fields = details.causes.prefix(3).map { $0.field.isEmpty ? $0.message : "\($0.field): \($0.message)" }
    let text = message.isEmpty ? fields.joined(separator: "; ") : message
    guard !text.isEmpty else { return "" }
    return ": " + (text.hasSuffix(".") ? String(text.dropLast()) : text)
  }

  /// The namespace is being deleted, so that nothing can be created in it.
  package var isOfTerminatingNamespace: Bool {
    code == 403 && message.containsText("because it is being terminated")
  }

  /// An admission policy or a quota refused a request that the user has the right to make.
  package var isOfRule: Bool {
    code == 403 && ["denied request: ", "exceeded quota: "].contains { message.containsText($0) }
  }

  private var advice: Sentence {
    switch code {
    case 400: "Check what was entered."
    case 401: "Log in again, or renew the token or certificate of this context."
    case 403 where isOfRule:
      "No right is missing: a rule of the cluster refuses it, and its administrator can say why."
    case 403 where isOfTerminatingNamespace: "Wait until the namespace is gone."
    case 403: "Ask an administrator of the cluster for this right, or use a context that has it."
    case 404: "Look at the list again; it may have been deleted, or this cluster may not have that kind."
    case 405, 415: "This cluster's version may be too old or too new for it."
    case 409 where isAlreadyExists: "Choose another name, or change the existing one."
    case 409: "Look at what changed, then try again."
    case 410: "List again."
    case 413: "Make it smaller."
    case 422: "Correct the fields named and try again."
    case 429: retryAfter.map { "Try again in \($0) s." } ?? "Try again in a moment."
    case 500...:
      retryAfter.map { "Try again in \($0) s." } ?? "Try again in a moment; if it goes on, look at the server's log."
    default: "Check that the address is that of a Kubernetes API."
    }
  }
}
