import Client
import HTTP
import KubernetesAPI
import Manifest
import Platform
import TestSupport
import Testing

/// Every verb through a proxy that does what networks do.
@Suite(.endsInTime)
struct VerbFaultTests {
  @Test(arguments: KnownFault.trials)
  func everyVerbEndsEveryFaultInARightAnswerOrAClearError(verb: ClientVerb, fault: KnownFault) async throws {
    try await Trial(verb, fault.fault, "\(verb) and \(fault.rawValue)").run()
  }

  @Test(arguments: ClientVerb.main, [Fault.none, .answerCut(after: 100, .reset), .requestCut(after: 60, .orderly)])
  func aSocketIsNoBetterThanAPort(verb: ClientVerb, fault: Fault) async throws {
    try await Trial(verb, fault, "\(verb) on a socket and \(fault)", scheme: .unix).run()
  }

  /// The lengths of requests and answers are a few hundred bytes; past their end nothing is cut.
  @Test(arguments: ClientVerb.main)
  func anAnswerMayBeCutAnywhere(verb: ClientVerb) async throws {
    for length in stride(from: Int(verb.rawValue.utf8.count), to: 1_000, by: Seeds.isLong ? 1 : 97) {
      let ending: Fault.Ending = length % 2 == 0 ? .orderly : .reset
      try await Trial(verb, .answerCut(after: length, ending), "\(verb) cut after \(length)").run()
    }
  }

  @Test(arguments: ClientVerb.main)
  func aRequestMayBeCutAnywhere(verb: ClientVerb) async throws {
    for length in stride(from: Int(verb.rawValue.utf8.count), to: 500, by: Seeds.isLong ? 1 : 83) {
      let ending: Fault.Ending = length % 2 == 0 ? .orderly : .reset
      try await Trial(verb, .requestCut(after: length, ending), "\(verb) cut after \(length)").run()
    }
  }

  @Test(.needsOpenSSL, arguments: ClientVerb.main)
  func nothingGarbledGetsThroughTLS(verb: ClientVerb) async throws {
    for place in stride(from: 0, to: 2_400, by: Seeds.isLong ? 7 : 900) {
      let bits = UInt8(1 << (place % 8))
      try await Trial(verb, .answerGarbled(at: place, by: bits), "\(verb) garbled at \(place)", scheme: .https).run()
      try await Trial(verb, .requestGarbled(at: place, by: bits), "\(verb) asked garbled \(place)", scheme: .https)
        .run()
    }
  }

  @Test func aPortWithoutAListenerIsSaidToBeUnreachable() async throws {
    let server = try await TestServer()
    let proxy = server.proxy { _ in .none }
    proxy.stop()
    await eventually { proxy.isGone }

    for verb in ClientVerb.allCases {
      let error = await #expect(throws: ClusterError.self) { try await verb.ask(server.cluster(through: proxy)) }

      guard case .transport(.unreachable)? = error else {
        Issue.record("\(verb): \(String(describing: error))")
        continue
      }
      #expect(error?.mayHaveBeenCarriedOut == false)
    }
    await server.leave()
  }
}

/// One verb, asked once while one fault happens.
private struct Trial {
  let verb: ClientVerb
  let fault: Fault
  let name: Comment
  let scheme: TestServer.Scheme

  init(_ verb: ClientVerb, _ fault: Fault, _ name: String, scheme: TestServer.Scheme = .http) {
    self.verb = verb
    self.fault = fault
    self.name = Comment(rawValue: name)
    self.scheme = scheme
  }

  func run() async throws {
    // Silence takes a second, and nothing else meanwhile.
    if !fault.isSilence { await Gate.trials.enter() }
    let server = try await TestServer(scheme)
    do {
      try await run(in: server)
    } catch {
      Issue.record(error, name)
    }
    await server.leave()
    if !fault.isSilence { await Gate.trials.leave() }
  }

  private func run(in server: TestServer) async throws {
    try await server.fill(["a", "b", "c"])
    let uid = try await server.truth.get(.extensions, "b").uid
    let before = await server.changes
    let proxy = server.proxy { [fault] number in number == 0 ? fault : .none }
    // Whatever else is slow, the machine is, and the answer comes.
    let timeout = fault.maySilence ? TestTimeout.factor : TestTimeout.seconds
    var cluster = server.cluster(through: proxy) { timeout }
    cluster.timing = .impatient

    let answer: Result<Value, ClusterError> = await result { () async throws(ClusterError) in
      try await verb.ask(cluster)
    }
    await server.drain(proxy)

    let changes = await server.changes - before
    #expect(server.log.writes <= (verb.isWrite ? 1 : 0), name)
    #expect(changes <= (verb.changes ? 1 : 0), name)
    switch answer {
    case .success(let value):
      #expect(changes == (verb.changes ? 1 : 0), name)
      #expect(try await verb.isRight(value, in: server), "\(name): \(JSON.text(value))")
    case .failure(let error):
      #expect(proxy.connections <= 1, "\(name): it was sent again")
      try await check(error, since: before, uid, in: server)
    }
  }

  private func check(_ error: ClusterError, since before: Int, _ uid: String, in server: TestServer) async throws {
    let sentence = error.sentence(for: "trying it", at: "https://h").english
    #expect(sentence.hasPrefix("trying it: ") && sentence.count < 800, name)
    #expect(!sentence.unicodeScalars.contains { $0.value < 32 || $0 == "<" }, "\(name): \(sentence)")
    guard verb.changes else { return }
    guard error.mayHaveBeenCarriedOut else {
      #expect(await server.changes == before, "\(name): it happened, and \(error) does not let one doubt")
      return
    }
    let outcome = await verb.outcome(server.cluster(), uid: uid)
    // Counted now: what was still on its way when the connection broke may have arrived meanwhile.
    let changes = await server.changes - before
    switch outcome {
    case .carriedOut: #expect(changes == 1, name)
    case .notCarriedOut: #expect(changes == 0, name)
    case .unknown(let error): Issue.record("\(name): the outcome is unknown: \(error)")
    }
  }
}

/// The result of a call that may fail.
func result<Value>(_ body: () async throws(ClusterError) -> Value) async -> Result<Value, ClusterError> {
  do throws(ClusterError) { return .success(try await body()) } catch { return .failure(error) }
}
