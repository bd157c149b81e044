import Client
import Extensions
import HTTP
package import KubernetesAPI
import Manifest

extension ClusterReader {
  /// Reads the state of the current attempt of the installation `object`; what cannot be read counts as missing.
  ///
  /// `marked` is the Job that is to be ended, if the object does not record it any more.
  package func readAttempt(_ object: Object, marked: String = "") async -> Cancellation.Facts {
    let installation = Installation(object)
    var facts = Cancellation.Facts(installation, marked: object.annotations[Cancellation.annotation] ?? "")
    // A standalone backend has no Jobs, and writes no annotations back.
    guard !installation.isManagedByStandalone else { return facts }
    if facts.marked.isEmpty { facts.marked = marked }
    guard !installation.targetNamespace.isEmpty else { return facts }
    await examineJob(&facts)
    // Looks for helm's lock only when it may be removed, because this runs every 250 ms.
    guard !facts.marked.isEmpty, !facts.isJobActive else { return facts }
    facts.pendingSecret = await pendingSecret(
      of: installation.releaseName.isEmpty ? installation.extension : installation.releaseName,
      in: installation.targetNamespace)
    return facts
  }

  private func examineJob(_ facts: inout Cancellation.Facts) async {
    let (name, namespace) = (facts.installation.jobName, facts.installation.targetNamespace)
    guard !name.isEmpty else { return }
    let found = await result { () throws(ClusterError) in try await cluster.get(.jobs, namespace: namespace, name) }
    guard let job = try? found.get() else { return }
    let observed = ExaminedInstallation.ObservedJob(job, pods: [])
    // A pod that is being ended is not active any more, and its helm may still be at work.
    let isEnding = (job.status["terminating"]?.integer ?? 0) > 0
    (facts.isJobActive, facts.isJobComplete) = (observed.isActive || isEnding, observed.isComplete)
    facts.jobVersion = observed.version
  }

  /// The newest revision's Secret if helm left it pending; only labels are read, the data is skipped.
  private func pendingSecret(of release: String, in namespace: String) async -> String? {
    let found = await result { () throws(ClusterError) in
      try await cluster.list(
        .secrets, namespace: namespace, selector: Selector(labels: "owner=helm,name=\(release)"),
        skipping: JSONPaths(["data"]))
    }
    let newest = (try? found.get())?.max { revision($0) < revision($1) }
    guard let newest, newest.labels["status"]?.hasPrefix("pending-") == true else { return nil }
    return newest.name
  }

  private func revision(_ secret: Object) -> Int { secret.labels["version"].flatMap { Int($0) } ?? 0 }
}
