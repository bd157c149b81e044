import Manifest

/// Texts that came into a request and must not come out again in what a person reads.
struct Secrets: Hashable, Sendable {
  var texts: [String] = []
}

extension Secrets {
  /// The values in `value` whose keys say that they are secret, also in texts that are YAML, as an
  /// extension's config is.
  init(in value: Value) {
    collect(value, isSecret: false)
  }

  private mutating func collect(_ value: Value, isSecret: Bool) {
    switch value {
    case .mapping(let mapping):
      for pair in mapping.pairs { collect(pair.value, isSecret: isSecret || Self.isSecret(pair.key)) }
    case .sequence(let values):
      for value in values { collect(value, isSecret: isSecret) }
    case .string(let text):
      if isSecret {
        texts.append(text)
      } else if text.utf8.contains(10) || text.containsText(": "), let inner = try? YAML.parse(text),
        inner.mapping != nil
      {
        collect(inner, isSecret: false)
      }
    case .null, .bool, .integer, .number: break
    }
  }

  private static func isSecret(_ key: String) -> Bool {
    let key = key.lowercased()
    return ["password", "passwd", "secret", "token", "apikey", "credential", "privatekey"].contains {
      key.containsText($0)
    }
  }
}

extension ClusterError {
  /// The same error without any of `secrets` in its words: a server may repeat what it was sent.
  func without(_ secrets: Secrets) -> ClusterError {
    guard !secrets.texts.isEmpty else { return self }
    func clean(_ text: String) -> String { Redaction.removing(secrets.texts, from: text) }
    switch self {
    case .transport(let error): return .transport(error.without(secrets.texts))
    case .unreadable(let problem): return .unreadable(clean(problem))
    case .unanswered(let reason, .notCarriedOut): return .unanswered(reason: clean(reason), .notCarriedOut)
    case .unanswered(let reason, .unknown(let why)): return .unanswered(reason: clean(reason), .unknown(clean(why)))
    case .refused(var status):
      status.message = clean(status.message)
      status.reason = clean(status.reason)
      status.name = clean(status.name)
      status.causes = status.causes.map { Status.Cause(field: clean($0.field), message: clean($0.message)) }
      return .refused(status)
    }
  }
}

extension HTTPHeaders {
  /// The fields without any of `secrets` in their values.
  func without(_ secrets: Secrets) -> HTTPHeaders {
    var headers = HTTPHeaders()
    for field in fields { headers.add(field.name, Redaction.removing(secrets.texts, from: field.value)) }
    return headers
  }
}

// Nothing that describes or dumps these shows a secret.

extension Secrets: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  var description: String { "\(texts.count) secrets" }
  var debugDescription: String { description }
  var customMirror: Mirror { Mirror(self, children: []) }
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

extension Connection: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  package var description: String { displayName }
  package var debugDescription: String { description }
  package var customMirror: Mirror { Mirror(self, children: []) }
}

extension Connection.TLS: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  package var description: String { isVerified ? "TLS" : "TLS without a check" }
  package var debugDescription: String { description }
  package var customMirror: Mirror { Mirror(self, children: []) }
}

extension KubeconfigOptions: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  package var description: String { "options for \(context ?? kubeconfig ?? "the current context")" }
  package var debugDescription: String { description }
  package var customMirror: Mirror { Mirror(self, children: []) }
}

extension Kubeconfig: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  package var description: String { "a kubeconfig of " + files.joined(separator: ":") }
  package var debugDescription: String { description }
  package var customMirror: Mirror { Mirror(self, children: []) }
}

extension Kubeconfig.Entry: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  var description: String { name }
  var debugDescription: String { description }
  var customMirror: Mirror { Mirror(self, children: []) }
}

extension ExecSettings: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  var description: String { "the credential plugin \(command)" }
  var debugDescription: String { description }
  var customMirror: Mirror { Mirror(self, children: []) }
}

extension TokenFile: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  package var description: String { "a token in a file" }
  package var debugDescription: String { description }
  package var customMirror: Mirror { Mirror(self, children: []) }
}
