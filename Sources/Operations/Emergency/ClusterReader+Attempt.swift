import Client
import Extensions
import HTTP
package import KubernetesAPI
import Manifest

extension ClusterReader {
  /// What there is of the attempt that the installation in `object` is at; what cannot be read counts as not there.
  package func attempt(_ object: Object) async -> Cancellation.Facts {
    let installation = Installation(object)
    var facts = Cancellation.Facts(
      installation, marked: object.annotations[Cancellation.annotation] ?? "")
    guard !installation.isKeptByStandalone, !installation.targetNamespace.isEmpty else { return facts }
    facts.isJobActive = await isActive(installation.jobName, in: installation.targetNamespace)
    // helm's lock is asked for only once it may be removed: a look comes every quarter of a second.
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

  /// The newest revision's Secret where helm has left it pending; its labels tell, and nothing else of it is kept.
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
