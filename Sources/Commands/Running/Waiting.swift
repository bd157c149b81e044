import Client
import Extensions
import KubernetesAPI
import Platform
import Terminal

/// Follows one installation until a change is complete, by what the watch says.
struct Waiting: Hashable, Sendable {
  enum Outcome: Hashable, Sendable {
    case done
    case failed(String)
  }

  let change: Change
  /// The installation as it was when the change was sent.
  let before: Installation?
  /// The last state told.
  private(set) var state: InstallationState = .none
  private var hasBegun = false

  init(_ change: Change, since before: Installation? = nil) {
    self.change = change
    self.before = before
  }

  /// Takes in what there is now; `nil` is that there is nothing any more.
  mutating func see(_ installation: Installation?) -> Outcome? {
    guard let installation else {
      return change.row.removes ? .done : .failed("it has been deleted meanwhile")
    }
    if installation.state.isBusy || (change.row.removes && installation.state == .none) { hasBegun = true }
    state = installation.state
    if change.row.removes {
      let isOver = installation.state == .uninstallFailed && hasBegun
      return isOver ? .failed(installation.message.isEmpty ? installation.state.word : installation.message) : nil
    }
    switch installation.settlement(since: before) {
    case .settled: return .done
    case .failed(let message): return .failed(message)
    case .underWay:
      // What fails before its job exists leaves neither version nor hash behind (docs/KUBESPHERE.md: Reconciling).
      guard hasBegun, installation.state.isFailure else { return nil }
      return .failed(installation.message.isEmpty ? installation.state.word : installation.message)
    }
  }
}

extension Runner {
  /// Returns when the change to the installation called `name` is complete.
  func wait(
    for change: Change, named name: String, since before: Installation?, _ dialect: Dialect
  ) async throws(CommandError) {
    var waiting = Waiting(change, since: before)
    let seconds = invocation[.timeout].flatMap(Invocation.seconds) ?? 600
    for await sight in sights(of: name, dialect, seconds: seconds) {
      let before = waiting.state
      let outcome: Waiting.Outcome?
      switch sight {
      case .timedOut:
        throw CommandError(
          "\(name) is not done after \(seconds) s (\(before.word.isEmpty ? "no state yet" : before.word)); it goes on in the cluster"
            .sanitised)
      case .interrupted(let error):
        outlet.note(CommandError(error, "watching \(name)", at: destination.server).sentence)
        continue
      case .present(let installation): outcome = waiting.see(installation)
      case .absent: outcome = waiting.see(nil)
      }
      // What was there before the change began is no progress.
      if waiting.state != before, waiting.state.isBusy || outcome != nil, waiting.state != .none {
        outlet.note("\(name): \(waiting.state.word)".sanitised)
      }
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
