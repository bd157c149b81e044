/// How the controllers behave.
public struct ControllerSettings: Sendable {
  public var renderer = ChartRenderer.found()
  /// How often workloads are looked at while an installation waits for them.
  public var pollInterval = Duration.seconds(1)
  /// Seconds that workloads have to become ready, and objects to go.
  public var readyTimeout = 600
  /// How long to wait before trying again what did not work.
  public var patience = Duration.seconds(30)
  /// KubeSphere's version, for `ksVersion` constraints; `nil` when it is not known, and not checked.
  public var kubeSphereVersion: String?
  /// Whether to play the kubelet's part for Deployments and Jobs, where there is none.
  public var playsWorkloads = false
  /// Says what is under way.
  public var activity = ControllerActivity()
  /// Takes lines for a log.
  public var report: @Sendable (String) -> Void = { _ in }
  /// The clock.
  public var now: @Sendable () -> Timestamp = Timestamp.now

  public init() {}
}
