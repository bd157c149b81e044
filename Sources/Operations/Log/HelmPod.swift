package import Client
package import Extensions
package import KubernetesAPI
import Manifest

/// A pod that runs helm to install, upgrade or uninstall a release.
package struct HelmPod: Hashable, Sendable {
  package var name: String
  package var namespace: String
  /// The Job that it belongs to.
  package var job: String
  /// RFC 3339.
  package var created: String
  private var phase: String

  /// Reads a pod; `nil` if it belongs neither to the release `release` nor to the Job `named`.
  package init?(_ pod: Object, of release: String, job named: String) {
    let job = pod.labels["job-name"] ?? pod.labels["batch.kubernetes.io/job-name"] ?? ""
    let isOurs = ["install", "upgrade", "uninstall"].contains { word in
      let start = "helm-\(word)-\(release)-"
      // The rest is a single word; otherwise the Job is of another release: that of an agent is called NAME-agent.
      return job.hasPrefix(start) && !job.dropFirst(start.count).contains("-")
    }
    guard isOurs || (!named.isEmpty && job == named) else { return nil }
    name = pod.name
    namespace = pod.namespace ?? ""
    self.job = job
    created = pod.creationTimestamp ?? ""
    phase = pod.status["phase"]?.string ?? ""
  }

  /// Whether it writes no more log.
  package var isOver: Bool { phase == "Succeeded" || phase == "Failed" }
}

extension ClusterReader {
  /// The pods of helm that still exist, oldest first.
  package func helmPods(of installation: Installation) async throws(ClusterError) -> [HelmPod] {
    let release = installation.releaseName.isEmpty ? installation.extension : installation.releaseName
    if installation.targetNamespace.isEmpty { return [] }
    // Since Kubernetes 1.27 the label has a second name, but this one is kept.
    let pods = try await cluster.list(
      .pods, namespace: installation.targetNamespace, selector: Selector(labels: "job-name"))
    return pods.compactMap { HelmPod($0, of: release, job: installation.jobName) }
      .sorted { ($0.created, $0.name) < ($1.created, $1.name) }
  }

  /// The last pod of helm for each agent, by member cluster; these pods are in the host cluster too.
  package func agentPods(of installation: Installation) async throws(ClusterError) -> [(cluster: String, pod: HelmPod)]
  {
    let jobs = installation.agents.mapValues(\.jobName).filter { !$0.value.isEmpty }
    if installation.targetNamespace.isEmpty || jobs.isEmpty { return [] }
    let pods = try await cluster.list(
      .pods, namespace: installation.targetNamespace, selector: Selector(labels: "job-name"))
    return jobs.sorted { $0.key < $1.key }.compactMap { job in
      pods.compactMap { HelmPod($0, of: "", job: job.value) }.filter { $0.job == job.value }
        .max { ($0.created, $0.name) < ($1.created, $1.name) }.map { (job.key, $0) }
    }
  }
}
