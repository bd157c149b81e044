import Client
import Extensions
import Manifest
import Packages
import Platform

/// The status fields of a record, as far as the dialect has them.
///
/// A field that the CRD does not have would be pruned, or rejected under strict validation.
struct InstallationStatus {
  var dialect: Dialect
  var record: ReleaseRecord
  /// The requested namespace, or empty; if it differs from that of the release, a condition says that it is refused.
  var wantedNamespace = ""
  /// The extension requested in place of the record's, or empty; a condition says that it is refused.
  var refusedExtension = ""

  /// The agents in the installation's status, which are copied to the Extension.
  var agents: Value?

  /// The status of the record's agent; an obstacle is the first condition.
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
    var status: Mapping = ["state": .string(record.state.word), "conditions": .sequence(refusals + reported)]
    guard dialect.name == .installPlan else {
      status["conditions"] = .sequence(refusals + reported + lastAttempt.conditions(since: record.since.description))
      return status
    }
    status = Mapping(status.pairs + Self.release(record).pairs)
    if let isEnabled = record.appliedEnabled { status["enabled"] = .bool(isEnabled) }
    return status
  }

  /// The part of the Extension's status that mirrors the installation (docs/KUBESPHERE.md: Extension status); empty
  /// after removal.
  func `extension`(_ desired: DesiredState) -> Mapping {
    let isGone = record.state == .uninstalled
    var status: Mapping = [
      "state": .string(isGone ? "" : extensionWord), "conditions": isGone ? [] : conditions,
    ]
    let version = isGone ? "" : record.attempt.version
    switch dialect.name {
    // The deployed version; in the other dialect, it is the one that was attempted last.
    case .subscription: status["subscribedVersion"] = .string(isGone ? "" : record.deployed?.version ?? "")
    case .installPlan:
      status["installedVersion"] = .string(version)
      status["plannedInstallVersion"] = .string(isGone ? "" : desired.version)
      // An attempt has set nothing yet: what is served stays as it was, and so does the field.
      if isGone { status["enabled"] = false }
      if let isEnabled = record.appliedEnabled, !isGone { status["enabled"] = .bool(isEnabled) }
    }
    if dialect.hasAgents { status["clusterSchedulingStatuses"] = isGone ? [:] : agents ?? [:] }
    return status
  }

  /// In the first design, the state of an Extension is the status of helm's release.
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

  private var lastAttempt: LastAttempt {
    LastAttempt(version: record.attempt.version, config: record.attempt.config, isEnabled: record.appliedEnabled)
  }

  private var conditions: Value { .sequence(reported) }
  private var reported: [Value] { record.conditions.map(\.value) }

  /// The extension and the namespace of a release cannot change.
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
