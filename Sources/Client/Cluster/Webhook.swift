import KubernetesAPI
import Platform

/// A webhook that the API server asked before it stored or showed an object, and that stood in the way.
///
/// Only the text of the refusal tells: its code is that of any error of the server's own.
struct Webhook: Hashable {
  var name: String
  /// It answered, and the answer was no.
  var hasDenied = false
  var code: Int
  /// The namespace of the service behind it, where the text says so.
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

  /// What happened, up to the quotation of the server's words.
  func problem(at server: String) -> Sentence {
    if hasDenied { return "the webhook \(name) does not allow it (\(code))" }
    return "\(server) asked the webhook \(name), which did not answer (\(code))"
  }

  var advice: Sentence {
    if hasDenied { return "Correct what it complains of, and try again." }
    let look = Sentence(verbatim: namespace.map { " (kubectl -n \($0) get pods,endpoints)" } ?? "")
    return
      "Every such change is refused until the program behind the webhook runs again\(look). If it cannot be brought back, an administrator lets changes pass without it by failurePolicy: Ignore (kubectl get validatingwebhookconfigurations,mutatingwebhookconfigurations)."
  }

  /// What may be behind a write without an answer in time: a webhook that hangs is named nowhere.
  ///
  /// With KubeSphere's controllers stopped the API server itself gives up after 34 s, and ksx after 32.
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

  /// That of `https://SERVICE.NAMESPACE.svc:443/…`.
  private static func namespace(in text: String) -> String? {
    guard let start = text.rangeOfText("https://") else { return nil }
    let labels = text[start.upperBound...].prefix { $0 != ":" && $0 != "/" }.split(separator: ".")
    return labels.count > 2 && labels[2] == "svc" ? String(labels[1]) : nil
  }
}

extension ClusterError {
  /// An admission policy or a quota refused what the user has the right to.
  package var isOfRule: Bool {
    guard case .refused(let status) = self else { return false }
    return status.isOfRule
  }

  /// The program behind a webhook did not answer, so every write like this one is refused, and deletions are not.
  package var isOfSilentWebhook: Bool {
    guard case .refused(let status) = self else { return false }
    return Webhook(status).map { !$0.hasDenied } ?? (status.code == 504)
  }
}
