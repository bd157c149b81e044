import Client
import Extensions
import KubernetesAPI
import Manifest
import Platform

/// The current state of one installation and its release in the cluster.
struct InstallationSnapshot: Sendable {
  var object: Object
  var installation: Installation
  var desired: DesiredState
  var record: ReleaseRecord?
  /// The resource version of the record; empty if there is none.
  var recordVersion = ""
  var situation: Lifecycle.Situation
  /// The log of the current step.
  var log: InstallationLog?
  /// The assignment of the agent whose release this is; `nil` for the extension's own release.
  var agent: AgentAssignment?
  private var offered: Object?
  /// The extension that is requested in place of the installed one; empty if they are the same.
  private var refusedExtension = ""
  let dialect: Dialect

  init(
    _ object: Object, _ cluster: Cluster, _ dialect: Dialect, agent: AgentAssignment? = nil
  ) async throws(ClusterError) {
    self.agent = agent
    self.object = object
    self.dialect = dialect
    installation = Installation(object)
    desired = DesiredState(
      version: installation.version, config: installation.config, isEnabled: installation.isEnabled,
      isDeletion: object.isBeingDeleted)
    let noted = object.annotations[InstallationReconciler.namespaceAnnotation]
    situation = Lifecycle.Situation(
      desired: desired, isAdopted: noted != nil && object.finalizers.contains(dialect.installationFinalizer),
      record: nil,
      isPublished: true)
    let name = ReleaseRecord.secretName(key)
    if let noted, let secret = try await cluster.find(.secrets, namespace: noted, name) {
      record = try ReleaseRecord(secret: secret)
      recordVersion = secret.resourceVersion
    }
    if let agent { adapt(to: agent) } else { pinExtension() }
    if agent == nil, Syntax.isSubdomain(installation.extension) {
      offered = try await cluster.find(dialect.extensions, installation.extension, skipping: Extension.bulkyFields)
    }
    if let refused = record?.refusedOffer { situation.isOfferNew = try await offer(in: cluster) != refused }
    completeSituation()
  }

  /// Sets what follows from the object and the record.
  private mutating func completeSituation() {
    situation.isTestOpen = agent == nil && installation.isTestOpen
    situation.hasAgents = agent == nil && dialect.hasAgents && !agents.isEmpty
    situation.record = record
    situation.isForced = object.annotations[Self.forceAnnotation] != nil
    situation.isPublished = record.map { changes($0).isEmpty } ?? true
    situation.asksForAnotherTry = Self.asksForAnotherTry(agent == nil ? object.status : entry ?? [:], dialect)
  }

  /// Keeps the extension of the release, with its version and config: a release cannot become that of another
  /// extension.
  private mutating func pinExtension() {
    guard let record, !record.extension.isEmpty, record.extension != installation.extension else { return }
    refusedExtension = installation.extension
    installation.extension = record.extension
    desired.version = record.attempt.version
    desired.config = record.attempt.config
    situation.desired = desired
  }

  /// The agents in the status.
  private var agents: Mapping { object.status["clusterSchedulingStatuses"]?.mapping ?? [:] }

  /// The status of this agent.
  var entry: Value? { agent.flatMap { agents[$0.key.cluster] } }

  /// Its presence skips hooks during a removal (docs/KUBESPHERE.md: Changes).
  private static let forceAnnotation = "kubesphere.io/force-delete"

  /// Whether a user has cleared fields that these controllers never leave empty.
  private static func asksForAnotherTry(_ status: Value, _ dialect: Dialect) -> Lifecycle.Situation.Retry? {
    if status["state"]?.string == "" { return .evenInProgress }
    return dialect.name == .installPlan && status["configHash"]?.string == "" ? .afterEnd : nil
  }

  /// Name and resource version of the ExtensionVersion that is requested; empty if there is none.
  func offer(in cluster: Cluster) async throws(ClusterError) -> String {
    let found = try await ExtensionVersion.find(installation.extension, desired.version, in: cluster, dialect)
    return found.map { "\($0.name) \($0.resourceVersion)" } ?? ""
  }

  /// The namespace of the release, which never changes.
  var namespace: String {
    object.annotations[InstallationReconciler.namespaceAnnotation] ?? Change.usualNamespace(of: installation.extension)
  }

  func newRecord(at time: Timestamp) -> ReleaseRecord {
    if let agent {
      var record = ReleaseRecord(
        name: agent.key.description, release: "\(installation.extension)-agent", namespace: namespace,
        attempt: desired.attempt, at: time)
      record.clusterID = agent.clusterID
      return record
    }
    let named = dialect.name == .subscription ? installation.releaseName : ""
    var record = ReleaseRecord(
      name: installation.name, release: named.isEmpty ? installation.extension : named, namespace: namespace,
      attempt: desired.attempt, at: time)
    record.extension = installation.extension
    return record
  }

  /// Resets the Extension's status after an attempt that failed before there was a record, because nothing else would.
  func resetExtensionStatus(at now: Timestamp, in cluster: Cluster) async throws(ClusterError) {
    guard record == nil, situation.isAdopted else { return }
    try await publish(newRecord(at: now).uninstalled(at: now), in: cluster, onlyExtension: true)
  }

  /// Writes `record` to the statuses in the cluster, or only to that of the Extension.
  ///
  /// `nil` is for an agent that has no record yet.
  func publish(_ record: ReleaseRecord?, in cluster: Cluster, onlyExtension: Bool = false) async throws(ClusterError) {
    for change in changes(record) where !onlyExtension || change.resource == dialect.extensions {
      // Each agent has its own field, and others may be written at the same time, so only the uid is checked.
      let guardian = agent == nil ? ("resourceVersion", change.object.resourceVersion) : ("uid", change.object.uid)
      let patch = change.patch.setting(["metadata", guardian.0], to: .string(guardian.1))
      _ = try await cluster.patch(change.resource, change.object.name, .merge(patch))
    }
  }

  /// Whether the installation's status already has the state and the conditions of `record`, whatever their times.
  ///
  /// Writing them again with other times would be a change, which triggers the next reconciliation.
  func statusEquals(_ record: ReleaseRecord) -> Bool {
    let status = agent == nil ? object.status : entry ?? [:]
    let reported = (status["conditions"]?.sequence ?? []).compactMap(ReleaseRecord.Condition.init)
    return status["state"]?.string == record.state.word
      && record.conditions.allSatisfy { wanted in reported.contains { $0.says(wanted) } }
  }

  private struct StatusChange {
    var resource: Resource
    var object: Object
    var patch: Value
  }

  private func changes(_ record: ReleaseRecord?) -> [StatusChange] {
    if let agent {
      let entry: Mapping = [agent.key.cluster: .mapping(InstallationStatus.agent(record, agent.obstacle))]
      return [change(dialect.installations, object, ["clusterSchedulingStatuses": .mapping(entry)])].compactMap { $0 }
    }
    guard let record else { return [] }
    var status = InstallationStatus(dialect: dialect, record: record)
    status.agents = .mapping(agents)
    if situation.isAdopted { status.wantedNamespace = installation.wantedNamespace }
    status.refusedExtension = refusedExtension
    let own = change(dialect.installations, object, status.installation)
    // An installation that was not adopted does not change the Extension, which another may have installed.
    let shown = situation.isAdopted ? change(dialect.extensions, offered, status.extension(desired)) : nil
    return [own, shown].compactMap { $0 }
  }

  /// `nil` if there is no object, or its status is already so.
  private func change(_ resource: Resource, _ object: Object?, _ status: Mapping) -> StatusChange? {
    guard let object else { return nil }
    var target = MergePatch.apply(.mapping(status), to: object.status)
    if agent == nil, let agents = status["clusterSchedulingStatuses"] {
      // The agents of an Extension are only those of its installation.
      let reported = agents.mapping?.isEmpty == true ? Value?.none : agents
      target = target.setting(["clusterSchedulingStatuses"], to: reported)
    }
    let patch = MergePatch.difference(from: object.status.mapping == nil ? .mapping([:]) : object.status, to: target)
    guard patch.mapping?.isEmpty == false else { return nil }
    return StatusChange(resource: resource, object: object, patch: ["status": patch])
  }
}

extension Dialect {
  /// The finalizer that keeps an installation until its objects are deleted (docs/KUBESPHERE.md: Reconciling, Eras).
  var installationFinalizer: String {
    switch name {
    case .installPlan: "kubesphere.io/installplan-protection"
    case .subscription: "subscription.extensions.kubesphere.io"
    }
  }
}
