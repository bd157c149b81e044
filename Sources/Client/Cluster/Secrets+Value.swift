import HTTP
import KubernetesAPI
import Manifest
import Platform

extension Secrets {
  /// The values in `value` whose keys name secrets, also in strings that contain YAML, such as an
  /// extension's config.
  init(in value: Value) {
    self.init()
    collect(value, isSecret: false)
  }

  private mutating func collect(_ value: Value, isSecret: Bool) {
    switch value {
    case .mapping(let mapping):
      for pair in mapping.pairs { collect(pair.value, isSecret: isSecret || SecretKeys.isSecret(pair.key)) }
    case .sequence(let values):
      for value in values { collect(value, isSecret: isSecret) }
    case .string(let text):
      if isSecret {
        texts.append(text)
      } else if text.utf8.contains(10) || text.containsText(": ") {
        collect(text)
      }
    case .null, .bool, .integer, .number: break
    }
  }

  /// Collects from every document of a YAML text, or from the lines of a text that is not YAML.
  private mutating func collect(_ text: String) {
    if let documents = try? YAML.documents(text) {
      for value in documents.map(\.value) where value.mapping != nil { collect(value, isSecret: false) }
      return
    }
    for line in text.shownLines {
      guard let colon = line.rangeOfText(": "), SecretKeys.isSecret(String(line[..<colon.lowerBound])) else { continue }
      let value = line[colon.upperBound...].trimmed()
      texts.append(value.hasPrefix("\"") || value.hasPrefix("'") ? String(value.dropFirst().dropLast()) : value)
    }
  }
}

extension ClusterError {
  /// The error with `secrets` removed from its texts, because a server may quote the request.
  func without(_ secrets: Secrets) -> ClusterError {
    guard !secrets.texts.isEmpty else { return self }
    func clean(_ text: String) -> String { Redaction.removing(secrets.texts, from: text) }
    func clean(_ sentence: Sentence) -> Sentence { sentence.changingTexts(clean) }
    switch self {
    case .transport(let error): return .transport(error.without(secrets.texts))
    case .unreadable(let problem): return .unreadable(clean(problem))
    case .unanswered(let reason, .notCarriedOut): return .unanswered(reason: clean(reason), .notCarriedOut)
    case .unanswered(let reason, .unknown(let why)): return .unanswered(reason: clean(reason), .unknown(clean(why)))
    case .refused(var status):
      status.message = clean(status.message)
      status.reason = clean(status.reason)
      status.details.name = clean(status.details.name)
      status.details.causes = status.details.causes.map {
        Status.Cause(reason: clean($0.reason), message: clean($0.message), field: clean($0.field))
      }
      return .refused(status)
    }
  }
}
