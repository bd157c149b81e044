import Platform

/// Texts that came into a request and must not come out again in what a user reads.
package struct Secrets: Hashable, Sendable {
  package var texts: [String]

  package init(_ texts: [String] = []) { self.texts = texts }
}

extension HTTPHeaders.Field {
  /// Whether the value must not be shown: all credentials but the name of an impersonated user.
  package var isSecret: Bool {
    SecretWords.isIn(name, or: ["authorization", "cookie"])
  }

  /// The value, the words in it that prove something, and the password of one that is encoded.
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

// Nothing that describes or dumps these shows a secret.

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
  /// The same error without any of `secrets` in its words.
  package func without(_ secrets: [String]) -> TransportError {
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
