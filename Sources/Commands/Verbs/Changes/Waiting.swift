import Client
import Extensions
import KubernetesAPI
import Manifest
import Operations
import Platform

/// A change for whose end a command waits.
struct Waiting {
  let change: Change
  let `extension`: String
  /// The name of the installation.
  let installation: String
  /// The installation as it was when the change was sent.
  let before: Installation?
  let dialect: Dialect
  /// The resource version after the write; empty if there is no object.
  var written = ""
  /// Whether its plan says that the controllers do not carry it out.
  var isLeftUndone = false
}

extension Waiting {
  /// Waits for the end of `plan`, which was sent as `delivery`; `nil` if an earlier command sent the same change.
  init(_ plan: Plan, _ delivery: WriteResult?, _ dialect: Dialect) {
    self.init(
      change: plan.change, extension: plan.name, installation: plan.write.name, before: delivery?.before,
      dialect: dialect, written: delivery?.object?.resourceVersion ?? "",
      isLeftUndone: plan.problems.contains(where: \.leavesItUndone))
  }
}

extension CommandSession {
  /// Returns when the change is complete.
  func wait(for waiting: Waiting, seconds: Int) async throws(CommandError) {
    let name = waiting.installation
    var look = ChangeLook(waiting)
    for await installationEvent in installationEvents(of: name, waiting.dialect, seconds: seconds) {
      let before = look.state
      switch installationEvent {
      case .timedOut: throw Self.timeout(of: waiting, look, seconds)
      case .interrupted(let error):
        outlet.note(CommandError(error, "watching \(name)", at: server).sentence)
        continue
      case .tick:
        look.secondPassed()
        await tryAgain(&look, waiting)
      case .present(let installation): look.observe(installation)
      case .absent: look.observe(nil)
      }
      // The state before the change began is not progress.
      if look.state != before, look.state.isBusy || look.outcome != nil, look.state != .none {
        outlet.note("\(name): \(look.state.word)")
      }
      guard let outcome = look.outcome, !(await isStillTried(look)) else { continue }
      sender.note(look.progress, of: waiting.extension, outcome)
      guard case .failed(let message) = outcome else { return }
      throw CommandError("\(name): \(waiting.change.words) failed: \(message)")
    }
  }

  private static func timeout(of waiting: Waiting, _ look: ChangeLook, _ seconds: Int) -> CommandError {
    let state = look.state.word.isEmpty ? "no state yet" : look.state.word
    let hint = hint([look.seen].compactMap { $0 })
    let holding = look.seen?.holdingFinalizers ?? []
    let rest =
      waiting.isLeftUndone
      ? "it is stored, and nothing goes on with it"
      : holding.isEmpty
        ? "it goes on in the cluster"
        : "it is held by the finalizers of another program: \(holding.joined(separator: ", "))"
    return CommandError("\(waiting.installation) is not done after \(seconds) s (\(state)); \(rest)\(hint)")
  }

  /// Makes the controllers try the change again if they ignore it because an earlier attempt has failed, as the plan
  /// announced.
  private func tryAgain(_ look: inout ChangeLook, _ waiting: Waiting) async {
    guard let over = look.secondTry, !(await hasActiveJob(over)) else { return }
    do throws(ClusterError) {
      guard let written = try await sender.tryAgain(waiting.change, over: over, waiting.dialect) else { return }
      look.triedAgain(over: over, written: written)
      outlet.note("\(waiting.installation): left untried behind the failure of another attempt; having it tried again")
    } catch {
      outlet.note(CommandError(error, "having \(waiting.installation) tried again", at: server).sentence)
    }
  }

  /// Whether the Job still runs, so that a reported failure is that of the attempt before: the controllers try some
  /// changes twice.
  private func isStillTried(_ look: ChangeLook) async -> Bool {
    guard case .failed = look.outcome, let seen = look.seen else { return false }
    return await hasActiveJob(seen)
  }

  private func hasActiveJob(_ seen: Installation) async -> Bool {
    guard !seen.jobName.isEmpty, !seen.targetNamespace.isEmpty,
      let job = try? await cluster.get(.jobs, namespace: seen.targetNamespace, seen.jobName)
    else { return false }
    return (job.status["active"]?.integer ?? 0) > 0
  }

  /// An event of a watch on an installation.
  enum InstallationEvent: Sendable {
    case present(Installation)
    case absent
    case interrupted(ClusterError)
    case timedOut
    /// A second has passed.
    case tick
  }

  /// Watches one installation for at most `seconds`.
  func installationEvents(of name: String, _ dialect: Dialect, seconds: Int) -> AsyncStream<InstallationEvent> {
    let watch = Watch(
      dialect.installations, in: cluster, selector: Selector(fields: "metadata.name=\(name)"), decode: Installation.init
    )
    let timing = timing
    return AsyncStream { stream in
      let task = Task {
        await withTaskGroup(of: Void.self) { group in
          group.addTask {
            await watch.run { event in
              for installationEvent in Self.installationEvents(event, of: name) { stream.yield(installationEvent) }
            }
          }
          group.addTask {
            for _ in 0..<max(0, seconds) where !Task.isCancelled {
              await timing.sleep(.seconds(1))
              stream.yield(.tick)
            }
            if !Task.isCancelled { stream.yield(.timedOut) }
          }
        }
      }
      stream.onTermination = { _ in task.cancel() }
    }
  }

  private static func installationEvents(_ event: WatchEvent<Installation>, of name: String) -> [InstallationEvent] {
    switch event {
    case .replaced(let all): all.first { $0.name == name }.map { [.present($0)] } ?? [.absent]
    case .applied(let installation): installation.name == name ? [.present(installation)] : []
    case .deleted(let installation): installation.name == name ? [.absent] : []
    case .interrupted(let error, _): [.interrupted(error)]
    case .resumed: []
    }
  }
}

/// The progress of a change: what was seen last, and how long ago.
private struct ChangeLook {
  var progress: ChangeProgress
  var outcome: ChangeProgress.Outcome?
  var seen: Installation?
  private var quietSeconds = 0

  init(_ waiting: Waiting) {
    progress = ChangeProgress(waiting.change, since: waiting.before, written: waiting.written)
  }

  var state: InstallationState { progress.state }

  mutating func observe(_ installation: Installation?) {
    seen = installation
    quietSeconds = 0
    outcome = progress.observe(installation)
  }

  /// What is to be sent once more by now.
  var secondTry: Installation? {
    outcome == nil && quietSeconds >= ChangeProgress.secondTryDelay ? progress.secondTry : nil
  }

  mutating func triedAgain(over installation: Installation, written: Installation) {
    progress = progress.triedAgain(over: installation, written: written.resourceVersion)
    quietSeconds = 0
  }

  mutating func secondPassed() {
    quietSeconds += 1
    if outcome == nil, quietSeconds >= ChangeProgress.quietLimit { outcome = progress.outcomeWhenQuiet }
  }
}
