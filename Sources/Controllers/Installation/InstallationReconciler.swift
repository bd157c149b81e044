import Client
import Extensions
import KubernetesAPI
import Manifest
import Packages
import Platform

/// Reconciles Subscriptions or InstallPlans, one edge of the state machine at a time.
struct InstallationReconciler: Reconciler {
  var cluster: Cluster
  var dialect: Dialect
  var settings: ControllerSettings
  /// The site of the agent whose release this is; `nil` for the extension's own release.
  var site: AgentSite? = nil

  /// The cluster of the release's objects; everything else is stored in `cluster`.
  var target: Cluster { site?.target ?? cluster }

  /// Names the namespace of the release and its record, in which both stay.
  static let namespaceAnnotation = Installation.standaloneAnnotation

  func reconcile(_ name: String) async throws(ReconcileError) -> ReconcileResult {
    try await ReconcileError.reporting { () throws(ClusterError) in try await reconcileInstallation(name) }
  }

  private func reconcileInstallation(_ name: String) async throws(ClusterError) -> ReconcileResult {
    guard let object = try await cluster.find(dialect.installations, name) else {
      settings.activity.set(name, isBusy: false)
      settings.stopwatch.forget(name)
      return .whenChanged
    }
    let snapshot = try await InstallationSnapshot(object, cluster, dialect)
    let step = Lifecycle.step(in: snapshot.situation)
    // A removal that is stuck must not keep the server running for ever.
    settings.activity.set(name, isBusy: step != .idle && snapshot.record?.state != .uninstallFailed)
    return try await carryOut(step, snapshot)
  }

  /// Carries out one step, and writes the log.
  func carryOut(_ step: Lifecycle.Step, _ snapshot: InstallationSnapshot) async throws(ClusterError) -> ReconcileResult
  {
    let log = InstallationLog(now: settings.now)
    let next = await Result { () async throws(ClusterError) in try await perform(step, snapshot, log) }
    await log.flush(to: snapshot.namespace, of: snapshot.object, dialect, in: cluster, named: snapshot.logName)
    return try next.get()
  }

  private func perform(
    _ step: Lifecycle.Step, _ snapshot: InstallationSnapshot, _ log: InstallationLog
  ) async throws(ClusterError) -> ReconcileResult {
    var snapshot = snapshot
    snapshot.log = log
    do {
      return try await perform(step, snapshot)
    } catch {
      switch error {
      case .transient(let cause):
        await reportTermination(cause, snapshot)
        throw cause
      case .permanent(let message): return try await fail(snapshot, message)
      case .missing(let message): return try await fail(snapshot, message, refused: snapshot.offer(in: cluster))
      }
    }
  }

  private func perform(_ step: Lifecycle.Step, _ snapshot: InstallationSnapshot) async throws(StepError)
    -> ReconcileResult
  {
    switch (step, snapshot.record) {
    case (.idle, _): return .whenChanged
    case (.adopt, _): try await adopt(snapshot)
    case (.prepare, _): try await prepare(snapshot)
    case (.release, _): try await finishDeletion(snapshot)
    case (.begin, let record?): try await begin(snapshot, record)
    case (.hooks(let event), let record?): return try await runHooks(event, snapshot, record)
    case (.apply, let record?): try await apply(snapshot, record)
    case (.awaitReadiness, let record?): return try await awaitReadiness(snapshot, record)
    case (.toggle, let record?): try await toggle(snapshot, record)
    case (.test, let record?):
      return try await ChartTester(cluster: cluster, dialect: dialect, settings: settings).step(snapshot, record)
    case (.uninstall, let record?):
      try await endHook(snapshot, record)
      try await throwingTransient { () throws(ClusterError) in
        try await save(record.uninstalling(at: settings.now()), snapshot)
      }
    case (.remove, let record?): return try await remove(snapshot, record)
    case (.publish, let record?):
      try await throwingTransient { () throws(ClusterError) in try await snapshot.publish(record, in: cluster) }
    case (_, nil): fatalError("\(step) was chosen without a record")
    }
    return .atOnce
  }

  /// Writes the record, unless another client has changed it.
  func save(_ record: ReleaseRecord, _ snapshot: InstallationSnapshot) async throws(ClusterError) {
    let secret = snapshot.secret(of: record)
    if snapshot.recordVersion.isEmpty {
      _ = try await cluster.create(.secrets, secret)
    } else {
      let patch: Value = [
        "metadata": ["resourceVersion": .string(snapshot.recordVersion)], "data": secret.value["data"] ?? .null,
      ]
      _ = try await cluster.patch(.secrets, namespace: secret.namespace, secret.name, .merge(patch))
    }
    snapshot.log?.note(record, after: snapshot.record)
    await tell(record, snapshot)
  }

  /// Writes an Event when an attempt ends or a removal does not proceed.
  private func tell(_ record: ReleaseRecord, _ snapshot: InstallationSnapshot) async {
    guard let condition = record.conditions.first, condition != snapshot.record?.conditions.first else { return }
    let recorder = EventRecorder(cluster: cluster, object: snapshot.object, now: settings.now)
    switch record.state {
    case .installed where record.state != snapshot.record?.state:
      await recorder.write("Normal", condition.reason, snapshot.prefix + condition.message)
    case .installFailed, .upgradeFailed, .uninstallFailed:
      await recorder.write("Warning", condition.reason, snapshot.prefix + condition.message)
    default: break
    }
  }

  private func fail(
    _ snapshot: InstallationSnapshot, _ message: String, refused offer: String? = nil
  ) async throws(ClusterError) -> ReconcileResult {
    let now = settings.now()
    if let record = snapshot.record {
      settings.report("installation \(record.name): \(message)")
      try await save(record.failing(message, refused: offer, at: now), snapshot)
      return .atOnce
    }
    // Without a record the failure is written only to the status, and only once, because writing it triggers the next
    // reconciliation.
    let failed = snapshot.newRecord(at: now).failing(message, at: now)
    if !snapshot.statusEquals(failed) {
      settings.report("installation \(snapshot.installation.name): \(message)")
      try await snapshot.publish(failed, in: cluster)
      await tell(failed, snapshot)
    }
    return .whenChanged
  }

  func throwingTransient(_ work: () async throws(ClusterError) -> Void) async throws(StepError) {
    do { try await work() } catch { throw .transient(error) }
  }
}

// The edges, in order.
extension InstallationReconciler {
  private func adopt(_ snapshot: InstallationSnapshot) async throws(StepError) {
    if snapshot.agent != nil {
      // The agent is shown in the status before anything is done.
      return try await throwingTransient { () throws(ClusterError) in try await snapshot.publish(nil, in: cluster) }
    }
    let installation = snapshot.installation
    guard Syntax.isSubdomain(installation.extension) else {
      throw .permanent("spec.extension.name: \"\(installation.extension)\" is no name of an extension")
    }
    if let rival = try await rival(of: installation) {
      throw .permanent("\(installation.extension) is installed by the \(dialect.installations.kind) \(rival) already")
    }
    do {
      let version = try await planner.version(installation.extension, installation.version)
      let named = dialect.name == .subscription ? installation.wantedNamespace : version?.namespace ?? ""
      let namespace = named.isEmpty ? Change.usualNamespace(of: installation.extension) : named
      let metadata: Value = [
        "resourceVersion": .string(installation.resourceVersion),
        "finalizers": .sequence((snapshot.object.finalizers + [dialect.installationFinalizer]).map(Value.string)),
        "annotations": .mapping([Self.namespaceAnnotation: .string(namespace)]),
      ]
      _ = try await cluster.patch(dialect.installations, installation.name, ["metadata": metadata])
    } catch {
      throw .transient(error)
    }
  }

  /// An earlier installation of the same extension; the two would overwrite each other's objects.
  private func rival(of installation: Installation) async throws(StepError) -> String? {
    do {
      return try await cluster.list(dialect.installations).first { other in
        other.name != installation.name && other.annotations[Self.namespaceAnnotation] != nil
          && Installation(other).extension == installation.extension
      }?.name
    } catch {
      throw .transient(error)
    }
  }

  private func prepare(_ snapshot: InstallationSnapshot) async throws(StepError) {
    let now = settings.now()
    let record = snapshot.record ?? snapshot.newRecord(at: now)
    try await endHook(snapshot, record)
    do {
      let labels = [dialect.extensionLabel: snapshot.installation.extension, "kubesphere.io/managed": "true"]
      try await target.ensureNamespace(record.namespace, labels: labels)
      try await save(record.preparing(snapshot.desired.attempt, at: now), snapshot)
    } catch {
      throw StepError(error, "namespace \(record.namespace)")
    }
  }

  private func begin(_ snapshot: InstallationSnapshot, _ record: ReleaseRecord) async throws(StepError) {
    var planner = planner
    planner.account = account(snapshot)
    let planned = try await whileWanted(snapshot) { [planner] () async throws(StepError) in
      try await planner.plan(record, of: snapshot.installation.extension)
    }
    guard let planned else { return }
    for note in planned.notes { settings.report("installation \(record.name): \(note)") }
    for note in planned.notes { snapshot.log?.note(note) }
    snapshot.log?.note("rendered \(planned.parts.count) objects")
    do {
      try await save(
        record.beginning(
          planned.parts, tests: planned.tests, hooks: planned.hooks, notes: planned.notes, at: settings.now()), snapshot
      )
    } catch {
      throw StepError(error, "the record of the release")
    }
  }

  private func apply(_ snapshot: InstallationSnapshot, _ record: ReleaseRecord) async throws(StepError) {
    // After a failure, the objects that have been applied stay.
    let applier = try await applier(snapshot)
    try await applier.apply(record) { snapshot.log?.note("applied \($0.title)") }
    try await throwingTransient { () throws(ClusterError) in
      try await save(record.applied(at: settings.now()), snapshot)
    }
  }

  private func toggle(_ snapshot: InstallationSnapshot, _ record: ReleaseRecord) async throws(StepError) {
    let isEnabled = snapshot.desired.isEnabled
    try await throwingTransient { () throws(ClusterError) in
      let owners = ReleaseOwners(
        names: [(snapshot.installation.name, record.release, snapshot.installation.extension)])
      try await ServingSwitch(cluster: target, dialect: dialect, owners: owners).set(
        snapshot.installation.extension, isEnabled: isEnabled)
      try await save(record.toggled(isEnabled), snapshot)
    }
  }

  func applier(_ snapshot: InstallationSnapshot) async throws(StepError) -> Applier {
    Applier(cluster: try await executor(snapshot).notingUnknownFields, mark: mark(snapshot))
  }

  func mark(_ snapshot: InstallationSnapshot) -> OwnerMark {
    OwnerMark(key: dialect.extensionLabel, value: snapshot.installation.extension, isAgent: site != nil)
  }
}
