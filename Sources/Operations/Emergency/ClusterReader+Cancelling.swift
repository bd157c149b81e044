package import Client
import Extensions
import KubernetesAPI
package import Platform

/// The result of carrying out a cancellation.
package enum CancellationEnd: Hashable, Sendable {
  case done(Cancellation.Facts)
  /// It cannot be continued, and why.
  case refused(Sentence)
  /// Nothing has happened for a long time; whether a step was taken before.
  case quiet(hasActed: Bool)
}

extension ClusterReader {
  /// How long a cancellation pauses between two steps, and when it gives up.
  package struct CancellationPace: Sendable {
    /// Seconds within which a step must show an effect; with `isWhole`, within which all steps must.
    var patience: Int
    var isWhole: Bool
    var pause: @Sendable () async -> Void

    package init(patience: Int, isWhole: Bool, pause: @escaping @Sendable () async -> Void) {
      (self.patience, self.isWhole, self.pause) = (patience, isWhole, pause)
    }
  }

  /// The pause between two polls of the cluster.
  package static let cancellationPause = Duration.milliseconds(250)

  /// Carries out `cancellation` step by step on the object named `installation`, until it is done or nothing happens
  /// for too long.
  ///
  /// `report` is called for each step that was taken.
  package func carryOut(
    _ cancellation: Cancellation, at installation: String, by sender: ChangeSender, _ pace: CancellationPace,
    report: @Sendable (Cancellation.Step) -> Void = { _ in }
  ) async throws(ClusterError) -> CancellationEnd {
    var last: Cancellation.Step?
    var quiet = 0
    while quiet <= 4 * pace.patience {
      let facts = await attempt(try await cluster.get(dialect.installations, installation))
      let step = cancellation.next(facts)
      if case .refused(let reason) = step { return .refused(reason) }
      if step != .wait, step != last {
        if try await take(step, of: cancellation, facts, sender) { report(step) }
        (last, quiet) = (step, pace.isWhole ? quiet : 0)
      }
      if step == .done {
        if facts.installation.isSettled { sender.noteIsBack(of: cancellation.name, at: facts.installation) }
        return .done(facts)
      }
      quiet += 1
      await pace.pause()
    }
    return .quiet(hasActed: last != nil)
  }

  /// Sends the write of `step`; returns whether there was one and the API server accepted it.
  private func take(
    _ step: Cancellation.Step, of cancellation: Cancellation, _ facts: Cancellation.Facts, _ sender: ChangeSender
  ) async throws(ClusterError) -> Bool {
    guard var write = cancellation.write(step, facts, in: capabilities) else { return false }
    // The object then still records what ran before, in case this attempt is cancelled too, or fails.
    if step == .putBack {
      write = sender.signed(
        write, HistoryLine.cancel, backTo: cancellation.isVersionGiven ? nil : cancellation.former,
        leaving: facts.installation.version)
    }
    do throws(ClusterError) {
      let object = try await write.deliver(to: cluster).object
      if step == .putBack, let after = object.map(Installation.init) {
        sender.noteWentBack(of: cancellation.name, from: facts.installation, to: after)
      }
      return true
    } catch {
      // The controllers or another client were faster: the next poll shows what is left to do.
      if error.isLostRace || error.isNotFound { return false }
      throw error
    }
  }
}
