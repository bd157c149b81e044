import Client
import Extensions
import KubernetesAPI
import Operations
import Packages
package import Platform

/// Carries out the console's effects in tasks, and posts their results.
///
/// Each effect determines what a second one with its id does, and what happens when the program ends.
package final class Worker: Sendable {
  let session: Session
  private let mailbox: Mailbox<Message>
  private let running = Locked(Running())
  private let access: AccessCache

  private struct Running {
    var entries: [Effect.ID: Entry] = [:]
    var next = 0
  }

  private struct Entry {
    var number: Int
    var task: Task<Void, Never>
    var onExit: Effect.Exit
  }

  /// A worker for the cluster of `session`, which reports to `mailbox`.
  package init(_ session: Session, mailbox: Mailbox<Message>) {
    var session = session
    session.connection.cluster.warnings = Warnings { mailbox.post(.warned($0)) }
    self.session = session
    self.mailbox = mailbox
    access = AccessCache(session.connection.cluster)
    session.connection.whenStatusChanges { mailbox.post(.status($0)) }
  }

  /// Starts `effect` and returns at once.
  package func start(_ effect: Effect) {
    if effect.request.isChange, session.connection.status.isReadOnly {
      mailbox.post(.failed("This console is read-only: nothing was changed."))
      return
    }
    running.withLock { running in
      let former = running.entries[effect.id]
      if former != nil, effect.whenRepeated == .keep { return }
      if effect.whenRepeated == .restart { former?.task.cancel() }
      if case .stop = effect.request {
        running.entries[effect.id] = nil
        return
      }
      let predecessor = effect.whenRepeated == .queue ? former?.task : nil
      let number = running.next
      running.next += 1
      let task = Task { [self] in
        await predecessor?.value
        await run(effect, number)
      }
      running.entries[effect.id] = Entry(number: number, task: task, onExit: effect.onExit)
    }
  }

  /// Cancels all effects that need not finish.
  package func cancelWhatMayBe() {
    running.withLock { running in
      for (id, entry) in running.entries where entry.onExit == .cancel {
        entry.task.cancel()
        running.entries[id] = nil
      }
    }
  }

  /// How much longer to wait for effects that must finish, if `elapsed` has passed since the user left.
  package func timeToFinish(after elapsed: Duration) -> Duration {
    running.withLock { running in
      let limits = running.entries.values.map { entry in
        if case .finish(let limit) = entry.onExit { limit - elapsed } else { Duration.zero }
      }
      return max(.zero, limits.max() ?? .zero)
    }
  }

  /// What a user must know who leaves before the cluster has answered.
  static func unanswered(_ name: String) -> Sentence {
    "The cluster did not answer to the change of \(name): check whether it was made."
  }

  /// The effects that should have finished and have not, as sentences.
  package var unfinished: [Sentence] {
    let ids = running.withLock { running in running.entries.filter { $1.onExit != .cancel }.keys }
    var sentences = ids.compactMap { id -> Sentence? in
      guard case .change(let name) = id else { return nil }
      return Self.unanswered(name)
    }
    if ids.count > sentences.count {
      sentences.append("Not everything was saved on this computer: writing took too long.")
    }
    return sentences.sorted { $0.english < $1.english }
  }

  /// Cancels all effects.
  package func stop() {
    running.withLock { running in
      for entry in running.entries.values { entry.task.cancel() }
      running.entries = [:]
    }
  }

  /// The ids of all effects in progress.
  var underWay: Set<Effect.ID> { running.withLock { Set($0.entries.keys) } }

  private func run(_ effect: Effect, _ number: Int) async {
    let result = await result(of: effect.request)
    // The effect is removed first, because the console may start the same one as soon as it receives the result. Both
    // happen under one lock, so that the result of an effect that is not in progress is in the mailbox.
    running.withLock { running in
      if running.entries[effect.id]?.number == number { running.entries[effect.id] = nil }
      if let result { post(result) }
    }
  }

  /// Posts `message`, unless the task was cancelled.
  func post(_ message: Message) {
    if !Task.isCancelled { mailbox.post(message) }
  }

  /// Carries out `request`, and returns its result.
  private func result(of request: Request) async -> Message? {
    switch request {
    case .connect: return await connect()
    case .watch(let subject, let dialect): await watch(subject, dialect)
    case .apply(let plan): return await apply(plan)
    case .tryAgain(let again, let dialect): return await tryAgain(again, dialect)
    case .dryRun(let plan): return await dryRun(plan)
    case .ask(let questions, let ignoresCache): return await ask(questions, ignoresCache)
    case .document(let key, let version): return await document(key, version)
    case .readDetails, .readEvidence, .countRestarts, .readFacts: return await observation(for: request)
    case .readCatalogue(let dialect): return await catalogue(dialect)
    case .restart: return .restarted(problem: await session.connection.restart?())
    case .review(let subject):
      let findings = ConfigFindings(subject.text, defaults: subject.defaults)
      return .reviewed(subject.name, edits: subject.edits, findings)
    case .writeFile(let file): return write(file)
    case .probeWays: await session.connection.fallback?.probe()
    case .compareWays(let dialect): return await compare(dialect)
    case .recall: return .recalled(session.recordKeeper?.recall() ?? Records())
    case .keepSetting(let name, let value): return keepSetting(name, value)
    case .remember, .setDraft, .keepPlaces, .noteOutcome: return keep(request)
    case .send, .listClusterChoices, .move, .read: return await answer(request)
    case .stop: break
    }
    return nil
  }

  /// What a `ClusterReader` reads for `request`; `nil` if it is not such a request.
  private func observation(for request: Request) async -> Message? {
    let (cluster, gateway) = (session.connection.cluster, session.connection.gateway)
    switch request {
    case .readDetails(let subject, let capabilities):
      return .detailed(subject.name, await ClusterReader(cluster, capabilities).details(of: subject, gateway: gateway))
    case .readEvidence(let subject, let capabilities):
      return .evidence(subject, await ClusterReader(cluster, capabilities).evidence(of: subject, gateway: gateway))
    case .countRestarts(let installation, let capabilities):
      let pods = await ClusterReader(cluster, capabilities).restartedPods(of: installation)
      return .restarts(
        installation.extension, Restarts(release: ConfigEffect.beginning(installation), pods: pods))
    case .readFacts(let installations, let capabilities):
      return .facts(await ClusterReader(cluster, capabilities).facts(installations))
    default: return nil
    }
  }

  private func catalogue(_ dialect: Dialect) async -> Message {
    do throws(ClusterError) {
      let objects = try await session.connection.cluster.list(
        dialect.extensionVersions, skipping: ExtensionVersion.bulkyFields, freshness: .cached)
      return .catalogue(objects.map { ExtensionVersion($0, dialect: dialect) }, failure: nil)
    } catch {
      return .catalogue([], failure: error)
    }
  }

  /// Discovers the capabilities of the cluster, with retries until that succeeds.
  private func connect() async -> Message? {
    var backoff = Backoff()
    let start = ContinuousClock.now
    while !Task.isCancelled {
      do throws(DialectError) {
        let capabilities = try await Capabilities.learn(from: session.connection.cluster)
        session.whenLearnt?(capabilities)
        return .connected(capabilities)
      } catch {
        let delay = backoff.next(now: start.duration(to: .now), random: .random(in: 0...1))
        post(.unconnected(error, delay: delay))
        try? await Task.sleep(for: delay)
      }
    }
    return nil
  }

  /// Sends all changes of the cluster.
  var sender: ChangeSender {
    let author = Author(session.connection.status)
    return ChangeSender(session.connection.cluster, history: session.recordKeeper?.history, author: author) {
      [mailbox] in
      mailbox.post(.failed($0.sentence))
    }
  }

  private func apply(_ plan: Plan) async -> Message {
    do throws(ClusterError) {
      let delivery = try await sender.carryOut(plan, isTyped: plan.requiresTypedName)
      if let reason = delivery.lostAnswer { post(.confirmed(plan, reason: reason)) }
      return .applied(plan, failure: nil)
    } catch {
      return .applied(plan, failure: error)
    }
  }

  private func tryAgain(_ again: SecondTry, _ dialect: Dialect) async -> Message {
    do throws(ClusterError) {
      let written = try await sender.tryAgain(again.change, over: again.over, dialect, isTyped: again.isTyped)
      return .triedAgain(again, written, failure: nil)
    } catch {
      return .triedAgain(again, nil, failure: error)
    }
  }

  private func dryRun(_ plan: Plan) async -> Message? {
    if session.connection.status.isReadOnly { return nil }
    do throws(ClusterError) {
      try await plan.send(to: session.connection.cluster, dryRun: true)
      return .dryRunEnded(plan, failure: nil)
    } catch {
      return .dryRunEnded(plan, failure: error)
    }
  }

  private func ask(_ questions: [Access], _ ignoresCache: Bool) async -> Message {
    if ignoresCache { await access.forget() }
    async let verdicts = access.verdicts(on: questions)
    let former = session.connection.status.user
    await session.connection.identify()
    let status = session.connection.status
    if status.user != former { mailbox.post(.status(status)) }
    return .judged(await verdicts)
  }

  private func compare(_ dialect: Dialect) async -> Message? {
    guard let ways = session.connection.ways else { return nil }
    var differences: [String] = []
    for resource in dialect.compared {
      do {
        differences += try await ways.disagreements(about: resource).map { "\(resource.kind) \($0)" }
      } catch {
        let server = "one of the two ways to \(session.connection.status.cluster)"
        let sentence = error.sentence(for: "comparing \(resource.plural)", at: server)
        return .compared(Comparison(differences: differences, failure: sentence))
      }
    }
    return .compared(Comparison(differences: differences))
  }

  private func document(_ key: DocumentKey, _ version: ExtensionVersion) async -> Message {
    do throws(PackageSourceError) {
      let package = try await version.package(from: session.connection.cluster, gateway: session.connection.gateway)
      let texts = [package.readme(in: key.language), package.changelog(in: key.language)].compactMap { $0 }
      let text = texts.joined(separator: "\n\n---\n\n")
      return .documented(key, text.isEmpty ? .missing(reason: "the package has none.") : .text(text))
    } catch {
      return .documented(key, .missing(reason: error.words))
    }
  }
}
