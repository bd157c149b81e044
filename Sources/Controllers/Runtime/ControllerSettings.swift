package import Charts
package import Client
package import HTTP
package import Platform

/// Settings of the controllers.
package struct ControllerSettings: Sendable {
  package var renderer = ChartRenderer.found()
  /// How often workloads are checked while an installation waits for them.
  package var pollInterval = Duration.seconds(1)
  /// Seconds for workloads to become ready, and for objects to be deleted.
  package var readyTimeout = 600
  /// Seconds that a deleted installation waits for an agent whose cluster does not answer.
  package var agentTimeout = 300
  /// Makes the transport to a member cluster.
  package var memberTransport: @Sendable (Client.Connection) -> any Transport = { CurlTransport($0) }
  /// The delay before a failed operation is retried.
  package var retryDelay = Duration.seconds(30)
  /// KubeSphere's version, for `ksVersion` constraints; `nil` if it is unknown, so that they are ignored.
  package var kubeSphereVersion: String?
  /// Whether to simulate the kubelet for workloads, in a cluster without one.
  package var simulatesWorkloads = false
  /// Records which installations are in progress.
  package var activity = ControllerActivity()
  /// Mirrors by the registry that they replace.
  package var registryMirrors: [String: String] = [:]
  /// Whether images of repositories run in the cluster, instead of being read from their registry.
  package var runsRepositoryImages = false
  /// Whether charts are applied by accounts with only the rights that their packages ask for, as in KubeSphere.
  package var usesExecutorAccounts = false
  /// Limits concurrent renderings.
  package var renderings = Slots(4)
  /// Opens a way for charts to ask a cluster what is there and what it serves; without one they find nothing.
  package var openLookupServer: @Sendable (Cluster) async -> LookupServer? = { _ in nil }
  package var metrics = ControllerMetrics()
  /// Is called with lines for a log.
  package var report: @Sendable (String) -> Void = { _ in }
  /// Measures how long installations have been in their state.
  package var stopwatch = Stopwatch()
  /// The wall clock, for timestamps.
  package var now: @Sendable () -> Timestamp = Timestamp.now

  package init() {}
}
