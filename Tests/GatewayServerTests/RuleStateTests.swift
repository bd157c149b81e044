import Extensions
import HTTP
import KubernetesAPI
import Manifest
import Platform
import Testing

@testable import GatewayServer

@Suite struct RuleStateTests {
  /// A clock that a test turns.
  private final class Clock: Sendable {
    private let time = Locked(ContinuousClock.now)
    var now: ContinuousClock.Instant { time.withLock { $0 } }
    func turn(_ seconds: Double) { time.withLock { $0 += .seconds(seconds) } }
  }

  private static func rule(_ spec: Mapping) -> ReverseProxyRule {
    var all: Mapping = ["matcher": [["path": "/a"]], "upstream": ["backend": "http://a.example"]]
    for pair in spec.pairs { all[pair.key] = pair.value }
    return ReverseProxyRule(.rule("p", .mapping(all)), dialect: .subscription)
  }

  private static func requester(_ user: String, _ address: String = "192.0.2.1") -> UpstreamRequest.Requester {
    .init(user: User(name: user), address: address)
  }

  @Test func aLimitLetsThroughSoManyThenOneAfterAnother() {
    let clock = Clock()
    let ruleState = RuleState(now: { clock.now })
    let rule = Self.rule(["rateLimit": ["requests": 2, "per": "10s", "burst": 1]])

    for _ in 0..<3 { #expect(ruleState.refusal(of: rule, by: Self.requester("a")) == nil) }
    #expect(ruleState.refusal(of: rule, by: Self.requester("b"))?.headers["Retry-After"] == "5")
    clock.turn(5.01)
    #expect(ruleState.refusal(of: rule, by: Self.requester("b")) == nil)
    #expect(ruleState.refusal(of: rule, by: Self.requester("b"))?.status == 429)
  }

  @Test(arguments: [("user", true), ("address", false), ("all", false)])
  func aLimitCountsByUserByAddressOrAll(by: String, isApart: Bool) {
    let ruleState = RuleState()
    let rule = Self.rule(["rateLimit": ["requests": 1, "per": "1h", "by": .string(by)]])

    #expect(ruleState.refusal(of: rule, by: Self.requester("a")) == nil)
    #expect((ruleState.refusal(of: rule, by: Self.requester("b")) == nil) == isApart)
  }

  @Test func asManyCallersAsComeAreCountedInBoundedMemory() {
    let clock = Clock()
    let ruleState = RuleState(now: { clock.now })
    let rule = Self.rule(["rateLimit": ["requests": 1, "per": "24h", "by": "address"]])

    for number in 0..<(RuleState.maximumBuckets + 10) {
      _ = ruleState.refusal(of: rule, by: Self.requester("a", "2001:db8::\(number)"))
      clock.turn(0.001)
    }

    #expect(ruleState.bucketCount <= RuleState.maximumBuckets)
    // Those who have asked last are not let in by that.
    let last = Self.requester("a", "2001:db8::\(RuleState.maximumBuckets + 9)")
    #expect(ruleState.refusal(of: rule, by: last)?.status == 429)
  }

  @Test func aBreakerOpensTriesAndCloses() {
    let clock = Clock()
    let ruleState = RuleState(now: { clock.now })
    let rule = Self.rule(["circuitBreaker": ["failures": 2, "window": "10s", "openFor": "5s", "status": [500]]])
    func isOpen() -> Bool { ruleState.refusal(of: rule, by: Self.requester("a")) != nil }

    ruleState.note(.answered(500), of: rule)
    clock.turn(11)
    ruleState.note(.failed(.failed("x")), of: rule)
    #expect(!isOpen(), "one failure in each window")
    ruleState.note(.answered(500), of: rule)
    #expect(isOpen())
    clock.turn(5.1)
    #expect(!isOpen(), "one is let through to find out")
    #expect(isOpen(), "and only one")
    ruleState.note(.answered(500), of: rule)
    #expect(isOpen())
    clock.turn(5.1)
    #expect(!isOpen())
    ruleState.note(.answered(200), of: rule)
    #expect(!isOpen())
  }

  @Test func anUpstreamThatIsNotWellIsNotAsked() {
    let ruleState = RuleState()
    let rule = Self.rule([:])

    ruleState.setHealthCheckFailure("its health check answers 500", of: "p")
    #expect(ruleState.refusal(of: rule, by: Self.requester("a"))?.status == 503)
    ruleState.setHealthCheckFailure(nil, of: "p")
    #expect(ruleState.refusal(of: rule, by: Self.requester("a")) == nil)
  }
}
