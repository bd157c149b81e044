package import Client
package import Extensions
import KubernetesAPI
package import Platform

/// Carries out plans in one cluster, and records them in its history.
///
/// Console and commands change a cluster only through this type.
package struct ChangeSender: Sendable {
  private let cluster: Cluster
  /// `nil` for no history.
  private let history: History?
  /// The author that annotations name; `nil` for none.
  private let author: Author?
  /// Called if the history could not be written, which does not stop the change.
  private let whenNotRecorded: @Sendable (SystemError) -> Void

  package init(
    _ cluster: Cluster, history: History?, author: Author? = nil,
    whenNotRecorded: @escaping @Sendable (SystemError) -> Void
  ) {
    self.cluster = cluster
    self.history = history
    self.author = author
    self.whenNotRecorded = whenNotRecorded
  }

  /// Makes a new plan for the same change from the current state; `nil` if that cannot be read.
  package typealias Replan = @Sendable () async -> Plan?

  /// Records the present release, sends the write of `plan`, and records whether the API server accepted it.
  ///
  /// If another client, such as a controller, has changed the object first, `replan` makes a new plan, which is sent if
  /// its meaning is the same. `isTyped` says that the user has typed the confirmation, if no current action records
  /// that.
  package func carryOut(
    _ plan: Plan, isTyped: Bool = false, replan: Replan = { nil }
  ) async throws(ClusterError) -> WriteResult {
    let action = (IntendedAction.current ?? IntendedAction([], names: [plan.name], reason: author?.reason ?? ""))
      .making(plan.change)
    if isTyped { action.noteTyped() }
    return try await action.carryOut { () throws(ClusterError) in try await deliverRecorded(plan, replan) }
  }

  private func deliverRecorded(_ plan: Plan, _ replan: Replan) async throws(ClusterError) -> WriteResult {
    let former = plan.change.row.keepsWayBack ? plan.before.map(HistoryLine.Release.init) : nil
    note(plan.name, .change(words: plan.change.words, former: former))
    do {
      let delivery = try await deliver(plan, replan)
      note(plan.name, .outcome(.accepted, of: plan.change, plan.before))
      noteSpec(plan.name, plan.before, delivery.object.map(Installation.init))
      // Records a config that the cluster will not return as it was written.
      if let text = plan.change.config, let object = delivery.object {
        let kept = Installation(object)
        if kept.configForm == .object || kept.config != text {
          note(plan.name, .written(config: text))
        }
      }
      return delivery
    } catch {
      note(plan.name, .outcome(HistoryLine.Outcome(error), of: plan.change, plan.before))
      throw error
    }
  }

  /// Controllers write an installation up to six times in a row; the eighth conflict is an error.
  private static let attempts = 8

  private func deliver(_ plan: Plan, _ replan: Replan) async throws(ClusterError) -> WriteResult {
    var plan = plan
    var failure: ClusterError
    do throws(ClusterError) { return try await delivered(plan) } catch { failure = error }
    for attempt in 1..<Self.attempts {
      guard failure.status?.isConflict == true else { throw failure }
      await cluster.timing.sleep(.milliseconds(20 * attempt))
      if let fresh = await replan() {
        guard plan.confirmationCovers(fresh), !fresh.isBlocked else { throw failure }
        plan = fresh
      }
      do throws(ClusterError) {
        return try await deliveredOverStatus(plan, failure)
      } catch {
        // A conflict tells the user more than a failed test of the patch.
        if !error.isFailedTest { failure = error }
      }
    }
    throw failure
  }

  private func delivered(_ plan: Plan) async throws(ClusterError) -> WriteResult {
    var delivery = try await signed(plan).deliver(to: cluster)
    delivery.before = plan.before
    return delivery
  }

  /// Sends `plan` again after `failure` if the spec is still the one that the plan was made for: then only the status
  /// has changed, which the plan does not write.
  private func deliveredOverStatus(_ plan: Plan, _ failure: ClusterError) async throws(ClusterError) -> WriteResult {
    guard case .patch(let resource, let namespace, let name, _) = plan.write, let before = plan.before,
      plan.preparation == nil
    else { return try await delivered(plan) }
    let object = try await cluster.get(resource, namespace: namespace, name)
    guard Installation(object).hasSpec(of: before) else { throw failure }
    var delivery = try await signed(plan).write.deliver(to: cluster, whileSpecIsThatOf: object)
    // The outcome is judged by the state just before this write, not by the one that the plan was made for.
    delivery.before = Installation(object)
    return delivery
  }

  private func signed(_ plan: Plan) -> Plan {
    guard let author, !author.name.isEmpty else { return plan }
    var plan = plan
    let former = history?.releases(of: plan.name).lastInstalled ?? ""
    let ran = plan.before.map {
      PreviousRelease.noted(of: $0, running: ExtensionStatus(plan.name, nil, $0, former: former).running)
    }
    let authorship = Authorship(author: author, words: plan.change.words, time: Timestamp.now().description)
    plan.write = plan.write.signed(
      authorship.noting(ran, before: plan.change.version ?? plan.before?.version ?? ""))
    return plan
  }

  /// Makes the controllers try `change` once more on `installation`, and returns the installation after the write;
  /// `nil` if another client wrote first.
  ///
  /// Where no Job has run since what is asked for was Installed, the controllers only have to look: a try would fetch
  /// its chart, which may be missing as the other one is.
  package func tryAgain(
    _ change: Change, over installation: Installation, _ dialect: Dialect, isTyped: Bool = false
  ) async throws(ClusterError) -> Installation? {
    let action =
      (IntendedAction.current ?? IntendedAction([], names: [installation.extension], reason: author?.reason ?? ""))
      .making(change)
    if isTyped { action.noteTyped() }
    let resyncs = await isUntouched(installation, dialect)
    do throws(ClusterError) {
      return try await action.carryOut { () throws(ClusterError) in
        try await Retry.write(for: installation, dialect, resyncs: resyncs).send(to: cluster).map(
          Installation.init)
      }
    } catch {
      if case .refused(let status) = error, status.isConflict { return nil }
      throw error
    }
  }

  /// Whether the failure that `installation` shows had no Job: the one that it names has succeeded.
  private func isUntouched(_ installation: Installation, _ dialect: Dialect) async -> Bool {
    guard dialect.name == .installPlan, installation.isObserved, !installation.observed.configHash.isEmpty,
      !installation.jobName.isEmpty, !installation.targetNamespace.isEmpty,
      let job = try? await cluster.get(.jobs, namespace: installation.targetNamespace, installation.jobName)
    else { return false }
    return ExaminedInstallation.ObservedJob(job, pods: []).isComplete
  }

  /// The same write with annotations that name its author and the change.
  package func signed(_ write: Write, _ change: Change) -> Write { signed(write, change.words) }

  /// The same write, whose annotations describe it as `words`, and record that `ran` was running and is asked for
  /// again instead of the version `left`.
  package func signed(
    _ write: Write, _ words: String, backTo ran: RequestedSpec? = nil, leaving left: String? = nil
  ) -> Write {
    guard let author, !author.name.isEmpty else { return write }
    let authorship = Authorship(author: author, words: words, time: Timestamp.now().description)
    let noted = ran.map { PreviousRelease.noted(of: $0, leaving: left) }
    return write.signed(authorship.noting(noted, before: ran?.version ?? ""))
  }

  /// Records the text of a config that the cluster stores without comments.
  package func noteWritten(_ config: String, of name: String) {
    note(name, .written(config: config))
  }

  /// Records an accepted `enabled` change that was sent without a plan because there was no time for one.
  package func noteSent(_ change: Change, of name: String, _ installation: Installation) {
    note(name, .change(words: change.words, former: nil))
    note(name, .outcome(.accepted, of: change, installation))
    var before = installation
    before.isEnabled.toggle()
    noteSpec(name, before, installation)
  }

  /// Records that the current attempt of `installation` is being cancelled; its version and config count as not
  /// Installed.
  package func noteCancelled(_ installation: Installation, of name: String) {
    var former = HistoryLine.Release(installation)
    former.wasInstalled = former.wasInstalled ?? false
    note(name, .change(words: HistoryLine.cancel, former: former))
  }

  /// Records that a cancellation has set the spec back to what ran before.
  package func noteWentBack(of name: String, from before: Installation, to after: Installation) {
    note(
      name, .outcome(.accepted, version: after.version, configHash: ConfigHash.of(after.config)))
    noteSpec(name, before, after)
  }

  /// Records that what ran before a cancelled attempt is Installed again.
  package func noteIsBack(of name: String, at installation: Installation) {
    note(
      name, .outcome(.done, version: installation.version, configHash: ConfigHash.of(installation.config)))
  }

  private func noteSpec(_ name: String, _ before: Installation?, _ after: Installation?) {
    let (before, after) = (before.map(RequestedSpec.init), after.map(RequestedSpec.init))
    if before != after { note(name, .spec(before: before, after: after)) }
  }

  /// Records the outcome of a change of the extension `name`.
  package func note(_ progress: ChangeProgress, of name: String, _ outcome: ChangeProgress.Outcome) {
    let word: HistoryLine.Outcome =
      switch outcome {
      case .done: .done
      case .failed(let reason): .failed(reason.english)
      }
    note(name, .outcome(word, of: progress.change, progress.before))
  }

  private func note(_ name: String, _ event: HistoryLine.Event) {
    guard let history else { return }
    do throws(SystemError) {
      try history.note(HistoryLine(name, at: Timestamp.now().description, event, by: author))
    } catch {
      whenNotRecorded(error)
    }
  }
}

extension HistoryLine.Event {
  /// The outcome of `change`, and the release that it asked for.
  package static func outcome(
    _ outcome: HistoryLine.Outcome, of change: Change, _ before: Installation?
  ) -> HistoryLine.Event {
    .outcome(
      outcome, version: change.version ?? before?.version ?? "",
      configHash: ConfigHash.of(ConfigHash.trimmed(change.config ?? before?.config ?? "")))
  }
}

extension ClusterError {
  /// Whether a test of a JSON patch did not hold: kube-apiserver then answers 422 and names no field.
  var isFailedTest: Bool { status.map { $0.code == 422 && $0.details.causes.isEmpty } ?? false }
}

extension Installation {
  /// Whether both are the same object with the same requests.
  fileprivate func hasSpec(of other: Installation) -> Bool {
    uid == other.uid && version == other.version && config == other.config && isEnabled == other.isEnabled
      && clusters == other.clusters && isBeingDeleted == other.isBeingDeleted
  }
}
