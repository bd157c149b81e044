import Client
import Extensions
import HTTP
package import KubernetesAPI
import Manifest

extension ClusterReader {
  /// Reads the state of the current attempt of the installation `object`; what cannot be read counts as missing.
  package func attempt(_ object: Object) async -> Cancellation.Facts {
    let installation = Installation(object)
    var facts = Cancellation.Facts(
      installation, marked: object.annotations[Cancellation.annotation] ?? "")
    guard !installation.isManagedByStandalone, !installation.targetNamespace.isEmpty else { return facts }
    facts.isJobActive = await isActive(installation.jobName, in: installation.targetNamespace)
    // Looks for helm's lock only when it may be removed, because this runs every 250 ms.
    guard !facts.marked.isEmpty, !facts.isJobActive else { return facts }
    facts.pendingSecret = await pendingSecret(
      of: installation.releaseName.isEmpty ? installation.extension : installation.releaseName,
      in: installation.targetNamespace)
    return facts
  }

  private func isActive(_ job: String, in namespace: String) async -> Bool {
    if job.isEmpty { return false }
    let found = await result { () throws(ClusterError) in try await cluster.get(.jobs, namespace: namespace, job) }
    return ((try? found.get())?.status["active"]?.integer ?? 0) > 0
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
