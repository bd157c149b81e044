import Client
import Extensions
import Manifest
import Packages
import Platform

/// What a record looks like in the statuses of the cluster, as far as the dialect has fields for it.
///
/// A field that a CRD does not have would be pruned, or refused by a strict server.
struct InstallationStatus {
  var dialect: Dialect
  var record: ReleaseRecord
  /// The namespace that is asked for, or empty: one that is not the release's is refused in a condition.
  var wantedNamespace = ""
  /// The extension that is asked for in the place of the record's, or empty: it is refused in a condition too.
  var refusedExtension = ""

  /// What the installation says of its agents, which the Extension says too.
  var agents: Value?

  /// What the status of the installation says of this record's agent; an obstacle to it comes first.
  static func agent(_ record: ReleaseRecord?, _ obstacle: AgentObstacle?) -> Mapping {
    let conditions = [obstacle?.condition].compactMap(\.self) + (record?.conditions ?? [])
    let begun = InstallationState.preparing.word
    var status: Mapping = [
      "state": .string(record?.state.word ?? (obstacle == nil ? begun : "")),
      "conditions": .sequence(conditions.map(\.value)),
    ]
    if let record { status = Mapping(status.pairs + release(record).pairs) }
    return status
  }

  private static func release(_ record: ReleaseRecord) -> Mapping {
    [
      "stateHistory": .sequence(record.history.map(\.value)), "version": .string(record.attempt.version),
      "configHash": .string(record.attempt.configHash), "releaseName": .string(record.release),
      "targetNamespace": .string(record.namespace),
    ]
  }

  /// The status of the Subscription or InstallPlan.
  var installation: Mapping {
    var status: Mapping = ["state": .string(record.state.word), "conditions": .sequence(refusals + told)]
    guard dialect.name == .installPlan else {
      status["conditions"] = .sequence(refusals + told + account.conditions(since: record.since.description))
      return status
    }
    status = Mapping(status.pairs + Self.release(record).pairs)
    if let isEnabled = record.appliedEnabled { status["enabled"] = .bool(isEnabled) }
    return status
  }

  /// The part of the Extension's status that mirrors it (docs/KUBESPHERE.md: Extension status); empty again when all is gone.
  func `extension`(_ desired: DesiredState) -> Mapping {
    let isGone = record.state == .uninstalled
    var status: Mapping = [
      "state": .string(isGone ? "" : extensionWord), "conditions": isGone ? [] : conditions,
    ]
    let version = isGone ? "" : record.attempt.version
    switch dialect.name {
    // What is installed, as its name says; the other dialect means the one that was tried last.
    case .subscription: status["subscribedVersion"] = .string(isGone ? "" : record.deployed?.version ?? "")
    case .installPlan:
      status["installedVersion"] = .string(version)
      status["plannedInstallVersion"] = .string(isGone ? "" : desired.version)
      status["enabled"] = .bool(isGone ? false : record.appliedEnabled ?? false)
    }
    if dialect.hasAgents { status["clusterSchedulingStatuses"] = isGone ? [:] : agents ?? [:] }
    return status
  }

  /// The first design says of an Extension what helm says of its release.
  private var extensionWord: String {
    guard dialect.era == .seed else { return record.state.word }
    switch record.state {
    case .installed: return "deployed"
    case .installFailed, .upgradeFailed, .uninstallFailed: return "failed"
    case .uninstalling: return "uninstalling"
    case .none, .preparing, .installing, .upgrading, .uninstalled, .other: return pendingWord
    }
  }

  private var pendingWord: String {
    guard let deployed = record.deployed else { return "pending-install" }
    return SemanticVersion.precedes(record.attempt.version, deployed.version) ? "pending-rollback" : "pending-upgrade"
  }

  private var account: StatusAccount {
    StatusAccount(version: record.attempt.version, config: record.attempt.config, isEnabled: record.appliedEnabled)
  }

  private var conditions: Value { .sequence(told) }
  private var told: [Value] { record.conditions.map(\.value) }

  /// A release stays what it was begun as: that of one extension, in one namespace.
  private var refusals: [Value] {
    var refusals: [Value] = []
    if !refusedExtension.isEmpty {
      refusals.append(
        refusal(
          "Extension", "spec.extension.name \(refusedExtension) is refused: \(record.extension) is installed by it"))
    }
    if dialect.era == .seed, !wantedNamespace.isEmpty, wantedNamespace != record.namespace {
      refusals.append(
        refusal(
          "TargetNamespace",
          "targetNamespace \(wantedNamespace) is refused: the release is in \(record.namespace) and cannot move"))
    }
    return refusals
  }

  private func refusal(_ type: String, _ message: String) -> Value {
    ReleaseRecord.Condition(type: type, isTrue: false, reason: "Immutable", message: message, time: record.since).value
  }
}
