import Extensions
import Packages

/// What the Subscription or InstallPlan requests now.
struct DesiredState: Hashable, Sendable {
  var version: String
  var config: String
  var isEnabled: Bool
  /// Whether the installation is being deleted.
  var isDeletion: Bool

  var attempt: ReleaseRecord.Attempt { ReleaseRecord.Attempt(version: version, config: config) }
}

/// The state machine of an installation (docs/KUBESPHERE.md: Reconciling).
///
///                 prepare           begin          awaitReadiness
///     (no record) ──────▶ Preparing ─────▶ Installing ───────▶ Installed ◀─┐
///                          ▲  ▲   │ └────▶ Upgrading ──▶ Installed          │ toggle
///         desired differs: │  │   │            │                           │
///     InstallFailed ───────┘  │   │ fail       │ fail          Installed ──┘
///     Installed,              │   ▼            ▼
///     UpgradeFailed ──────────┘  InstallFailed or UpgradeFailed
///
///     any, deletion desired ──uninstall──▶ Uninstalling ──▶ Uninstalled ──release──▶ (gone)
///                                              └──too slow──▶ UninstallFailed ──▶ Uninstalled
///
/// Agents in member clusters have records of their own and go through the same states; all of them are removed before
/// the extension is.
///
/// Hooks have no states of their own: they run before objects are applied and after they are ready, before they are
/// deleted and after they are gone. The state is stored in the release record, because some CRDs keep nothing but the
/// state in the status. Each edge is a function of the record; this type only decides which edge is next.
enum Lifecycle {
  /// Everything that the next step depends on.
  struct Situation: Hashable, Sendable {
    var desired: DesiredState
    /// Whether the finalizer and the namespace of the record are set.
    var isAdopted: Bool
    var record: ReleaseRecord?
    /// Whether the statuses in the cluster match the record.
    var isPublished: Bool
    /// Whether the offer has changed since the attempt failed because its chart was not available.
    var isOfferNew = false
    /// Whether a test run is requested and has not ended.
    var isTestOpen = false
    /// Whether it has agents, which are removed first.
    var hasAgents = false
    /// Whether the removal skips hooks.
    var isForced = false
    /// Set if the same attempt is to be repeated.
    var asksForAnotherTry: Retry?

    enum Retry: Hashable, Sendable {
      /// The config's hash was cleared: repeats an attempt that has ended.
      case afterEnd
      /// The state was cleared: also gives up an attempt that is in progress.
      case evenInProgress
    }

    /// Whether the attempt of `record` is to be repeated.
    func isToBeTriedAgain(_ record: ReleaseRecord) -> Bool {
      switch record.state {
      case .installed, .installFailed, .upgradeFailed: asksForAnotherTry != nil
      case .installing, .upgrading: asksForAnotherTry == .evenInProgress
      default: false
      }
    }
  }

  enum Step: Hashable, Sendable {
    /// Set the finalizer and the namespace of the record.
    case adopt
    /// Record that an attempt begins.
    case prepare
    /// Render the chart and record its objects.
    case begin
    /// Run the hooks of an event.
    case hooks(HookEvent)
    /// Apply the objects.
    case apply
    /// Check whether the objects are ready; then delete those of earlier attempts that are left over.
    case awaitReadiness
    /// Enable or disable the extension in the gateway.
    case toggle
    /// Run the tests of the chart.
    case test
    /// Record that the removal begins.
    case uninstall
    /// Delete the objects, and check whether they are gone.
    case remove
    /// Write the record to the statuses.
    case publish
    /// Remove the record and the finalizer.
    case release
    /// Nothing is to be done.
    case idle
  }

  static func step(in situation: Situation) -> Step {
    let desired = situation.desired
    if desired.isDeletion { return deletionStep(situation) }
    guard situation.isAdopted else { return .adopt }
    guard let record = situation.record else { return .prepare }
    if situation.isToBeTriedAgain(record) { return .prepare }
    guard situation.isPublished else { return .publish }
    switch record.state {
    case .preparing: return .begin
    case .installing, .upgrading: return progress(of: record)
    case .installed, .installFailed, .upgradeFailed:
      if record.attempt != desired.attempt || situation.isOfferNew { return .prepare }
      if record.state == .installed, record.appliedEnabled != desired.isEnabled { return .toggle }
      return situation.isTestOpen ? .test : .idle
    case .none, .uninstalling, .uninstalled, .uninstallFailed, .other: return .prepare
    }
  }

  static func progress(of record: ReleaseRecord) -> Step {
    let (first, last): (HookEvent, HookEvent) =
      record.isUpgrade ? (.preUpgrade, .postUpgrade) : (.preInstall, .postInstall)
    if !record.isApplied { return record.isOpen(first) ? .hooks(first) : .apply }
    return record.isReady && record.isOpen(last) ? .hooks(last) : .awaitReadiness
  }

  private static func removal(of record: ReleaseRecord, isForced: Bool) -> Step {
    if isForced { return .remove }
    if record.isOpen(.preDelete) { return .hooks(.preDelete) }
    return record.inventory.isEmpty && record.isOpen(.postDelete) ? .hooks(.postDelete) : .remove
  }

  private static func deletionStep(_ situation: Situation) -> Step {
    guard situation.isAdopted else { return .idle }
    if situation.hasAgents { return situation.isPublished ? .idle : .publish }
    guard let record = situation.record else { return .release }
    switch record.state {
    case .uninstalling, .uninstallFailed:
      return situation.isPublished ? removal(of: record, isForced: situation.isForced) : .publish
    case .uninstalled: return situation.isPublished ? .release : .publish
    default: return .uninstall
    }
  }
}
