import Manifest
import TestSupport
import Testing

@testable import Client
@testable import KubernetesAPI
@testable import Platform

/// A watch through a proxy that does what networks do: in the end the store is what the server is.
@Suite(.endsInTime)
struct WatchFaultTests {
  /// The first connection lists, the second watches.
  @Test(arguments: Array(zip(0..., KnownFault.allCases)), 0..<2)
  func aWatchConvergesAfterEveryFault(numbered: (Int, KnownFault), connection: Int) async throws {
    let (index, fault) = numbered
    var schedule = Schedule(seed: UInt64(index * 2 + connection), steps: 6)
    schedule.faults = { number, _ in number == connection ? fault.fault : .none }

    try await schedule.run("\(fault.rawValue) on connection \(connection)")
  }

  @Test(arguments: Array(stride(from: 0, to: 1_500, by: Seeds.isLong ? 3 : 100)))
  func aStreamMayBeCutAnywhere(length: Int) async throws {
    var schedule = Schedule(seed: UInt64(length), steps: 6)
    schedule.faults = { number, _ in
      number == 1 ? .answerCut(after: length, length % 2 == 0 ? .reset : .orderly) : .none
    }

    try await schedule.run("a stream cut after \(length)")
  }

  @Test(arguments: Seeds.some(10))
  func whatIsSaidTwiceIsHeardOnce(seed: UInt64) async throws {
    var schedule = Schedule(seed: seed, steps: 30)
    schedule.faults = { number, dice in number < 12 ? .chunksRepeated(seed: dice.next()) : .none }

    try await schedule.run("repeated pieces")
  }

  @Test(arguments: Seeds.some(100))
  func aWatchConvergesUnderEveryScheduleOfFaults(seed: UInt64) async throws {
    try await Schedule(seed: seed, steps: 12).run("a schedule")
  }

  @Test(.needsOpenSSL, arguments: Seeds.some(8))
  func aWatchConvergesUnderNoiseOnTLS(seed: UInt64) async throws {
    var schedule = Schedule(seed: seed, steps: 8)
    schedule.scheme = .https
    schedule.faults = { number, dice in
      if number > 10 { return .none }
      let (place, bits) = (dice.upTo(3_000), UInt8(1 << dice.upTo(7)))
      switch dice.upTo(3) {
      case 0: return .answerGarbled(at: place, by: bits)
      case 1: return .requestGarbled(at: place, by: bits)
      case 2: return .answerRepeated(after: place, last: dice.upTo(200))
      default: return .answerCut(after: place, .orderly)
      }
    }

    try await schedule.run("noise on TLS")
  }
}

/// One watch, one writer and a proxy, all by one seed.
struct Schedule: Sendable {
  var seed: UInt64
  /// How many bursts of changes are written.
  var steps: Int
  var scheme = TestServer.Scheme.http
  /// What happens to a connection.
  var faults: @Sendable (Int, inout Dice) -> Fault = Self.anything

  init(seed: UInt64, steps: Int) {
    self.seed = seed
    self.steps = steps
    if seed % 4 == 3 { scheme = .unix }
  }

  /// The number of the last connection that may be ill.
  private static let lastFault = 12

  /// After some connections the network is well again.
  static func anything(_ number: Int, _ dice: inout Dice) -> Fault {
    if number > lastFault { return .none }
    let ending: Fault.Ending = dice.chance(2) ? .reset : .orderly
    switch dice.upTo(20) {
    case 0: return .refused
    case 1: return .delayed(milliseconds: dice.upTo(5))
    case 2: return .requestCut(after: dice.upTo(300), ending)
    case 3...8: return .answerCut(after: dice.upTo(2_000), ending)
    case 9: return .trickling
    case 10...12: return .chunksRepeated(seed: dice.next())
    case 13...16: return answers.randomElement(using: &dice) ?? .none
    // A silence costs a second of real time.
    case 17 where dice.chance(20): return .stalled(after: dice.upTo(1_000))
    default: return .none
    }
  }

  private static let answers = KnownFault.allCases.map(\.fault).filter {
    if case .replaced = $0 { true } else { false }
  }

  /// As many at a time as make sense here.
  func run(_ what: String) async throws {
    await Gate.schedules.enter()
    do {
      try await perform(what)
      await Gate.schedules.leave()
    } catch {
      await Gate.schedules.leave()
      throw error
    }
  }

  private func perform(_ what: String) async throws {
    // A short memory: who is away for long is told that its place is forgotten.
    let server = try await TestServer(scheme, remembering: 12)
    let witness = Witness()
    let chance = Locked(Dice(seed: seed ^ 0x5EED))
    let proxy = server.proxy { [faults] number in chance.withLock { faults(number, &$0) } }
    let watching = watch(server, proxy, witness)
    var writer = Writer(server: server, witness: witness, dice: Dice(seed: seed))
    for _ in 0..<steps {
      for _ in 0...writer.dice.upTo(6) { try await writer.write() }
      // Whatever the client has come to by then: the schedule does not wait for it.
      for _ in 0..<writer.dice.upTo(20) { await Task.yield() }
      if writer.dice.chance(3) { try? await Task.sleep(for: .milliseconds(writer.dice.upTo(4))) }
    }

    let name: Comment = "\(what), \(scheme); run it again with KSX_SEED=\(seed)"
    let truth = try await server.truth.list(.extensions)
    let elements = SortedElements(truth)
    if await eventually(name, { witness.elements == elements }) {
      #expect(witness.mistakes.isEmpty, "\(name): \(witness.mistakes.prefix(3))")
    }
    watching.cancel()
    await watching.value
    await server.leave()
  }

  private func watch(_ server: TestServer, _ proxy: FaultProxy, _ witness: Witness) -> Task<Void, Never> {
    // While the network is ill silence must not cost much; once it is well again, only the machine is slow.
    var cluster = server.cluster(through: proxy) {
      proxy.connections > Self.lastFault ? TestTimeout.seconds / 4 : TestTimeout.factor
    }
    cluster.timing = .impatient
    let watch = Watch(.extensions, in: cluster) { $0 }
    return Task { await watch.run { witness.saw($0) } }
  }
}
