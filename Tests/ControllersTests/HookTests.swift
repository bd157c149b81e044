import Client
import Manifest
import Packages
import TestSupport
import Testing

@testable import Charts
@testable import Controllers
@testable import Extensions
@testable import HTTP
@testable import KubernetesAPI
@testable import Platform

/// What a chart has for moments of its release's life, run as helm runs it.
@Suite struct HookTests {
  private static let name = "quince"

  /// A chart with a hook for each moment; `more` is another template.
  private static func chart(_ version: String, more: String = "") -> Package {
    let jobs = HookEvent.allCases.map { event in
      """
      apiVersion: batch/v1
      kind: Job
      metadata:
        name: \(event.rawValue)
        annotations: {helm.sh/hook: \(event.rawValue), standalone.ksx.dev/fails: "{{ .Values.fails }}"}
      spec: {template: {spec: {restartPolicy: Never, containers: [{name: x, image: x}]}}}
      """
    }
    return Package(files: [
      "Chart.yaml": Array("apiVersion: v2\nname: \(name)\nversion: \(version)\nkeywords: [fruit]\n".utf8),
      "values.yaml": Array("fails: \"\"\n".utf8),
      "templates/settings.yaml": Array(
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {version: \"\(version)\"}\n".utf8),
      "templates/hooks.yaml": Array((jobs + [more]).joined(separator: "\n---\n").utf8),
    ])
  }

  /// Notes what is made and deleted, in order.
  private final class Witness: Transport {
    private let inner: any Transport
    private let seen = Locked<[String]>([])

    init(_ inner: any Transport) { self.inner = inner }

    func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
      let path = request.target.prefix { $0 != "?" }
      let name = path.split(separator: "/").last.map(String.init) ?? ""
      switch request.method {
      case .post where path.hasSuffix("/jobs") || path.hasSuffix("/pods") || path.hasSuffix("/configmaps"):
        let body = try? JSON.parse(request.body)
        seen.withLock { $0.append("+" + (body?[path: "metadata", "name"]?.string ?? "")) }
      case .delete:
        // As helm does: the pods of a Job would stay.
        let isWhole = (try? JSON.parse(request.body))?["propagationPolicy"] == "Background"
        seen.withLock { $0.append((isWhole ? "-" : "-orphaning ") + name) }
      default: break
      }
      return try await inner.send(request)
    }

    /// What has happened since the last call, but for records and logs.
    func take() -> [String] {
      seen.withLock { seen in
        defer { seen = [] }
        return seen.filter { !$0.contains("ksx-") && !$0.contains("kube-root-ca") }
      }
    }
  }

  private static func fixture(_ dialect: Dialect, _ packages: [Package]) async throws -> ControllerFixture {
    let fixture = try ControllerFixture(dialect)
    let folder = try ScratchFolder()
    defer { folder.remove() }
    try ChartRepository(folder: folder.path).write(
      packages.map { .init(package: $0, chart: try $0.chart(), created: "") })
    try await fixture.synchronize(folder.path)
    return fixture
  }

  /// Looks at the installation until there is nothing to do; plays the kubelet's part, unless it shall not.
  private static func settle(
    _ fixture: ControllerFixture, _ cluster: Cluster? = nil, hasKubelet: Bool = true
  ) async throws {
    let cluster = cluster ?? fixture.cluster
    let work = InstallationReconciler(cluster: cluster, dialect: fixture.dialect, settings: fixture.settings())
    let kubelet = WorkloadReconciler(cluster: fixture.cluster)
    for _ in 0..<300 {
      guard case .after(let pause) = try await work.reconcile(name), pause < .milliseconds(50) else { return }
      for resource in hasKubelet ? WorkloadReconciler.kinds : [] {
        for object in try await fixture.cluster.list(resource) {
          _ = try await kubelet.reconcile("\(resource.plural)/\(object.namespace ?? "")/\(object.name)")
        }
      }
    }
    Issue.record("it never came to rest")
  }

  @Test(arguments: [Dialect.installPlan, .subscription])
  func hooksAreRunAtTheirMoments(dialect: Dialect) async throws {
    let fixture = try await Self.fixture(dialect, [Self.chart("1.0.0"), Self.chart("1.1.0")])
    let witness = Witness(fixture.cluster.transport)
    let cluster = Cluster(transport: witness)

    try await fixture.change(Self.name, .install(version: "1.0.0", config: ""))
    try await Self.settle(fixture, cluster)
    #expect(witness.take() == ["+pre-install", "+settings", "+post-install"])

    try await fixture.change(Self.name, .upgrade(to: "1.1.0"))
    try await Self.settle(fixture, cluster)
    #expect(witness.take() == ["+pre-upgrade", "+post-upgrade"])

    // As with helm without a policy: an object makes way for the next of its name.
    try await fixture.change(Self.name, .rollback(to: "1.0.0", config: ""))
    try await Self.settle(fixture, cluster)
    #expect(witness.take() == ["-pre-upgrade", "+pre-upgrade", "-post-upgrade", "+post-upgrade"])

    try await fixture.change(Self.name, .uninstall)
    try await Self.settle(fixture, cluster)
    #expect(witness.take().filter { !$0.hasPrefix("-ksx") } == ["+pre-delete", "-settings", "+post-delete"])
    #expect(try await fixture.cluster.find(dialect.installations, Self.name) == nil)
  }

  @Test func aHookThatFailsEndsTheAttemptWithItsReason() async throws {
    let fixture = try await Self.fixture(.installPlan, [Self.chart("1.0.0")])

    try await fixture.change(Self.name, .install(version: "1.0.0", config: "fails: no room\n"))
    try await Self.settle(fixture)

    let failed = Installation(try await fixture.cluster.get(fixture.dialect.installations, Self.name))
    #expect(failed.state == .installFailed)
    #expect(failed.message == "pre-install hook Job pre-install failed: no room")
    #expect(try await fixture.cluster.find(.configMaps, namespace: "extension-quince", "settings") == nil)

    try await fixture.change(Self.name, .configure(config: ""))
    try await Self.settle(fixture)
    let mended = Installation(try await fixture.cluster.get(fixture.dialect.installations, Self.name))
    #expect(mended.state == .installed)
  }

  @Test func aHookThatFailsBeforeARemovalStopsItUntilItIsDeletedOrForced() async throws {
    let fixture = try await Self.fixture(.installPlan, [Self.chart("1.0.0")])
    try await fixture.change(Self.name, .install(version: "1.0.0", config: ""))
    try await Self.settle(fixture)
    let plans = fixture.dialect.installations
    let work = InstallationReconciler(
      cluster: fixture.cluster, dialect: fixture.dialect, settings: fixture.settings())
    try await fixture.change(Self.name, .uninstall)
    while try await fixture.cluster.find(.jobs, namespace: "extension-quince", "pre-delete") == nil {
      _ = try await work.reconcile(Self.name)
    }
    _ = try await fixture.cluster.patch(
      .jobs, namespace: "extension-quince", "pre-delete", subresource: "status",
      .merge(["status": ["conditions": [["type": "Failed", "status": "True", "message": "still in use"]]]]))

    try await Self.settle(fixture, hasKubelet: false)
    let stuck = Installation(try await fixture.cluster.get(plans, Self.name))
    #expect(stuck.state == .uninstallFailed)
    #expect(stuck.message.contains("pre-delete hook Job pre-delete failed: still in use"))
    #expect(try await fixture.settingsOfQuince() != nil)

    _ = try await fixture.cluster.patch(
      plans, Self.name, .merge(["metadata": ["annotations": ["kubesphere.io/force-delete": ""]]]))
    try await Self.settle(fixture, hasKubelet: false)
    #expect(try await fixture.cluster.find(plans, Self.name) == nil)
    #expect(try await fixture.settingsOfQuince() == nil)
  }

  @Test(arguments: [Dialect.installPlan, .subscription], [true, false])
  func aHookThatRunsWhileItsAttemptIsGivenUpIsEnded(dialect: Dialect, isRemoved: Bool) async throws {
    let fixture = try await Self.fixture(dialect, [Self.chart("1.0.0"), Self.chart("1.1.0")])
    try await fixture.change(Self.name, .install(version: "1.0.0", config: ""))
    try await Self.settle(fixture)
    try await fixture.change(Self.name, .upgrade(to: "1.1.0"))
    let work = InstallationReconciler(cluster: fixture.cluster, dialect: dialect, settings: fixture.settings())
    while try await fixture.cluster.find(.jobs, namespace: "extension-quince", "pre-upgrade") == nil {
      _ = try await work.reconcile(Self.name)
    }
    let running = try await fixture.cluster.get(.jobs, namespace: "extension-quince", "pre-upgrade")

    if isRemoved {
      try await fixture.change(Self.name, .uninstall)
    } else {
      try await fixture.change(Self.name, .rollback(to: "1.0.0", config: ""), status: ["state": ""])
    }
    _ = try await work.reconcile(Self.name)

    let found = try await fixture.cluster.find(.jobs, namespace: "extension-quince", "pre-upgrade")
    #expect(found?.uid != running.uid)
    let log = try await fixture.cluster.get(
      .configMaps, namespace: "extension-quince", Installation.logName(of: Self.name))
    #expect(
      log.value[path: "data", Installation.logKey]?.string?.contains("ended, for the attempt was given up") == true)
    try await Self.settle(fixture)
    let after = try await fixture.cluster.find(dialect.installations, Self.name).map(Installation.init)
    #expect(after?.state == (isRemoved ? nil : .installed))
  }

  @Test func aHookOfWhichNoPodCanBeMadeFailsWithTheEventThatSaysWhy() async throws {
    let fixture = try await Self.fixture(.installPlan, [Self.chart("1.0.0")])
    try await fixture.change(Self.name, .install(version: "1.0.0", config: ""))
    let work = InstallationReconciler(
      cluster: fixture.cluster, dialect: fixture.dialect, settings: fixture.settings())
    while try await fixture.cluster.find(.jobs, namespace: "extension-quince", "pre-install") == nil {
      _ = try await work.reconcile(Self.name)
    }
    let event: Mapping = [
      "involvedObject": ["kind": "Job", "name": "pre-install", "namespace": "extension-quince"], "type": "Warning",
      "reason": "FailedCreate", "message": "pods \"pre-install-\" is forbidden: exceeded quota",
    ]
    _ = try await fixture.cluster.create(
      .events, Object(.events, name: "e", namespace: "extension-quince", event))
    _ = try await fixture.cluster.patch(
      .jobs, namespace: "extension-quince", "pre-install", subresource: "status",
      .merge(["status": ["conditions": [["type": "Failed", "status": "True", "message": "DeadlineExceeded"]]]]))

    try await Self.settle(fixture, hasKubelet: false)

    let failed = Installation(try await fixture.cluster.get(fixture.dialect.installations, Self.name))
    #expect(
      failed.message
        == "pre-install hook Job pre-install failed: DeadlineExceeded; FailedCreate: pods \"pre-install-\" is forbidden: exceeded quota"
    )
  }

  @Test func hooksGoAsTheirPolicySays() async throws {
    let more = """
      apiVersion: v1
      kind: Pod
      metadata:
        name: kept
        annotations: {helm.sh/hook: "pre-install,pre-upgrade", helm.sh/hook-weight: "5", helm.sh/hook-delete-policy: hook-failed}
      spec: {containers: [{name: x, image: x}]}
      ---
      apiVersion: v1
      kind: ConfigMap
      metadata:
        name: passing
        annotations: {helm.sh/hook: pre-install, helm.sh/hook-weight: "-5", helm.sh/hook-delete-policy: "hook-succeeded"}
      """
    let fixture = try await Self.fixture(
      .installPlan, [Self.chart("1.0.0", more: more), Self.chart("1.1.0", more: more)])
    let witness = Witness(fixture.cluster.transport)

    try await fixture.change(Self.name, .install(version: "1.0.0", config: ""))
    try await Self.settle(fixture, Cluster(transport: witness))
    #expect(witness.take() == ["+passing", "+pre-install", "+kept", "-passing", "+settings", "+post-install"])

    try await fixture.change(Self.name, .upgrade(to: "1.1.0"))
    try await Self.settle(fixture)
    let failed = Installation(try await fixture.cluster.get(fixture.dialect.installations, Self.name))
    #expect(failed.state == .upgradeFailed)
    #expect(failed.message.contains("is there from an earlier run"))
  }

  @Test func whatDoesNotEndInTimeFailsWithWhatItsPodWaitsFor() async throws {
    let fixture = try await Self.fixture(.installPlan, [Self.chart("1.0.0")])
    try await fixture.change(Self.name, .install(version: "1.0.0", config: ""))
    let seconds = Locked(0)
    let start = ContinuousClock.now
    var settings = fixture.settings()
    settings.stopwatch = Stopwatch(now: { start + .seconds(seconds.withLock { $0 }) })
    let work = InstallationReconciler(cluster: fixture.cluster, dialect: fixture.dialect, settings: settings)
    while try await fixture.cluster.find(.jobs, namespace: "extension-quince", "pre-install") == nil {
      _ = try await work.reconcile(Self.name)
    }
    let pod = Object(
      .pods, name: "pre-install-x", namespace: "extension-quince", labels: ["job-name": "pre-install"],
      ["spec": ["containers": [["name": "x", "image": "x"]]]])
    _ = try await fixture.cluster.create(.pods, pod)
    let waiting: Value = ["waiting": ["reason": "ImagePullBackOff", "message": "no such image"]]
    _ = try await fixture.cluster.patch(
      .pods, namespace: "extension-quince", pod.name, subresource: "status",
      .merge([
        "status": [
          "containerStatuses": [
            ["name": "x", "image": "x", "imageID": "", "ready": false, "restartCount": 0, "state": waiting]
          ]
        ]
      ]))
    _ = try await work.reconcile(Self.name)

    seconds.withLock { $0 = 601 }
    while try await work.reconcile(Self.name) == .atOnce {}

    let failed = Installation(try await fixture.cluster.get(fixture.dialect.installations, Self.name))
    #expect(failed.state == .installFailed)
    #expect(failed.message.contains("pre-install hook Job pre-install failed: not ended after 600 s: not complete"))
    #expect(failed.message.contains("; pod pre-install-x: x: ImagePullBackOff: no such image"))
  }

  @Test(arguments: Seeds.isLong ? ControllersCrashTests.Cut.allCases : [.after])
  func hooksAreRunOnceWhereverTheirControllerDies(cut: ControllersCrashTests.Cut) async throws {
    var runs: Set<[String]> = []
    var ends: Set<String> = []
    for writes in 0..<60 {
      let fixture = try await Self.fixture(.installPlan, [Self.chart("1.0.0")])
      let witness = Witness(fixture.cluster.transport)
      let dying = ControllersCrashTests.DyingTransport(witness, writes: writes, cut)
      try await fixture.change(Self.name, .install(version: "1.0.0", config: ""))
      try? await Self.settle(fixture, Cluster(transport: dying))
      try await Self.settle(fixture, Cluster(transport: witness))
      runs.insert(witness.take())
      let plan = try await fixture.cluster.get(fixture.dialect.installations, Self.name)
      ends.insert("\(plan.status["state"] ?? .null) \(plan.status["conditions"]?.sequence?.first?["message"] ?? .null)")
      if !dying.isSpent { break }
    }
    #expect(runs == [["+pre-install", "+settings", "+post-install"]])
    #expect(ends.count == 1)
  }
}

extension ControllerFixture {
  fileprivate func settingsOfQuince() async throws -> Object? {
    try await cluster.find(.configMaps, namespace: "extension-quince", "settings")
  }
}
