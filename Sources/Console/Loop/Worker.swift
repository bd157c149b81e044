import Client
import Extensions
import KubernetesAPI
import Operations
import Packages
import Platform

/// Does what the console asks, on tasks, and posts what came of it.
///
/// Finished tasks are forgotten. Starting what is under way starts it over.
package final class Worker: Sendable {
  private let session: Session
  private let mailbox: Mailbox<Message>
  private let running = Locked(Running())
  private let access: AccessCache

  private struct Running {
    var tasks: [Work: (id: Int, task: Task<Void, Never>)] = [:]
    var next = 0
    /// Writes to this computer happen in the order they were asked for.
    var lastKept: Task<Void, Never>?
  }

  /// A worker on the cluster of `session` that reports to `mailbox`.
  package init(_ session: Session, mailbox: Mailbox<Message>) {
    var session = session
    session.cluster.warnings = Warnings { mailbox.post(.warned($0)) }
    self.session = session
    self.mailbox = mailbox
    access = AccessCache(session.cluster)
    session.fallback?.whenChanged { mailbox.post(.way($0)) }
  }

  /// Begins `work` and returns at once.
  package func start(_ work: Work) {
    if work.isChange, session.description.isReadOnly {
      mailbox.post(.forgot("This console is read-only: nothing was changed."))
      return
    }
    running.withLock { running in
      let id = running.next
      running.next += 1
      let former = work.isKeeping ? running.lastKept : nil
      running.tasks[work]?.task.cancel()
      let task = Task { [self] in
        await former?.value
        await perform(work)
        forget(work, id)
      }
      running.tasks[work] = (id, task)
      if work.isKeeping { running.lastKept = task }
    }
  }

  /// Stops `work` if it is under way.
  package func cancel(_ work: Work) {
    running.withLock { running in
      running.tasks[work]?.task.cancel()
      running.tasks[work] = nil
    }
  }

  /// Stops everything.
  package func stop() {
    running.withLock { running in
      for entry in running.tasks.values { entry.task.cancel() }
      running.tasks = [:]
    }
  }

  /// Something is being written to this computer.
  package var isKeeping: Bool { running.withLock { $0.tasks.keys.contains(where: \.isKeeping) } }

  /// Everything under way.
  var underWay: Set<Work> { running.withLock { Set($0.tasks.keys) } }

  private func forget(_ work: Work, _ id: Int) {
    running.withLock { running in
      if running.tasks[work]?.id == id { running.tasks[work] = nil }
    }
  }

  /// Reports `message` unless the work it came of was stopped meanwhile.
  private func post(_ message: Message) {
    if !Task.isCancelled { mailbox.post(message) }
  }

  private func perform(_ work: Work) async {
    switch work {
    case .connect: await connect()
    case .watch(let subject, let dialect): await watch(subject, dialect)
    case .apply(let plan): await apply(plan)
    case .rehearse(let plan): await rehearse(plan)
    case .ask(let questions, let isAfresh): await ask(questions, isAfresh)
    case .document(let version, let language): await document(version, language)
    case .probeWays: await session.fallback?.probe()
    case .compareWays(let dialect): await compare(dialect)
    case .recall: post(.recalled(session.recordKeeper?.recall() ?? Records()))
    case .keepSetting(let name, let value): keepSetting(name, value)
    case .remember(let line):
      keep("What was before the change is not kept") { keeper throws(SystemError) in try keeper.history.note(line) }
    case .noteOutcome(let progress, let name, let outcome): sender.note(progress, of: name, outcome)
    case .readFacts(let installations, let capabilities):
      post(.facts(await ClusterReader(session.cluster, capabilities).facts(installations)))
    case .keepDraft(let name, let draft):
      let isKept = keep("The draft of \(name) is not kept") { keeper throws(SystemError) in
        try keeper.keep(draft, of: name)
      }
      if isKept, draft != nil { mailbox.post(.draftKept(of: name)) }
    }
  }

  /// Asks what the cluster's extensions can do until there is an answer.
  private func connect() async {
    var backoff = Backoff()
    let start = ContinuousClock.now
    while !Task.isCancelled {
      do throws(DialectError) {
        let capabilities = try await Capabilities.learn(from: session.cluster)
        session.whenLearnt?(capabilities)
        post(.connected(capabilities))
        return
      } catch {
        let delay = backoff.next(now: start.duration(to: .now), random: .random(in: 0...1))
        post(.unconnected(error, delay: delay))
        try? await Task.sleep(for: delay)
      }
    }
  }

  private func watch(_ subject: Work.Subject, _ dialect: Dialect) async {
    let cluster = session.cluster
    switch subject {
    case .categories:
      await Watch(dialect.categories, in: cluster, skipping: Extension.unread) { Category($0) }
        .run { post(.categories($0)) }
    case .extensions:
      await Watch(dialect.extensions, in: cluster, skipping: Extension.unread) { Extension($0, dialect: dialect) }
        .run { post(.extensions($0)) }
    case .installations:
      await Watch(dialect.installations, in: cluster, skipping: Extension.unread) { Installation($0) }
        .run { post(.installations($0)) }
    case .versions(let name):
      var watch = Watch(dialect.extensionVersions, in: cluster, skipping: ExtensionVersion.unread) { object in
        ExtensionVersion(object, dialect: dialect)
      }
      watch.selector = Selector(labels: "\(dialect.extensionLabel)=\(name)")
      await watch.run { post(.versions(of: name, $0)) }
    }
  }

  /// What changes the cluster.
  private var sender: ChangeSender {
    ChangeSender(session.cluster, history: session.recordKeeper?.history) { [mailbox] in
      mailbox.post(.forgot($0.description))
    }
  }

  private func apply(_ plan: Plan) async {
    do throws(ClusterError) {
      let delivery = try await sender.carryOut(plan)
      if let reason = delivery.lostAnswer { mailbox.post(.confirmed(plan, reason: reason)) }
      mailbox.post(.applied(plan, failure: nil))
    } catch {
      mailbox.post(.applied(plan, failure: error))
    }
  }

  private func rehearse(_ plan: Plan) async {
    if session.description.isReadOnly { return }
    do throws(ClusterError) {
      try await plan.send(to: session.cluster, dryRun: true)
      post(.rehearsed(plan, failure: nil))
    } catch {
      post(.rehearsed(plan, failure: error))
    }
  }

  private func ask(_ questions: [Access], _ isAfresh: Bool) async {
    if isAfresh { await access.forget() }
    post(.judged(await access.verdicts(on: questions)))
  }

  private func compare(_ dialect: Dialect) async {
    guard let ways = session.ways else { return }
    var differences: [String] = []
    for resource in dialect.compared {
      do {
        differences += try await ways.disagreements(about: resource).map { "\(resource.kind) \($0)" }
      } catch {
        let server = "one of the two ways to \(session.description.cluster)"
        let sentence = error.sentence(for: "comparing \(resource.plural)", at: server)
        return post(.compared(Comparison(differences: differences, failure: sentence)))
      }
    }
    post(.compared(Comparison(differences: differences)))
  }

  private func document(_ version: ExtensionVersion, _ language: String) async {
    do throws(PackageSourceError) {
      let package = try await version.package(from: session.cluster, gateway: session.gateway)
      let text = package.readme(in: language)
      post(.documented(version: version.name, text.map { .text($0) } ?? .missing(reason: "the package has none.")))
    } catch {
      post(.documented(version: version.name, .missing(reason: error.description)))
    }
  }

  private func keepSetting(_ name: String, _ value: String) {
    guard let path = session.settingsFile else { return }
    do throws(SystemError) {
      try SettingsFile(path: path).set(name, to: value)
    } catch {
      mailbox.post(.forgot("The \(name) is not kept for the next session: \(error)."))
    }
  }

  /// Writes to this computer, or says what was not done and why; returns whether it was done.
  @discardableResult
  private func keep(_ failure: String, _ body: (RecordKeeper) throws(SystemError) -> Void) -> Bool {
    guard let keeper = session.recordKeeper else { return false }
    do throws(SystemError) {
      try body(keeper)
      return true
    } catch {
      mailbox.post(.forgot("\(failure): \(error)."))
      return false
    }
  }
}
