import KubernetesAPI
import Platform

/// An admission or conversion webhook because of which the API server refused a request.
///
/// Only the message of the refusal reveals it: the code is that of any error of the server.
struct Webhook: Hashable {
  var name: String
  /// Whether the webhook answered and denied the request.
  var hasDenied = false
  var code: Int
  /// The namespace of the webhook's service, if the message names it.
  var namespace: String?

  init?(_ status: Status) {
    let text = status.message
    code = status.code
    if let name = Self.quoted(in: text, after: "admission webhook \""), text.containsText("denied the request") {
      self.name = name
      hasDenied = true
      return
    }
    if let name = Self.quoted(in: text, after: "failed calling webhook \"") {
      self.name = name
    } else if let start = text.rangeOfText("conversion webhook for "),
      let end = text[start.upperBound...].rangeOfText(" failed")
    {
      name = String(text[start.upperBound..<end.lowerBound])
    } else {
      return nil
    }
    namespace = Self.namespace(in: text)
  }

  /// What happened, without the server's message, which is quoted after it.
  func problem(at server: Sentence) -> Sentence {
    if hasDenied { return "the webhook \(name) does not allow it (\(code))" }
    return "\(server) asked the webhook \(name), which did not answer (\(code))"
  }

  var advice: Sentence {
    if hasDenied { return "Correct what it complains of, and try again." }
    let look = Sentence(verbatim: namespace.map { " (kubectl -n \($0) get pods,endpoints)" } ?? "")
    return
      "Every such change is refused until the program behind the webhook runs again\(look). If it cannot be brought back, an administrator lets changes pass without it by failurePolicy: Ignore (kubectl get validatingwebhookconfigurations,mutatingwebhookconfigurations)."
  }

  /// The likely cause of a write that timed out: no message names a webhook that hangs.
  ///
  /// With KubeSphere's controllers stopped, the API server times out after 34 s, and ksx after 32 s.
  static func hint(ifLate text: String) -> Sentence {
    guard text.containsText("did not complete within requested timeout") || text.hasPrefix("no answer for ") else {
      return ""
    }
    return
      " The server may be waiting for a webhook that hangs: see whether the controllers run (kubectl get validatingwebhookconfigurations,mutatingwebhookconfigurations names their services)."
  }

  private static func quoted(in text: String, after mark: String) -> String? {
    guard let start = text.rangeOfText(mark) else { return nil }
    let name = text[start.upperBound...].prefix { $0 != "\"" }
    return name.isEmpty ? nil : String(name)
  }

  /// The namespace in `https://SERVICE.NAMESPACE.svc:443/…`.
  private static func namespace(in text: String) -> String? {
    guard let start = text.rangeOfText("https://") else { return nil }
    let labels = text[start.upperBound...].prefix { $0 != ":" && $0 != "/" }.split(separator: ".")
    return labels.count > 2 && labels[2] == "svc" ? String(labels[1]) : nil
  }
}

extension ClusterError {
  /// An admission policy or a quota refused a request that the user has the right to make.
  package var isOfRule: Bool {
    guard case .refused(let status) = self else { return false }
    return status.isOfRule
  }

  /// The name of the webhook that did not answer, if the API server named it.
  package var silentWebhook: String? {
    guard case .refused(let status) = self, let webhook = Webhook(status), !webhook.hasDenied else { return nil }
    return webhook.name
  }

  /// A webhook did not answer, so every write like this one is refused, but deletions are not.
  package var isOfSilentWebhook: Bool {
    guard case .refused(let status) = self else { return false }
    return Webhook(status).map { !$0.hasDenied } ?? (status.code == 504)
  }
}
