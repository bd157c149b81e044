import Extensions
import KubernetesAPI
import Manifest
import Platform

/// An admission webhook that the API server asks before it stores a change of an installation.
struct AdmissionHook: Hashable, Sendable {
  static let configurations = [
    ("validatingwebhookconfigurations", "ValidatingWebhookConfiguration"),
    ("mutatingwebhookconfigurations", "MutatingWebhookConfiguration"),
  ].map { Resource(group: "admissionregistration.k8s.io", version: "v1", plural: $0, kind: $1) }

  let name: String
  /// `ValidatingWebhookConfiguration guard`.
  let configuration: String
  /// The Service that answers, `NAMESPACE/NAME`, or its URL.
  let target: String
  /// Whether KubeSphere's controllers answer it.
  let isOfControllers: Bool
  /// Whether the change goes on if it does not answer.
  let isOptional: Bool
  /// How many seconds the API server waits for it.
  let timeout: Int

  /// The webhooks of `configuration`, of that kind, that are asked about updates of `resource`.
  static func all(in configuration: Object, _ kind: String, about resource: Resource) -> [AdmissionHook] {
    let hooks = configuration.value["webhooks"]?.sequence ?? []
    return hooks.filter { hook in
      hook["rules"]?.sequence?.contains { covers($0, resource) } == true
    }.map { AdmissionHook($0, in: "\(kind) \(configuration.name)") }
  }

  private init(_ hook: Value, in configuration: String) {
    name = hook["name"]?.string ?? ""
    self.configuration = configuration
    let service = hook[path: "clientConfig", "service"]
    let (namespace, called) = (service?["namespace"]?.string ?? "", service?["name"]?.string ?? "")
    let url = hook[path: "clientConfig", "url"]?.string ?? ""
    target = called.isEmpty ? CredentialText.removed(from: url) : "\(namespace)/\(called)"
    isOfControllers = called.isEmpty ? Self.isOfControllers(name) : called == "ks-controller-manager"
    isOptional = hook["failurePolicy"]?.string == "Ignore"
    timeout = hook["timeoutSeconds"]?.integer ?? 10
  }

  /// Whether a webhook of this name is KubeSphere's own, as far as a name tells.
  static func isOfControllers(_ name: String) -> Bool { name.hasSuffix(".kubesphere.io") }

  private static func covers(_ rule: Value, _ resource: Resource) -> Bool {
    func has(_ key: String, _ wanted: String...) -> Bool {
      rule[key]?.sequence?.contains { $0.string.map { $0 == "*" || wanted.contains($0) } == true } == true
    }
    return has("operations", "UPDATE") && has("apiGroups", resource.group) && has("apiVersions", resource.version)
      && has("resources", resource.plural, "*/*", "\(resource.plural)/*")
  }
}

/// What the API server did about a change for which a webhook does not answer.
struct WebhookSilence: Hashable, Sendable {
  enum Sign: Hashable, Sendable {
    /// It refused the change, and named the webhook.
    case refused(Status, webhook: String)
    /// It did not say which webhook it waited for.
    case late(String)
    /// It stored the change without the webhook, after so many seconds.
    case passed(seconds: Int)
  }

  var sign: Sign
  /// The object of the dry run.
  var object: String
  /// The webhooks that are asked; empty if they may not be read.
  var hooks: [AdmissionHook]

  var finding: Finding {
    let suspects = suspects
    let others = suspects.filter { !$0.isOfControllers }
    guard let other = others.first?.name ?? strangerName else { return ownFinding }
    let names = suspects.map(\.name)
    let isNamed = strangerName != nil || suspects.count == 1
    let refused: Sentence =
      isNamed
      ? "the webhook \(other) does not answer: every create and update of an extension is refused until it does"
      : "one of the webhooks \(names.joined(separator: ", ")) does not answer: every create and update of an extension is refused until it does"
    return Finding(
      cause: .otherWebhookDown, subject: "cluster", sentence: lateness(names) ?? refused,
      evidence: [evidence]
        + suspects.map { Finding.Evidence($0.configuration, "clientConfig of \($0.name)", $0.target) },
      certainty: isNamed ? (strangerName == nil ? .likely : .certain) : .possible,
      remedies: remedies(names.isEmpty ? [other] : names))
  }

  /// The name that the API server gave, unless it is one of KubeSphere's own.
  private var strangerName: String? {
    guard case .refused(_, let name) = sign else { return nil }
    let known = hooks.first { $0.name == name }?.isOfControllers
    return known ?? AdmissionHook.isOfControllers(name) ? nil : name
  }

  /// The webhooks that may be the one that does not answer.
  private var suspects: [AdmissionHook] {
    switch sign {
    case .refused(_, let name): hooks.filter { $0.name == name }
    case .late: hooks
    case .passed: hooks.filter(\.isOptional)
    }
  }

  private func lateness(_ names: [String]) -> Sentence? {
    guard case .passed(let seconds) = sign else { return nil }
    return
      "every create and update of an extension waits \(seconds) s for a webhook that does not answer, and goes on without it: \(names.joined(separator: ", "))"
  }

  private var evidence: Finding.Evidence {
    let probe = "PATCH \(object), dry run"
    return switch sign {
    case .refused(let status, _): .init(probe, "\(status.code)", status.message)
    case .late(let words): .init(probe, "no answer", words)
    case .passed(let seconds): .init(probe, "time", "\(seconds) s")
    }
  }

  private func remedies(_ names: [String]) -> [Remedy] {
    let services = Set(suspects.filter { !$0.isOfControllers }.map(\.target)).sorted().joined(separator: ", ")
    let start: Sentence =
      services.isEmpty
      ? "find what answers \(names.joined(separator: ", ")), and see why it does not"
      : "see why \(services) does not answer"
    return [
      Remedy("make the webhook answer", [.manual(start)], cost: "deletions go through meanwhile"),
      Remedy(
        "let changes pass without it",
        [.manual("an administrator sets failurePolicy: Ignore in its configuration, or takes the configuration away")],
        cost: "what it guards is unguarded meanwhile"),
    ]
  }

  private var ownFinding: Finding {
    var certainty = Finding.Certainty.likely
    if case .refused = sign { certainty = .certain }
    return Finding(
      cause: .webhookDown, subject: "cluster",
      sentence:
        "the webhook of the controller does not answer: every create and update of an extension is refused until it runs",
      evidence: [evidence], certainty: certainty,
      remedies: [
        Remedy(
          "start the controller again",
          [.manual("kubectl -n kubesphere-system get pods; look at ks-controller-manager")],
          cost: "deletions go through meanwhile, and are carried out when it is back")
      ])
  }
}
