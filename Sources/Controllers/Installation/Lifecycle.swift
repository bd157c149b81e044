import Extensions
import Packages

/// What a user asks for, as the Subscription or InstallPlan says it now.
struct DesiredState: Hashable, Sendable {
  var version: String
  var config: String
  var isEnabled: Bool
  /// The installation shall go.
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
/// Agents in member clusters each have a record and go through the same states; all of them go before the extension does.
/// Hooks have no states of their own: they are run before the objects are made and after they are ready, before they are
/// removed and after they are gone. The state is kept in the release record, because some clusters keep no more of a status than
/// its word. Each edge is a function of the record; this only says which edge comes next.
enum Lifecycle {
  /// What there is, as far as the next step depends on it.
  struct Situation: Hashable, Sendable {
    var desired: DesiredState
    /// The finalizer is set and the place of the record noted.
    var isAdopted: Bool
    var record: ReleaseRecord?
    /// The statuses in the cluster say what the record says.
    var isPublished: Bool
    /// What is offered is not what it was when the attempt failed for want of its chart.
    var isOfferNew = false
    /// The tests of its chart are asked for, and have not ended.
    var isTestOpen = false
    /// There are agents of it, which go first.
    var hasAgents = false
    /// The installation is to go without its hooks.
    var isForced = false
    /// What is asked for shall be tried again, though it is what was tried.
    var asksForAnotherTry: Retry?

    enum Retry: Hashable, Sendable {
      /// The fingerprint of the config was emptied: once the attempt has ended.
      case ofWhatHasEnded
      /// The state was emptied: an attempt that is under way is given up.
      case whateverItIsAt
    }

    /// The record is that of an attempt which is to be made once more.
    func isToBeTriedAgain(_ record: ReleaseRecord) -> Bool {
      switch record.state {
      case .installed, .installFailed, .upgradeFailed: asksForAnotherTry != nil
      case .installing, .upgrading: asksForAnotherTry == .whateverItIsAt
      default: false
      }
    }
  }

  enum Step: Hashable, Sendable {
    /// Set the finalizer and note where the record lies.
    case adopt
    /// Record that there is something to do.
    case prepare
    /// Render the chart and record what is going to be there.
    case begin
    /// Run the hooks of a moment.
    case hooks(HookEvent)
    /// Make the objects.
    case apply
    /// See whether they are ready; when they are, remove what is left over from before.
    case awaitReadiness
    /// Switch what the gateway serves.
    case toggle
    /// Run the tests of the chart.
    case test
    /// Record that everything shall go.
    case uninstall
    /// Delete the objects, and see whether they are gone.
    case remove
    /// Say in the cluster what the record says.
    case publish
    /// Remove the record and the finalizer.
    case release
    /// Nothing is to be done.
    case rest
  }

  static func step(in situation: Situation) -> Step {
    let desired = situation.desired
    if desired.isDeletion { return departure(situation) }
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
      return situation.isTestOpen ? .test : .rest
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

  private static func departure(_ situation: Situation) -> Step {
    guard situation.isAdopted else { return .rest }
    if situation.hasAgents { return situation.isPublished ? .rest : .publish }
    guard let record = situation.record else { return .release }
    switch record.state {
    case .uninstalling, .uninstallFailed:
      return situation.isPublished ? removal(of: record, isForced: situation.isForced) : .publish
    case .uninstalled: return situation.isPublished ? .release : .publish
    default: return .uninstall
    }
  }
}
