import Client
import Extensions
import HTTP
import KubernetesAPI
import Manifest
import Operations
import Platform
import Terminal
import TestSupport
import Testing

@testable import Console

@Suite struct WorkerTests {
  private let mailbox = Mailbox<Message>()

  @Test func finishedWorkIsForgotten() async throws {
    let worker = worker()
    worker.start(Effect(.recall))

    try await until { worker.underWay.isEmpty && !mailbox.take().isEmpty }
  }

  @Test func whatIsCancelledReportsNothingMore() async throws {
    let worker = worker(Never())
    let effect = Effect(.watch(.extensions(language: "en"), .installPlan))
    worker.start(effect)
    worker.start(.stop(effect.id))

    #expect(worker.underWay.isEmpty)
    #expect(mailbox.take() == [])
  }

  @Test func aClusterThatCannotBeReachedIsReportedWithTheNextAttempt() async throws {
    let worker = worker(Unreachable())
    worker.start(Effect(.connect))
    var heard: [Message] = []

    try await until {
      heard += mailbox.take()
      return !heard.isEmpty
    }
    guard case .unconnected(.cluster(.transport(.unreachable)), let delay)? = heard.first else {
      return #expect(Bool(false), "\(heard)")
    }
    #expect(delay >= .milliseconds(800))
    worker.stop()
  }

  @Test func aReadOnlyWorkerSendsNoChange() throws {
    let worker = worker(Never(), isReadOnly: true)
    worker.start(Effect(.apply(Plan.sampleDisable)))

    #expect(worker.underWay.isEmpty)
    #expect(mailbox.take() == [.failed("This console is read-only: nothing was changed.")])
  }

  @Test func anEqualWriteIsNeitherCancelledNorSentAgain() async throws {
    let gate = Gate()
    let worker = worker(gate)
    let write = Effect(.apply(Plan.sampleDisable))
    worker.start(write)
    try await until { gate.count == 1 }

    worker.start(write)
    gate.open()

    var heard: [Message] = []
    try await until {
      heard += mailbox.take()
      return worker.underWay.isEmpty && !heard.isEmpty
    }
    #expect(heard == [.applied(Plan.sampleDisable, failure: nil)])
    #expect(gate.count == 1)
  }

  @Test func leavingCancelsWhatMayBeAndLetsAWriteBeAnswered() async throws {
    let gate = Gate()
    let worker = worker(gate)
    worker.start(Effect(.apply(Plan.sampleDisable)))
    worker.start(Effect(.watch(.extensions(language: "en"), .installPlan)))
    try await until { gate.count == 2 }

    worker.cancelWhatMayBe()

    #expect(worker.underWay == [.change(of: "grafana")])
    #expect(worker.timeToFinish(after: .seconds(1)) == .seconds(4))
    #expect(worker.timeToFinish(after: .seconds(6)) == .zero)
    gate.open()
    try await until { worker.timeToFinish(after: .zero) == .zero }
    #expect(mailbox.take() == [.applied(Plan.sampleDisable, failure: nil)])
  }

  @Test func whatIsKeptIsThereForTheNextSession() async throws {
    let folder = TemporaryFolder()
    let keeper = RecordKeeper(folder: folder.path + "/a/b", cluster: "https://museum:6443")
    let worker = worker(keeper: keeper)
    let line = HistoryLine(
      "grafana", at: "2026-01-01T00:00:00Z",
      .change(words: "upgrade", former: HistoryLine.Release(.sample("grafana", version: "1.0.0", config: "a: 1\n"))))
    var memory = ReleaseMemory()
    memory.add(line)
    worker.start(Effect(.remember(line)))
    worker.start(Effect(.setDraft(of: "grafana", KeptDraft(text: "a: 2", base: "a: 1"))))
    worker.start(Effect(.setDraft(of: "loki", KeptDraft(text: "b: 2", base: ""))))
    worker.start(Effect(.setDraft(of: "loki", nil)))
    try await until { worker.underWay.isEmpty }

    #expect(
      keeper.recall()
        == Records(
          memories: ["grafana": memory], lines: [line], drafts: ["grafana": KeptDraft(text: "a: 2", base: "a: 1")]))
    #expect(RecordKeeper(folder: keeper.folder, cluster: "https://other").recall() == Records())
  }

  @Test func whatACommandStoredMeanwhileStaysWhenTheConsoleChangesSomething() async throws {
    let folder = TemporaryFolder()
    let keeper = RecordKeeper(folder: folder.path, cluster: "m")
    let worker = worker(CuttingAnswers(), keeper: keeper)
    worker.start(Effect(.recall))
    try await until { worker.underWay.isEmpty }
    let line = HistoryLine(
      "grafana", at: "t", .change(words: "upgrade", former: HistoryLine.Release(.sample("grafana", version: "0.9.0"))))
    try History(folder: folder.path, cluster: "m").note(line)

    worker.start(Effect(.apply(Plan.rollback)))
    try await until { worker.underWay.isEmpty }

    #expect(keeper.history.releases(of: "grafana").entries.map(\.version) == ["0.9.0", "1.0.0"])
  }

  @Test func whatCannotBeKeptIsSaid() async throws {
    let worker = worker(keeper: RecordKeeper(folder: "/dev/null/ksx", cluster: "m"))
    worker.start(Effect(.remember(HistoryLine("grafana", at: "t", .change(words: "upgrade", former: nil)))))
    var heard: [Message] = []

    try await until {
      heard += mailbox.take()
      return !heard.isEmpty
    }
    guard case .failed(let sentence)? = heard.first else { return #expect(Bool(false), "\(heard)") }
    #expect(sentence.english.contains("/dev/null/ksx"))
  }

  private func worker(
    _ transport: any Transport = Silence(), isReadOnly: Bool = false, keeper: RecordKeeper? = nil
  ) -> Worker {
    var status = ClusterSession.Status(cluster: "museum", server: "m")
    status.isReadOnly = isReadOnly
    return Worker(
      Session(ClusterSession(status, cluster: Cluster(transport: transport)), recordKeeper: keeper), mailbox: mailbox)
  }

  private func until(_ condition: () -> Bool) async throws {
    try #require(await eventually("it never came", condition))
  }

  @Test func aChangeWhoseAnswerWasLostIsToldToBeCarriedOut() async throws {
    let worker = worker(CuttingAnswers())
    worker.start(Effect(.apply(Plan.sampleDisable)))
    var heard: [Message] = []

    try await until {
      heard += mailbox.take()
      return heard.count == 2
    }

    #expect(
      heard == [
        .confirmed(Plan.sampleDisable, reason: "the connection broke"), .applied(Plan.sampleDisable, failure: nil),
      ])
    var tester = ConsoleTester.atMarket()
    for message in heard { tester.hear(message) }
    #expect(tester.status.contains("disable was carried out, though its answer was lost"))
  }

  @Test func whatHangsIsEndedStepByStep() async throws {
    let hanging = Installation.sample("grafana", version: "1.1.0", state: "Upgrading")
    let plan = RemedyPlan(
      cancelling: "grafana", hanging, .sample("1.0.0"), Capabilities(assuming: .installPlan))
    let server = Hanging()
    let worker = worker(server)
    worker.start(Effect(.send([], of: plan)))
    var heard: [Message] = []

    try await until {
      heard += mailbox.take()
      return !heard.isEmpty
    }
    #expect(heard == [.sent(plan, failure: nil)])
    #expect(server.writes == 1)
  }
}

/// A server of one upgrade that hangs until what ran before is asked for again.
private final class Hanging: Transport {
  private let patches = Locked(0)

  var writes: Int { patches.withLock { $0 } }

  func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
    let count = patches.withLock { count in
      if request.method == .patch { count += 1 }
      return count
    }
    let (version, state) = count > 0 ? ("1.0.0", "Installed") : ("1.1.0", "Upgrading")
    let metadata = #"{"name":"grafana","annotations":{"ksx.dev/release-namespace":"extension-grafana"}}"#
    let spec = #"{"extension":{"name":"grafana","version":"\#(version)"},"enabled":true,"config":""}"#
    let hash = ConfigHash.of("")
    let status = #"{"state":"\#(state)","version":"\#(version)","enabled":true,"configHash":"\#(hash)"}"#
    let object = #"{"kind":"InstallPlan","metadata":\#(metadata),"spec":\#(spec),"status":\#(status)}"#
    let isOne = request.method == .patch || request.target.hasSuffix("/grafana")
    let text = isOne ? object : #"{"kind":"InstallPlanList","items":[\#(object)]}"#
    return HTTPResponse(status: 200, bytes: Array(text.utf8))
  }
}

/// A server that answers when the gate is opened, and counts what it was asked.
private final class Gate: Transport {
  private let state = Locked(State())

  private struct State {
    var count = 0
    var isOpen = false
    var waiters: [CheckedContinuation<Void, Swift.Never>] = []
  }

  var count: Int { state.withLock { $0.count } }

  func open() {
    let waiters = state.withLock { state in
      state.isOpen = true
      defer { state.waiters = [] }
      return state.waiters
    }
    for waiter in waiters { waiter.resume() }
  }

  func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
    await withCheckedContinuation { (waiter: CheckedContinuation<Void, Swift.Never>) in
      let isOpen = state.withLock { state in
        state.count += 1
        if !state.isOpen { state.waiters.append(waiter) }
        return state.isOpen
      }
      if isOpen { waiter.resume() }
    }
    let text = #"{"kind":"InstallPlan","metadata":{"name":"grafana"},"spec":{"enabled":false}}"#
    return HTTPResponse(status: 200, bytes: Array(text.utf8))
  }
}

/// A server that answers no request.
private struct Never: Transport {
  func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
    try? await Task.sleep(for: .seconds(3600))
    throw .cancelled
  }
}

private struct Unreachable: Transport {
  func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
    throw .unreachable(host: "museum", reason: "connection refused")
  }
}

extension Plan {
  fileprivate static let rollback = Plan.make(
    .rollback(to: "0.9.0", config: ""), for: "grafana",
    in: PlanContext(
      capabilities: Capabilities(assuming: .installPlan), cluster: "museum", extensions: [:],
      installations: Installations([.sample("grafana", version: "1.0.0")]), versions: [:]))
}

/// A server that carries the write of `Plan.sampleDisable` out and cuts its answer.
private struct CuttingAnswers: Transport {
  func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
    guard request.method == .get else { throw .interrupted(reason: "cut") }
    let text = #"{"kind":"InstallPlan","metadata":{"name":"grafana"},"spec":{"enabled":false}}"#
    return HTTPResponse(status: 200, bytes: Array(text.utf8))
  }
}
