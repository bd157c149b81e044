import Platform

/// Secret texts of a request, which must not appear in anything that users read.
package struct Secrets: Hashable, Sendable {
  package var texts: [String]

  package init(_ texts: [String] = []) { self.texts = texts }
}

extension HTTPHeaders.Field {
  /// Whether the value must not be shown: all credentials, but not the name of an impersonated user.
  package var isSecret: Bool {
    SecretWords.isIn(name, or: ["authorization", "cookie"])
  }

  /// The value, the credentials within it, and the decoded user and password of basic authentication.
  package var secrets: [String] {
    guard isSecret else { return [] }
    let words = value.split(separator: " ").map(String.init)
    guard words.count == 2, words[0] == "Basic", let bytes = Base64.decode(words[1]) else {
      return [value] + words.dropFirst()
    }
    let pair = String(decoding: bytes, as: UTF8.self)
    return [value, words[1], pair, String(pair.drop { $0 != ":" }.dropFirst())]
  }
}

extension HTTPHeaders {
  /// The fields without any of `secrets` in their values.
  package func without(_ secrets: Secrets) -> HTTPHeaders {
    var headers = HTTPHeaders()
    for field in fields { headers.add(field.name, Redaction.removing(secrets.texts, from: field.value)) }
    return headers
  }
}

// Descriptions and dumps of these do not show secrets.

extension Secrets: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  package var description: String { "\(texts.count) secrets" }
  package var debugDescription: String { description }
  package var customMirror: Mirror { Mirror(self, children: []) }
}

extension HTTPHeaders.Field: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  package var description: String { "\(name): \(isSecret ? "•••" : value)" }
  package var debugDescription: String { description }
  package var customMirror: Mirror { Mirror(self, children: []) }
}

extension HTTPRequest: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  package var description: String { "\(method.rawValue) \(Redaction.target(target))" }
  package var debugDescription: String { description }
  package var customMirror: Mirror { Mirror(self, children: []) }
}

extension TransportError {
  /// The error with `secrets` removed from its texts.
  package func without(_ secrets: [String]) -> TransportError {
    func clean(_ reason: Sentence) -> Sentence { reason.changingTexts { Redaction.removing(secrets, from: $0) } }
    return switch self {
    case .unreachable(let host, let reason): .unreachable(host: host, reason: clean(reason))
    case .untrusted(let host, let reason): .untrusted(host: host, reason: clean(reason))
    case .interrupted(let reason): .interrupted(reason: clean(reason))
    case .invalid(let reason): .invalid(reason: clean(reason))
    case .timedOut, .cancelled: self
    }
  }
}
