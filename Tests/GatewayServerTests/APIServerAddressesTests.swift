import Client
import HTTP
import KubernetesAPI
import Manifest
import NIOCore
import Platform
import Testing

@testable import GatewayServer

/// Where the API server is, which no object may lead to.
@Suite struct APIServerAddressesTests {
  /// A cluster whose objects and names a test changes, and a clock.
  private final class World: Sendable {
    let objects = Locked<[String: Value]>([:])
    let names = Locked<Set<String>>([])
    let told = Locked<[String]>([])
    let time = Locked(Duration.zero)

    struct Server: Transport {
      var world: World

      func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
        let found = world.objects.withLock { $0[request.target] ?? $0["*"] }
        guard let found else {
          return Status(code: 404, reason: "NotFound", message: "not found").response
        }
        guard found.mapping != nil else {
          return Status(code: found.integer ?? 500, reason: "Forbidden", message: "no").response
        }
        return HTTPResponse(status: 200, json: found)
      }
    }

    func origin() -> APIServerAddresses.Origin {
      var cluster = Cluster(transport: Server(world: self))
      cluster.timing = Timing(now: { self.time.withLock { $0 } }, sleep: { _ in }, random: { 0 })
      var origin = APIServerAddresses.Origin(ServerAddress("https://api.example:6443"), in: cluster) { text in
        self.told.withLock { $0.append(text) }
      }
      origin.lookUp = { _, _ in self.names.withLock { $0 } }
      return origin
    }

    func set(_ path: String, _ kind: String, _ fields: Mapping) {
      var value: Mapping = [
        "kind": .string(kind), "apiVersion": path.hasPrefix("/api/") ? "v1" : "discovery.k8s.io/v1",
        "metadata": ["name": "kubernetes", "namespace": "default", "resourceVersion": "1"],
      ]
      for pair in fields.pairs { value[pair.key] = pair.value }
      objects.withLock { [value] in $0[path] = .mapping(value) }
    }
  }

  private static let service = "/api/v1/namespaces/default/services/kubernetes"
  private static let endpoints = "/api/v1/namespaces/default/endpoints/kubernetes"
  private static let slice = "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices/kubernetes"

  private let world = World()
  private let addresses = APIServerAddresses()

  private func known(_ candidates: String...) -> [String] { candidates.filter(addresses.contains) }

  @Test func theServerIsKnownByItsNameItsServiceAndItsOwnAddresses() async throws {
    world.names.withLock { $0 = ["192.0.2.1:6443"] }
    world.set(
      Self.service, "Service",
      ["spec": ["clusterIPs": ["10.96.0.1", "fd00::1"], "ports": [["name": "https", "port": 443]]]])
    world.set(
      Self.slice, "EndpointSlice",
      ["ports": [["port": 6443]], "endpoints": [["addresses": ["10.0.0.5"]], ["addresses": ["10.0.0.6"]]]])

    await addresses.review(world.origin())

    #expect(known("192.0.2.1:6443", "10.96.0.1:443", "[fd00::1]:443", "10.0.0.5:6443", "10.0.0.6:6443").count == 5)
    #expect(known("192.0.2.1:443", "10.96.0.1:6443").isEmpty)
    let rules = AddressRules(apiServer: addresses)
    #expect(rules.problem(with: try SocketAddress(ipAddress: "10.0.0.6", port: 6443)) != nil)
  }

  @Test func olderClustersHaveEndpoints() async {
    world.set(
      Self.endpoints, "Endpoints",
      [
        "subsets": [
          [
            "addresses": [["ip": "10.0.0.5"]], "notReadyAddresses": [["ip": "2001:DB8::0:5"]],
            "ports": [["port": 6443]],
          ]
        ]
      ])

    await addresses.review(world.origin())

    #expect(known("10.0.0.5:6443", "[2001:db8::5]:6443").count == 2)
  }

  @Test func anAddressThatChangesIsLearntAndTheFormerForgottenLater() async {
    world.names.withLock { $0 = ["192.0.2.1:6443"] }
    await addresses.review(world.origin())
    world.names.withLock { $0 = ["192.0.2.2:6443"] }
    world.time.withLock { $0 = .seconds(300) }
    await addresses.review(world.origin())
    #expect(known("192.0.2.1:6443", "192.0.2.2:6443").count == 2)

    world.time.withLock { $0 = .seconds(700) }
    await addresses.review(world.origin())
    #expect(known("192.0.2.1:6443", "192.0.2.2:6443") == ["192.0.2.2:6443"])
  }

  @Test func nothingIsForgottenWhileTheNameOrTheClusterGivesNoAnswer() async {
    world.names.withLock { $0 = ["192.0.2.1:6443"] }
    world.set(Self.service, "Service", ["spec": ["clusterIP": "10.96.0.1", "ports": [["port": 443]]]])
    await addresses.review(world.origin())
    world.names.withLock { $0 = [] }
    world.time.withLock { $0 = .seconds(1_000) }
    await addresses.review(world.origin())
    world.names.withLock { $0 = ["192.0.2.1:6443"] }
    world.objects.withLock { $0 = ["*": 503] }
    await addresses.review(world.origin())

    #expect(known("192.0.2.1:6443", "10.96.0.1:443").count == 2)
    #expect(world.told.withLock { $0.isEmpty })
  }

  @Test func aMissingRightIsToldOnce() async {
    world.names.withLock { $0 = ["192.0.2.1:6443"] }
    world.objects.withLock { $0 = ["*": 403] }

    for _ in 0..<2 { await addresses.review(world.origin()) }

    #expect(known("192.0.2.1:6443").count == 1)
    #expect(world.told.withLock { $0.count } == 1)
  }
}
