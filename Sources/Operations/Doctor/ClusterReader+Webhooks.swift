import Client
import Extensions
import HTTP
import KubernetesAPI
import Manifest
import Platform

extension ClusterReader {
  /// Sends a dry run: while the controller is down, the API server refuses every create and update, dry runs too.
  func examineWebhooks(_ object: Object?, _ examination: inout Examination) async {
    guard let object, dialect.name == .installPlan else { return }
    guard case .failure(let error) = await tryToWrite(object, within: Self.factTimeout) else { return }
    switch await silence(behind: error, of: object) {
    case .some(let silence): examination.findings.append(silence.finding)
    case nil: examination.gaps.append("whether the webhooks answer: \(error.words)")
    }
  }

  private func tryToWrite(_ object: Object, within timeout: Duration) async -> Result<Object, ClusterError> {
    let probe: Value = ["metadata": ["annotations": ["ksx.dev/nudge": "dry run"]]]
    return await answer(within: timeout) { () throws(ClusterError) in
      try await cluster.patch(dialect.installations, object.name, .merge(probe), dryRun: true)
    }
  }

  /// The webhook that is behind `error`, or that may be; `nil` if none is.
  private func silence(behind error: ClusterError, of object: Object) async -> WebhookSilence? {
    if let webhook = error.silentWebhook, case .refused(let status) = error {
      return WebhookSilence(
        sign: .refused(status, webhook: webhook), object: object.name, hooks: await admissionHooks())
    }
    guard error.isLate else { return nil }
    let hooks = await admissionHooks()
    let late = WebhookSilence(sign: .late(error.brief), object: object.name, hooks: hooks)
    // Where only the controllers are asked, they are it. Else the API server names the webhook once it gives it up.
    guard hooks.contains(where: { !$0.isOfControllers }) else { return late }
    let start = cluster.timing.now()
    switch await tryToWrite(object, within: .seconds(min(31, hooks.map(\.timeout).reduce(1, +)))) {
    case .success:
      let seconds = Int((cluster.timing.now() - start).components.seconds)
      return WebhookSilence(sign: .passed(seconds: seconds), object: object.name, hooks: hooks)
    case .failure(.refused(let status)):
      guard let webhook = ClusterError.refused(status).silentWebhook else { return late }
      return WebhookSilence(sign: .refused(status, webhook: webhook), object: object.name, hooks: hooks)
    case .failure: return late
    }
  }

  /// The webhooks that are asked about installations; none if they may not be read.
  private func admissionHooks() async -> [AdmissionHook] {
    var hooks: [AdmissionHook] = []
    for resource in AdmissionHook.configurations {
      let found = await answer(within: Self.factTimeout) { () throws(ClusterError) in try await cluster.list(resource) }
      for configuration in (try? found.get()) ?? [] {
        hooks += AdmissionHook.all(in: configuration, resource.kind, about: dialect.installations)
      }
    }
    return hooks
  }
}

extension ClusterError {
  /// Whether the API server was waiting for something: it answers all else at once.
  fileprivate var isLate: Bool {
    switch self {
    case .transport(.timedOut): true
    case .refused(let status): status.code == 504
    default: false
    }
  }
}
