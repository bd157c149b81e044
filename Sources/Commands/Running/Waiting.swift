import Client
import Extensions
import KubernetesAPI
import Operations
import Platform
import Terminal

extension Runner {
  /// Returns when the change to the installation called `name` is complete.
  func wait(
    for change: Change, named name: String, since before: Installation?, _ dialect: Dialect
  ) async throws(CommandError) {
    var progress = ChangeProgress(change, since: before)
    let seconds = invocation[.timeout].flatMap(Invocation.seconds) ?? 600
    for await sight in sights(of: name, dialect, seconds: seconds) {
      let before = progress.state
      let outcome: ChangeProgress.Outcome?
      switch sight {
      case .timedOut:
        throw CommandError(
          "\(name) is not done after \(seconds) s (\(before.word.isEmpty ? "no state yet" : before.word)); it goes on in the cluster"
            .sanitised)
      case .interrupted(let error):
        outlet.note(CommandError(error, "watching \(name)", at: destination.server).sentence)
        continue
      case .present(let installation): outcome = progress.see(installation)
      case .absent: outcome = progress.see(nil)
      }
      // What was there before the change began is no progress.
      if progress.state != before, progress.state.isBusy || outcome != nil, progress.state != .none {
        outlet.note("\(name): \(progress.state.word)".sanitised)
      }
      if let outcome { sender.note(progress, of: invocation.name, outcome) }
      switch outcome {
      case nil: continue
      case .done: return
      case .failed(let message): throw CommandError("\(name): \(change.words) failed: \(message)".sanitised)
      }
    }
  }

  private enum Sight: Sendable {
    case present(Installation)
    case absent
    case interrupted(ClusterError)
    case timedOut
  }

  /// What a watch sees of one installation, for at most `seconds`.
  private func sights(of name: String, _ dialect: Dialect, seconds: Int) -> AsyncStream<Sight> {
    let watch = Watch(
      dialect.installations, in: cluster, selector: Selector(fields: "metadata.name=\(name)"), decode: Installation.init
    )
    let timing = timing
    return AsyncStream { stream in
      let task = Task {
        await withTaskGroup(of: Void.self) { group in
          group.addTask {
            await watch.run { event in for sight in Self.sights(event, of: name) { stream.yield(sight) } }
          }
          group.addTask {
            await timing.sleep(.seconds(seconds))
            if !Task.isCancelled { stream.yield(.timedOut) }
          }
        }
      }
      stream.onTermination = { _ in task.cancel() }
    }
  }

  private static func sights(_ event: WatchEvent<Installation>, of name: String) -> [Sight] {
    switch event {
    case .replaced(let all): all.first { $0.name == name }.map { [.present($0)] } ?? [.absent]
    case .applied(let installation): installation.name == name ? [.present(installation)] : []
    case .deleted(let installation): installation.name == name ? [.absent] : []
    case .interrupted(let error, _): [.interrupted(error)]
    case .resumed: []
    }
  }
}
