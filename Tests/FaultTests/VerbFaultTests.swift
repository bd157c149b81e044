import Client
import Manifest
import Testing

/// Every verb through a proxy that does what networks do.
@Suite(.timeLimit(.minutes(Seeds.isLong ? 60 : 2)))
struct VerbFaultTests {
  @Test(arguments: Verb.allCases, Fault.all.indices)
  func everyVerbEndsEveryFaultInARightAnswerOrAClearError(verb: Verb, index: Int) async throws {
    let (name, fault) = Fault.all[index]
    // Nobody can see through a stranger who says that something is deleted.
    if [.delete, .deleteDryRun].contains(verb), name == "a Status that says it went well" { return }
    if fault.isSilence, !Verb.main.contains(verb) { return }

    try await Trial(verb, fault, "\(verb) and \(name)").run()
  }

  @Test(arguments: Verb.main, [Fault.none, .answerCut(after: 100, .reset), .requestCut(after: 60, .orderly)])
  func aSocketIsNoBetterThanAPort(verb: Verb, fault: Fault) async throws {
    try await Trial(verb, fault, "\(verb) on a socket and \(fault)", scheme: .unix).run()
  }

  /// The lengths of requests and answers are a few hundred bytes; past their end nothing is cut.
  @Test(arguments: Verb.main)
  func anAnswerMayBeCutAnywhere(verb: Verb) async throws {
    for length in stride(from: Int(verb.rawValue.utf8.count), to: 1_000, by: Seeds.isLong ? 1 : 97) {
      let ending: Fault.Ending = length % 2 == 0 ? .orderly : .reset
      try await Trial(verb, .answerCut(after: length, ending), "\(verb) cut after \(length)").run()
    }
  }

  @Test(arguments: Verb.main)
  func aRequestMayBeCutAnywhere(verb: Verb) async throws {
    for length in stride(from: Int(verb.rawValue.utf8.count), to: 500, by: Seeds.isLong ? 1 : 83) {
      let ending: Fault.Ending = length % 2 == 0 ? .orderly : .reset
      try await Trial(verb, .requestCut(after: length, ending), "\(verb) cut after \(length)").run()
    }
  }

  @Test(.enabled(if: TestCertificate.isAvailable), arguments: Verb.main)
  func nothingGarbledGetsThroughTLS(verb: Verb) async throws {
    for place in stride(from: 0, to: 2_400, by: Seeds.isLong ? 7 : 900) {
      let bits = UInt8(1 << (place % 8))
      try await Trial(verb, .answerGarbled(at: place, by: bits), "\(verb) garbled at \(place)", scheme: .https).run()
      try await Trial(verb, .requestGarbled(at: place, by: bits), "\(verb) asked garbled \(place)", scheme: .https)
        .run()
    }
  }

  @Test func aPortThatNobodyListensOnIsSaidToBeUnreachable() async throws {
    let house = try await House()
    let proxy = house.proxy { _ in .none }
    proxy.stop()
    await eventually { proxy.isGone }

    for verb in Verb.allCases {
      let error = await #expect(throws: ClusterError.self) { try await verb.ask(house.cluster(through: proxy)) }

      guard case .transport(.unreachable)? = error else {
        Issue.record("\(verb): \(String(describing: error))")
        continue
      }
      #expect(error?.leavesDoubt == false)
    }
    await house.leave()
  }
}

/// One verb, asked once while one fault happens.
private struct Trial {
  let verb: Verb
  let fault: Fault
  let name: Comment
  let scheme: House.Scheme

  init(_ verb: Verb, _ fault: Fault, _ name: String, scheme: House.Scheme = .http) {
    self.verb = verb
    self.fault = fault
    self.name = Comment(rawValue: name)
    self.scheme = scheme
  }

  func run() async throws {
    // Silence takes a second, and nothing else meanwhile.
    if !fault.isSilence { await Gate.trials.enter() }
    let house = try await House(scheme)
    do {
      try await run(in: house)
    } catch {
      Issue.record(error, name)
    }
    await house.leave()
    if !fault.isSilence { await Gate.trials.leave() }
  }

  private func run(in house: House) async throws {
    try await house.fill(["a", "b", "c"])
    let uid = try await house.truth.get(.extensions, "b").uid
    let before = await house.changes
    let proxy = house.proxy { [fault] number in number == 0 ? fault : .none }
    var cluster = house.cluster(through: proxy)
    cluster.timing = .impatient

    let answer: Result<Value, ClusterError> = await result { () async throws(ClusterError) in
      try await verb.ask(cluster)
    }
    await house.settle(proxy)

    let changes = await house.changes - before
    #expect(house.log.writes <= (verb.isWrite ? 1 : 0), name)
    #expect(changes <= (verb.changes ? 1 : 0), name)
    switch answer {
    case .success(let value):
      #expect(changes == (verb.changes ? 1 : 0), name)
      #expect(try await verb.isRight(value, in: house), "\(name): \(JSON.text(value))")
    case .failure(let error):
      try await check(error, changes, uid, in: house)
    }
  }

  private func check(_ error: ClusterError, _ changes: Int, _ uid: String, in house: House) async throws {
    let sentence = error.sentence(for: "trying it", at: "https://h")
    #expect(sentence.hasPrefix("trying it: ") && sentence.count < 800, name)
    #expect(!sentence.unicodeScalars.contains { $0.value < 32 || $0 == "<" }, "\(name): \(sentence)")
    guard verb.changes else { return }
    guard error.leavesDoubt else {
      #expect(changes == 0, "\(name): it happened, and \(error) does not let one doubt")
      return
    }
    let outcome = await verb.outcome(house.cluster(), uid: uid)
    switch outcome {
    case .carriedOut: #expect(changes == 1, name)
    case .notCarriedOut: #expect(changes == 0, name)
    case .unknown(let error): Issue.record("\(name): nobody knows: \(error)")
    }
  }
}

/// The result of a call that may fail.
func result<Value>(_ body: () async throws(ClusterError) -> Value) async -> Result<Value, ClusterError> {
  do throws(ClusterError) { return .success(try await body()) } catch { return .failure(error) }
}
