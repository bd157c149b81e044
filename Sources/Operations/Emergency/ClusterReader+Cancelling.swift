package import Client
import Extensions
import KubernetesAPI
package import Platform

/// The result of carrying out a cancellation.
package enum CancellationEnd: Hashable, Sendable {
  case done(Cancellation.Facts)
  /// It cannot be continued, and why.
  case refused(Sentence)
  /// It was not done in time; whether the controllers finish without a further step, and what they wait for.
  case quiet(seconds: Int, isGoingOn: Bool, Cancellation.Facts, waitsFor: Sentence = "")
}

extension CancellationEnd {
  /// Why it is not done and does not go on by itself either; `nil` if it does.
  package var failure: Sentence? {
    switch self {
    case .refused(let reason): return reason
    case .quiet(let seconds, false, let facts, _):
      return
        "not back after \(seconds) s (\(facts.installation.observed.state.name)): cancelling again goes on with it, and the doctor says what holds it up"
    case .done, .quiet: return nil
    }
  }
}

extension ClusterReader {
  /// The pause between two polls of the cluster.
  static let cancellationPause = Duration.milliseconds(250)

  /// Carries out `cancellation` step by step on the object named `installation`, until it is done or nothing happens
  /// for too long.
  ///
  /// `report` is called for each step that was taken.
  package func carryOut(
    _ cancellation: Cancellation, at installation: String, by sender: ChangeSender, _ pace: CancellationPace,
    report: @Sendable (Cancellation.Step) -> Void = { _ in }
  ) async throws(ClusterError) -> CancellationEnd {
    var course = CancellationCourse(pace)
    var cancellation = cancellation
    while true {
      let object = try await cluster.get(dialect.installations, installation)
      let facts = course.completed(await readAttempt(object, marked: course.cancelled.map(Cancellation.mark) ?? ""))
      if course.cancelled == nil { cancellation = cancellation.corrected(by: facts) }
      let step = cancellation.next(facts)
      if case .refused(let reason) = step { return .refused(reason) }
      if !course.hasTaken(step), try await take(step, of: cancellation, facts, object, course.cancelled, sender) {
        course.took(step, at: facts.installation)
        report(step)
      }
      if step == .done {
        if facts.installation.isSettled { sender.noteIsBack(of: cancellation.name, at: facts.installation) }
        return .done(facts)
      }
      if let end = course.end(at: step, facts, isGoingOn: cancellation.isLeftToControllers(facts)) {
        guard case .quiet(let seconds, let isGoingOn, let facts, _) = end else { return end }
        return .quiet(seconds: seconds, isGoingOn: isGoingOn, facts, waitsFor: await wait(of: facts.installation))
      }
      await pace.timing.sleep(Self.cancellationPause)
    }
  }

  /// What the controllers wait for at `installation`, with its pods; empty if that is not known.
  private func wait(of installation: Installation) async -> Sentence {
    await withPods(Operation.all([installation], [], at: .now()), of: [installation]).first?.waitsFor ?? ""
  }

  /// Sends the write of `step`; returns whether there was one and the API server accepted it.
  ///
  /// `cancelled` is the installation as it was when its spec was put back.
  private func take(
    _ step: Cancellation.Step, of cancellation: Cancellation, _ facts: Cancellation.Facts, _ object: Object,
    _ cancelled: Installation?, _ sender: ChangeSender
  ) async throws(ClusterError) -> Bool {
    guard var write = cancellation.write(step, facts, in: capabilities) else { return false }
    let isUnsigned = Authorship(facts.installation)?.words != HistoryLine.cancel
    // The object then still records what ran before, in case this attempt is cancelled too, or fails; at the end, that
    // is written again if the controllers have removed it.
    if let left = step == .putBack ? facts.installation : step == .done && isUnsigned ? cancelled : nil {
      write = sender.signed(
        write, HistoryLine.cancel, backTo: cancellation.isVersionGiven ? nil : cancellation.former,
        leaving: left.version)
    }
    do throws(ClusterError) {
      let written = try await deliver(write, over: object)
      if step == .putBack, let after = written.map(Installation.init) {
        sender.noteWentBack(of: cancellation.name, from: facts.installation, to: after)
      }
      return true
    } catch {
      // The controllers or another client were faster: the next poll shows what is left to do.
      if error.isLostRace || error.isFailedTest || error.isNotFound { return false }
      throw error
    }
  }

  /// Sends `write`; if only the status of `object` was written since it was read, a conflict is no obstacle.
  private func deliver(_ write: Write, over object: Object) async throws(ClusterError) -> Object? {
    do throws(ClusterError) {
      return try await write.deliver(to: cluster).object
    } catch {
      guard error.status?.isConflict == true else { throw error }
      return try await write.deliver(to: cluster, whileSpecIsThatOf: object).object
    }
  }
}
