import Client
import Extensions
import HTTP
import KubernetesAPI
import Manifest
import Operations
import Platform

extension Verb {
  static let logs = Verb(
    "logs", "Print what helm wrote when it last installed, upgraded or uninstalled an extension", operands: ["NAME"],
    options: [.follow, .previous],
    notes: [
      "It is the log of the pod in which helm ran, as long as that is there; --previous prints that of the try before. The",
      "controllers of ksxd run no job: there it is the log that they write. With -f it goes on, past a connection that breaks",
      "and from one try to the next, until nothing is under way; without it the logs of agents in member clusters follow.",
    ], as: Logs.self)
}

/// Prints the log of helm, or of ksxd's controllers, for an installation.
struct Logs: ClusterCommand {
  private let name: String
  private let follows: Bool
  private let isPrevious: Bool

  init(_ arguments: Arguments) throws(CommandError) {
    name = arguments.name
    follows = arguments.has(.follow)
    isPrevious = arguments.has(.previous)
    if follows, isPrevious {
      throw CommandError("-f waits for what is written now, and --previous is over; leave one out")
    }
  }

  func run(in session: CommandSession) async throws(CommandError) {
    let reader = try await session.reader()
    let installation = try await session.installation(of: name, reader)
    if installation.isManagedByStandalone { return try await printNotes(installation, reader, session) }
    if follows { return try await PodFollower(name, reader, session).run(installation) }
    let pods = try await self.pods(installation, reader, session)
    let agents = try await agentPods(installation, reader, session)
    if let pod = isPrevious ? pods.dropLast().last : pods.last {
      try await print(pod, reader, session)
    } else if agents.isEmpty {
      throw noPod(installation, pods)
    }
    for agent in agents {
      session.outlet.print(Self.title(agent.cluster))
      try await print(agent.pod, reader, session)
    }
  }

  private static func title(_ cluster: String) -> String { "agent in \(cluster):" }

  private func print(_ pod: HelmPod, _ reader: ClusterReader, _ session: CommandSession) async throws(CommandError) {
    var masking = MaskedLog()
    try await session.asking("reading the log of pod \(pod.namespace)/\(pod.name)") { () throws(ClusterError) in
      try await reader.cluster.log(of: pod.name, in: pod.namespace, follows: false) {
        session.outlet.print(masking.masked($0.text))
      }
    }
  }

  /// The pods of agents; only those of the last attempt are known.
  private func agentPods(
    _ installation: Installation, _ reader: ClusterReader, _ session: CommandSession
  ) async throws(CommandError) -> [(cluster: String, pod: HelmPod)] {
    if isPrevious { return [] }
    return try await session.asking("listing the pods of helm in \(installation.targetNamespace)") {
      () throws(ClusterError) in
      try await reader.agentPods(of: installation)
    }
  }

  private func pods(
    _ installation: Installation, _ reader: ClusterReader, _ session: CommandSession
  ) async throws(CommandError) -> [HelmPod] {
    try await session.asking("listing the pods of helm in \(installation.targetNamespace)") {
      () throws(ClusterError) in
      try await reader.helmPods(of: installation)
    }
  }

  private func noPod(_ installation: Installation, _ pods: [HelmPod]) -> CommandError {
    if isPrevious, !pods.isEmpty { return CommandError("the pod of an earlier try of \(name) is not there any more") }
    let job = installation.jobName.isEmpty ? "no job is named" : "the pod of job \(installation.jobName) is gone"
    return CommandError(
      "there is no log of \(name): \(job); ksx get \(name) shows its state, ksx events \(name) its events")
  }
}

// The log of ksxd's controllers.
extension Logs {
  private func printNotes(
    _ installation: Installation, _ reader: ClusterReader, _ session: CommandSession
  ) async throws(CommandError) {
    if follows {
      var follower = NoteFollower(installation, reader, session)
      return try await follower.run()
    }
    let log = try await session.asking("reading the log of \(name)") { () throws(ClusterError) in
      try await reader.operationLog(of: installation)
    }
    let agents = try await session.asking("reading the logs of its agents") { () throws(ClusterError) in
      try await reader.agentLogs(of: installation)
    }
    let (own, others) = (
      wanted(of: log), agents.compactMap { agent in wanted(of: agent.log).map { (agent.cluster, $0) } }
    )
    if own == nil, others.isEmpty {
      let what = isPrevious ? "an operation before the last one" : "what was done"
      throw CommandError("nothing is noted of \(what) of \(name)")
    }
    session.outlet.print((own ?? []).map(\.words))
    for (cluster, lines) in others { session.outlet.print([Self.title(cluster)] + lines.map(\.words)) }
  }

  private func wanted(of log: OperationLog) -> [OperationLog.Line]? {
    isPrevious ? log.operations.dropLast().last : log.operations.last
  }
}

extension OperationLog.Line {
  fileprivate var words: String { "\(time) \(text)" }
}

/// Follows the log of ksxd's controllers until no operation is in progress.
private struct NoteFollower {
  private let installation: Installation
  private let reader: ClusterReader
  private let session: CommandSession
  private var last: OperationLog.Line?

  init(_ installation: Installation, _ reader: ClusterReader, _ session: CommandSession) {
    self.installation = installation
    self.reader = reader
    self.session = session
  }

  mutating func run() async throws(CommandError) {
    let log = Installation.logName(of: installation.name)
    let collections = [
      WatchedCollection(reader.dialect.installations, named: installation.name),
      WatchedCollection(.configMaps, namespace: installation.targetNamespace, named: log),
    ]
    for await news in session.objects(collections) {
      switch news {
      case .interrupted(let error) where error.isForbidden:
        throw CommandError(error, "watching the log of \(installation.name)", at: session.server)
      case .interrupted(let error): session.tell(error)
      case .gone(let object) where object.name == installation.name: return
      case .gone: continue
      case .initial(let all):
        for object in all { print(object) }
        guard let now = all.first(where: { $0.name == installation.name }), isUnderWay(now) else {
          return try await end()
        }
      case .changed(let object):
        print(object)
        if object.name == installation.name, !isUnderWay(object) { return try await end() }
      }
    }
  }

  private func isUnderWay(_ object: Object) -> Bool { Installation(object).isUnderWay }

  private mutating func print(_ object: Object) {
    if object.name != installation.name { print(OperationLog(map: object)) }
  }

  private mutating func print(_ log: OperationLog) {
    let lines = log.lines(after: last)
    session.outlet.print(lines.map(\.words))
    last = lines.last ?? last
  }

  /// Prints the rest of the log; the watch of the log may be behind, and if there is no log, the status is used.
  private mutating func end() async throws(CommandError) {
    let (reader, installation) = (reader, installation)
    print(
      try await session.asking("reading the log of \(installation.name)") { () throws(ClusterError) in
        try await reader.operationLog(of: installation)
      })
  }
}

/// Follows helm's pods one after another until no operation is in progress.
struct PodFollower {
  private let name: String
  private let reader: ClusterReader
  private let session: CommandSession

  init(_ name: String, _ reader: ClusterReader, _ session: CommandSession) {
    self.name = name
    self.reader = reader
    self.session = session
  }

  func run(_ installation: Installation) async throws(CommandError) {
    var installation = installation
    var done: Set<String> = []
    var backoff = Backoff()
    while true {
      let pods = try await pods(installation, &backoff)
      // Of the pods that ended before, only the last one is printed.
      if done.isEmpty { done.formUnion(pods.dropLast().map(\.name)) }
      if let next = pods.first(where: { !done.contains($0.name) }) {
        try await follow(next, installation, &backoff)
        done.insert(next.name)
        continue
      }
      installation = try await session.installation(of: name, reader)
      if !installation.isUnderWay { return }
      await session.timing.sleep(.seconds(1))
    }
  }

  /// Lists helm's pods; retries if the connection is lost.
  private func pods(
    _ installation: Installation, _ backoff: inout Backoff
  ) async throws(CommandError) -> [HelmPod] {
    while true {
      do throws(ClusterError) {
        return try await reader.helmPods(of: installation)
      } catch {
        guard error.isTransient else { throw CommandError(error, "listing pods", at: session.server) }
        await wait(error, &backoff)
      }
    }
  }

  /// Prints a pod's log until the pod has ended; if the connection is lost, it continues after the last line.
  private func follow(_ pod: HelmPod, _ installation: Installation, _ backoff: inout Backoff) async throws(CommandError)
  {
    var printed = PrintedLog()
    var masking = MaskedLog()
    var isKnown = true
    while isKnown {
      do throws(ClusterError) {
        printed.startAgain()
        let since = printed.time
        try await reader.cluster.log(of: pod.name, in: pod.namespace, since: since, follows: true) { line in
          if printed.noteIfNew(line) { session.outlet.print(masking.masked(line.text)) }
        }
      } catch {
        if error.isNotFound { return }
        guard error.isTransient || error.isOfWaitingPod else {
          throw CommandError(error, "reading the log of pod \(pod.namespace)/\(pod.name)", at: session.server)
        }
        if error.isOfWaitingPod { await session.timing.sleep(.seconds(1)) } else { await wait(error, &backoff) }
      }
      let now = try await pods(installation, &backoff).first { $0.name == pod.name }
      isKnown = now.map { !$0.isOver } ?? false
    }
  }

  private func wait(_ error: ClusterError, _ backoff: inout Backoff) async {
    session.outlet.note(CommandError(error, "following \(name)", at: session.server).sentence)
    await session.timing.sleep(backoff.next(now: session.timing.now(), random: session.timing.random()))
  }
}

extension ClusterError {
  /// Whether the same request may succeed a little later.
  fileprivate var isTransient: Bool {
    switch self {
    case .transport(.cancelled): false
    case .transport, .unreadable, .unanswered: true
    case .refused(let status): status.code >= 500 || status.code == 429
    }
  }

  /// Whether the container is not started yet.
  fileprivate var isOfWaitingPod: Bool { status?.code == 400 }
}

extension Installation {
  /// Whether the controllers are working on it, or have not begun yet.
  fileprivate var isUnderWay: Bool { observed.state.isBusy || observed.state == .none }
}
