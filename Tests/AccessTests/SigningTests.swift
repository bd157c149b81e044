import APITestSupport
import Client
import HTTP
import KubernetesAPI
import Manifest
import Platform
import Testing

@testable import Access

/// Tokens that gateways sign, and the keys that they share.
@Suite struct SigningTests {
  private static let token = SignedToken(.access, of: "ada", login: "l", generation: 3, issued: 1_000)

  private func key(_ created: Int = 1) -> SigningKeys.Key { SigningKeys.Key(created: created) }

  @Test func aTokenIsReadWithTheKeyThatSignedIt() {
    let (key, other) = (key(), key(2))
    let text = Self.token.text(signedWith: key)

    #expect(SignedToken(text, signedWith: key) == Self.token)
    #expect(SignedToken(text, signedWith: other) == nil)
    #expect(SignedToken.key(of: text) == key.name)
    #expect(Self.token.expires == 1_000 + 7_200)
  }

  @Test func noByteOfATokenCanBeChanged() {
    let key = key()
    let text = Array(Self.token.text(signedWith: key).utf8)
    for index in text.indices {
      for byte in [UInt8(ascii: "A"), UInt8(ascii: "z"), UInt8(ascii: "."), 0] where text[index] != byte {
        var changed = text
        changed[index] = byte
        let token = SignedToken(String(decoding: changed, as: UTF8.self), signedWith: key)
        // The last letter of base64 has bits that mean nothing.
        #expect(token == nil || (index == text.count - 1 && token == Self.token))
      }
    }
  }

  @Test(arguments: [
    #"{"alg":"none","kid":"ksxd-1-00000000"}"#, #"{"alg":"RS256","kid":"ksxd-1-00000000"}"#, #"{"alg":"HS256"}"#,
    #"{"alg":"HS256","kid":"../../x"}"#, "[]", "",
  ])
  func whatOthersSignIsNotAGateways(header: String) {
    let parts = [header, #"{"iss":"ksxd","sub":"ada"}"#, ""].map { Base64.encodeForURL(Array($0.utf8)) }

    #expect(SignedToken.key(of: parts.joined(separator: ".")) == nil)
    #expect(SignedToken.key(of: String(repeating: "a", count: 100_000)) == nil)
  }

  @Test func allGatewaysSignWithOneKeyAlsoWhenTheyBeginAtOnce() async throws {
    let world = try await ClusterWorld()
    let gateways = (0..<8).map { _ in keys(world) }

    let names = try await withThrowingTaskGroup(of: String.self) { group in
      for keys in gateways { group.addTask { try await keys.newest().name } }
      return try await group.reduce(into: Set<String>()) { $0.insert($1) }
    }

    #expect(names.count == 1)
    let data = try await world.ask(.get, ClusterWorld.secret)["data"]?.mapping
    #expect(data?.pairs.map(\.key) == Array(names))
    #expect(data?.pairs.first?.value.string.flatMap(Base64.decode)?.count == 32)
  }

  @Test func anOldKeyIsRenewedOnceAndTheOneBeforeStillReads() async throws {
    let world = try await ClusterWorld()
    let (one, other) = (keys(world), keys(world))
    let first = try await one.newest()
    world.turn(30 * 86_400)

    let second = try await one.newest()

    #expect(second != first)
    #expect(try await other.newest() == second)
    #expect(try await other.key(first.name) == first)
    world.turn(30 * 86_400)
    _ = try await other.newest()
    #expect(try await other.key(first.name) == nil)
    #expect(try await other.key(second.name) == second)
  }

  @Test func aKeyThatAnotherGatewayMadeIsFoundAndNamesThatAreMadeUpCostARead() async throws {
    let world = try await ClusterWorld()
    let (one, other) = (keys(world), keys(world))
    _ = try await other.newest()
    world.turn(30 * 86_400 + 59)
    let second = try await one.newest()
    _ = try await other.key(second.name)
    world.turn(5)
    let before = world.requests.withLock { $0.count }

    for number in 0..<100 { #expect(try await other.key("ksxd-\(number)-00000000") == nil) }

    #expect(world.requests.withLock { $0.count } == before + 1)
    #expect(try await other.key(second.name) == second)
  }

  @Test func aKeyThatIsTakenOutIsNotBelievedAnyMore() async throws {
    let world = try await ClusterWorld()
    let gateway = world.gateway()
    let grant = try await gateway.logIn().value
    #expect(try await gateway.who(grant) == "ada ops,system:authenticated")

    try await world.ask(.delete, ClusterWorld.secret)
    world.turn(60)

    #expect(try await gateway.who(grant) == "401")
    #expect(try await gateway.logIn().status == 200)
  }

  @Test func anEmptySecretThatWasMadeBeforehandIsFilled() async throws {
    let world = try await ClusterWorld()
    var cluster = world.cluster
    cluster.fieldManager = "helm"
    let secret = Object(Resource.secrets, name: SigningKeys.secret, namespace: ClusterWorld.namespace)
    _ = try await cluster.create(Resource.secrets, secret)

    let key = try await keys(world).newest()

    #expect(try await keys(world).newest() == key)
  }

  private func keys(_ world: ClusterWorld) -> SigningKeys {
    SigningKeys(in: world.cluster, namespace: ClusterWorld.namespace, time: { world.time }, report: { _ in })
  }
}
