package import Client
import Extensions
import KubernetesAPI
package import Platform

/// What following a cancellation came to.
package enum CancellationEnd: Hashable, Sendable {
  case done(Cancellation.Facts)
  /// It cannot be gone on with, and why.
  case refused(Sentence)
  /// Nothing has happened for long; whether a step was taken before.
  case quiet(hasActed: Bool)
}

extension ClusterReader {
  /// How long a look waits for the next one, and how many of them make so many seconds.
  package struct CancellationPace: Sendable {
    /// Seconds in which a step must show its effect, or all of them together where that is `isWhole`.
    var patience: Int
    var isWhole: Bool
    var pause: @Sendable () async -> Void

    package init(patience: Int, isWhole: Bool, pause: @escaping @Sendable () async -> Void) {
      (self.patience, self.isWhole, self.pause) = (patience, isWhole, pause)
    }
  }

  /// Looks come every quarter of a second.
  package static let cancellationPause = Duration.milliseconds(250)

  /// Takes step after step of `cancellation` at the installation called so, until it is done or nothing more happens;
  /// `report` is told of each that was taken.
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
      if step == .done { return .done(facts) }
      quiet += 1
      await pace.pause()
    }
    return .quiet(hasActed: last != nil)
  }

  /// Whether the step was taken here.
  private func take(
    _ step: Cancellation.Step, of cancellation: Cancellation, _ facts: Cancellation.Facts, _ sender: ChangeSender
  ) async throws(ClusterError) -> Bool {
    guard var write = cancellation.write(step, facts, in: capabilities) else { return false }
    // Where it is ended once more, or fails, the object still tells what ran.
    if step == .putBack {
      write = sender.signed(write, HistoryLine.cancel, backTo: cancellation.isSaid ? nil : cancellation.former)
    }
    do throws(ClusterError) {
      let object = try await write.deliver(to: cluster).object
      if step == .putBack, let after = object.map(Installation.init) {
        sender.noteWentBack(of: cancellation.name, from: facts.installation, to: after)
      }
      return true
    } catch {
      // The controllers were faster, or another has done it: the next look tells what is left to do.
      if error.isLostRace || error.isNotFound { return false }
      throw error
    }
  }
}
