import Client
import Extensions
import KubernetesAPI
import Operations
import Platform

/// A change whose end is waited for.
struct Waiting {
  let change: Change
  let `extension`: String
  /// The name of the installation.
  let installation: String
  /// The installation as it was when the change was sent.
  let before: Installation?
  let dialect: Dialect
}

extension CommandSession {
  /// Returns when the change is complete.
  func wait(for waiting: Waiting, seconds: Int) async throws(CommandError) {
    let name = waiting.installation
    var progress = ChangeProgress(waiting.change, since: waiting.before)
    for await sight in sights(of: name, waiting.dialect, seconds: seconds) {
      let before = progress.state
      let outcome: ChangeProgress.Outcome?
      switch sight {
      case .timedOut:
        let state = before.word.isEmpty ? "no state yet" : before.word
        throw CommandError("\(name) is not done after \(seconds) s (\(state)); it goes on in the cluster")
      case .interrupted(let error):
        outlet.note(CommandError(error, "watching \(name)", at: server).sentence)
        continue
      case .present(let installation): outcome = progress.see(installation)
      case .absent: outcome = progress.see(nil)
      }
      // What was there before the change began is no progress.
      if progress.state != before, progress.state.isBusy || outcome != nil, progress.state != .none {
        outlet.note("\(name): \(progress.state.word)")
      }
      if let outcome { sender.note(progress, of: waiting.extension, outcome) }
      switch outcome {
      case nil: continue
      case .done: return
      case .failed(let message): throw CommandError("\(name): \(waiting.change.words) failed: \(message)")
      }
    }
  }

  /// What a watch sees of an installation.
  enum Sight: Sendable {
    case present(Installation)
    case absent
    case interrupted(ClusterError)
    case timedOut
  }

  /// What a watch sees of one installation, for at most `seconds`.
  func sights(of name: String, _ dialect: Dialect, seconds: Int) -> AsyncStream<Sight> {
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
