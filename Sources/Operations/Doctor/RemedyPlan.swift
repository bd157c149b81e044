package import Client
package import Extensions
package import KubernetesAPI
import Manifest
package import Platform

/// Requests that a user confirms together, with their effects: a remedy of the doctor, or a change of a repository.
///
/// Steps between them that the user does, or that are waited for, pause the plan.
package struct RemedyPlan: Hashable, Sendable {
  /// `Retry backup-vault`.
  package var title: Sentence
  /// What the plan is about, for messages: an extension's name, `Repository main`.
  package var subject: String
  package var effects: [Plan.Effect]
  /// Reasons against the plan.
  package var problems: [Plan.Problem] = []
  package var steps: [Remedy.Step]
  /// The command that does the same or shows it; guardrails refer to the plan by this name.
  package var verb: String
  /// The cancellation that the plan carries out; its requests follow from each other and are not known beforehand.
  package private(set) var cancellation: Cancellation?
  /// The label of the button for a cancellation; if empty, the button says that requests are sent.
  package private(set) var action: Sentence = ""
  /// The capabilities of the cluster, for a cancellation.
  package private(set) var capabilities: Capabilities?

  package init(
    title: Sentence, subject: String, effects: [Plan.Effect], problems: [Plan.Problem] = [], steps: [Remedy.Step],
    verb: String = "doctor"
  ) {
    self.title = title
    self.subject = subject
    self.effects = effects
    self.problems = problems
    self.steps = steps
    self.verb = verb
  }

  /// The plan that applies `remedy` against `finding`.
  package init(_ remedy: Remedy, against finding: Finding) {
    let cost = remedy.cost.isEmpty ? [] : [Plan.Effect(.note, "cost: \(remedy.cost)")]
    self.init(
      title: "\(remedy.name): \(finding.subject)", subject: finding.subject,
      effects: [Plan.Effect(.note, "against: \(finding.sentence)")] + cost, steps: remedy.steps)
  }

  /// The plan that cancels the current attempt of `installation` and goes back to what ran before, which `memory`
  /// knows.
  package init(
    cancelling name: String, _ installation: Installation, _ memory: ReleaseMemory, _ capabilities: Capabilities
  ) {
    let cancellation = Cancellation(installation, memory)
    let facts = Cancellation.Facts(installation, marked: installation.notes[Cancellation.annotation] ?? "")
    self.init(
      title: "Cancel what is under way: \(name)", subject: name, effects: cancellation.effects(facts),
      steps: [.manual("each step follows from what the one before has come to")], verb: "cancel")
    switch cancellation.next(facts) {
    case .refused(let reason): problems = [Plan.Problem(isBlocking: true, reason)]
    case .done: problems = [Plan.Problem(isBlocking: true, "nothing is under way at \(name)")]
    default: break
    }
    (self.cancellation, self.capabilities, action) = (cancellation, capabilities, cancellation.action(at: installation))
  }

  package var isBlocked: Bool { problems.contains(where: \.isBlocking) }

  /// The rights in `accesses` that a user with `rights` lacks, and the objection of a guardrail.
  package func refusals(_ rights: Rights, _ accesses: [Access], _ guardVerdict: GuardVerdict?) -> [Sentence] {
    let missing = accesses.compactMap(rights.reason)
    let unlike = missing.enumerated().filter { !missing[..<$0].contains($1) }.map(\.element)
    switch guardVerdict {
    case nil, .allowed?: return unlike
    case .denied(let reason)?: return unlike + [reason]
    // This plan has no field to type a confirmation into; the command of the same name has.
    case .typedConfirmation(let reason)?: return unlike + ["\(reason): ksx \(verb) asks for that"]
    }
  }

  /// The requests that follow after `done` steps, and the index where they end: at a pause, or at the end of the plan.
  package func requests(after done: Int) -> (requests: [RemedyRequest], end: Int) {
    var requests: [RemedyRequest] = []
    var end = done
    while end < steps.count, case .send(let request) = steps[end] {
      requests.append(request)
      end += 1
    }
    return (requests, end)
  }

  /// What is waited for or what the user does in the step at `index`; `nil` if that sends a request.
  package func pause(at index: Int) -> Sentence? {
    guard index < steps.count else { return nil }
    switch steps[index] {
    case .send: return nil
    case .wait(let what): return "wait until \(what)"
    case .manual(let what): return what
    }
  }
}

extension RemedyRequest {
  /// The right that the user needs to send it.
  package var access: Access {
    switch action {
    case .merge: Access("patch", resource, namespace: namespace, name: name)
    case .create: Access("create", resource, namespace: namespace)
    case .delete: Access("delete", resource, namespace: namespace, name: name)
    }
  }

  /// Sends the request; a dry run asks whether the API server would accept it, and changes nothing.
  package func send(to cluster: Cluster, dryRun: Bool = false) async throws(ClusterError) {
    do throws(ClusterError) {
      return try await sendOnce(to: cluster, dryRun: dryRun)
    } catch  where error.status?.isConflict == true && specMark != nil {
      // A conflict with a controller's write to the status is no conflict with another user.
      let object = try await cluster.get(resource, namespace: namespace, name)
      guard Self.mark(of: object.spec) == specMark else { throw error }
      var again = self
      again.version = object.resourceVersion
      try await again.sendOnce(to: cluster, dryRun: dryRun)
    }
  }

  private func sendOnce(to cluster: Cluster, dryRun: Bool) async throws(ClusterError) {
    switch action {
    case .merge(let body):
      let whole = version.map { body.setting(["metadata", "resourceVersion"], to: .string($0)) } ?? body
      _ = try await cluster.patch(resource, namespace: namespace, name, .merge(whole), dryRun: dryRun)
    case .create(let object): _ = try await cluster.create(resource, object, dryRun: dryRun)
    case .delete(let withDependents):
      try await cluster.delete(
        resource, namespace: namespace, name, resourceVersion: version,
        propagation: withDependents ? .background : nil, dryRun: dryRun)
    }
  }

  /// The request for display, with secrets in its body masked.
  package var shown: RemedyRequest {
    var request = self
    switch action {
    case .merge(let body): request.action = .merge(SecretKeys.masked(body))
    case .create(let object): request.action = .create(Object(SecretKeys.masked(object.value)))
    case .delete: break
    }
    return request
  }

  /// `PATCH /apis/…/installplans/whizard {"status":…}`.
  package var words: String {
    let path = resource.path(namespace: namespace, name: name)
    switch action {
    case .merge(let body): return "PATCH \(path) \(JSON.text(body))"
    case .create(let object): return "POST \(resource.path(namespace: namespace)) \(JSON.text(object.value))"
    case .delete(let withDependents):
      return "DELETE \(path)" + (withDependents ? #" {"propagationPolicy":"Background"}"# : "")
    }
  }
}
