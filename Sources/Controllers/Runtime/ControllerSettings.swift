package import Charts
package import Client
package import HTTP
package import Platform

/// How the controllers behave.
package struct ControllerSettings: Sendable {
  package var renderer = ChartRenderer.found()
  /// How often workloads are looked at while an installation waits for them.
  package var pollInterval = Duration.seconds(1)
  /// Seconds that workloads have to become ready, and objects to go.
  package var readyTimeout = 600
  /// Seconds that an installation which is removed waits for an agent whose cluster does not answer.
  package var agentPatience = 300
  /// How the API of a member cluster is reached.
  package var memberTransport: @Sendable (Client.Connection) -> any Transport = { CurlTransport($0) }
  /// How long to wait before trying again what did not work.
  package var patience = Duration.seconds(30)
  /// KubeSphere's version, for `ksVersion` constraints; `nil` when it is not known, and not checked.
  package var kubeSphereVersion: String?
  /// Whether to play the kubelet's part for Deployments and Jobs, where there is none.
  package var simulatesWorkloads = false
  /// Says what is under way.
  package var activity = ControllerActivity()
  /// What stands in for a registry that images are pulled from.
  package var registryMirrors: [String: String] = [:]
  /// Whether images of repositories are run in the cluster, and not read from their registry.
  package var runsRepositoryImages = false
  /// Whether charts are made as accounts that have the rights which their packages ask for, as by KubeSphere.
  package var usesExecutorAccounts = false
  /// How many charts are rendered at once; others need not wait for what only waits.
  package var renderings = Slots(4)
  /// Opens a way for charts to ask a cluster what is there and what it serves; without one they find nothing.
  package var openWindow: @Sendable (Cluster) async -> ClusterWindow? = { _ in nil }
  /// Counts what is done.
  package var metrics = ControllerMetrics()
  /// Takes lines for a log.
  package var report: @Sendable (String) -> Void = { _ in }
  /// How long installations have been as they are.
  package var stopwatch = Stopwatch()
  /// The clock on the wall, for what is written down.
  package var now: @Sendable () -> Timestamp = Timestamp.now

  package init() {}
}
