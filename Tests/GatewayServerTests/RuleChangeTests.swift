import Client
import Extensions
import Glibc
import HTTP
import HTTPServer
import KubernetesAPI
import Manifest
import Platform
import TestSupport
import Testing

@testable import GatewayServer

/// Requests while the rules change and upstreams come and go: each is answered, by the upstream that its rule names.
@Suite(.endsInTime) struct RuleChangeTests {
  private static let requests = Seeds.isLong ? 100_000 : 3_000
  private static let changes = Seeds.isLong ? 1_000 : 60
  private static let restarts = Seeds.isLong ? 50 : 4
  private static let clients = 4

  @Test func noRequestIsLostOrGoesToTheWrongPlace() async throws {
    let first = try await Server.start(
      NamedUpstream(name: "a"), on: [.port(host: "127.0.0.1", port: 0, certificate: nil)])
    let second = try await Restarted(NamedUpstream(name: "b"))
    let urls = (a: first.addresses[0], b: second.url)
    try await GatewayFixture.with(Self.objects(urls, 0)) { gateway in
      try await withThrowingTaskGroup(of: Void.self) { group in
        for client in 0..<Self.clients {
          group.addTask { try await Self.ask(gateway.port, client, second) }
        }
        group.addTask {
          for change in 1...Self.changes {
            gateway.rules.set(Self.table(Self.objects(urls, change)))
            try await Task.sleep(for: .milliseconds(2))
          }
        }
        group.addTask {
          for _ in 1...Self.restarts {
            try await second.restart()
            try await Task.sleep(for: .milliseconds(20))
          }
        }
        try await group.waitForAll()
      }
    }
    await first.stop(grace: .zero)
    await second.stop()
  }

  /// Asks for all paths in turn; what fails says so, and only while `b` is away.
  private static func ask(_ port: UInt16, _ client: Int, _ b: Restarted) async throws {
    var connection = Connection(server: "http://127.0.0.1:\(port)")
    // What waits for a turn of the processor is not late.
    connection.requestTimeout = 5 * TestTimeout.seconds
    let transport = CurlTransport(connection)
    for number in 0..<(requests / clients) {
      let name = ["a", "b", "either"][(number + client) % 3]
      let before = b.restarts
      let response = try await transport.send(HTTPRequest(.get, "/proxy/\(name)/x"))
      let body = String(decoding: try await response.body.collected(), as: UTF8.self)
      if response.status == 502 {
        #expect(name != "a" && (b.isAway || b.restarts != before), "\(name): \(body)")
      } else {
        let answered = body.json["name"]?.string
        #expect(response.status == 200 && (answered == name || name == "either" && answered != nil), "\(name): \(body)")
      }
    }
  }

  private static func objects(_ urls: (a: String, b: String), _ change: Int) -> GatewayFixture.Objects {
    var objects = GatewayFixture.Objects()
    func proxy(_ name: String, _ path: String, _ url: String) -> Object {
      .rule(
        name,
        [
          "matcher": ["path": .string(path), "method": "*"], "upstream": ["url": .string(url)],
          "directives": ["headerDown": [.string("X-Change \(change)")]],
        ])
    }
    objects.proxies = [
      proxy("a", "/proxy/a/*", urls.a), proxy("b", "/proxy/b/*", urls.b),
      proxy("either", "/proxy/either/*", change.isMultiple(of: 2) ? urls.a : urls.b),
      proxy("extra\(change)", "/proxy/extra\(change)/*", urls.b),
    ]
    return objects
  }

  private static func table(_ objects: GatewayFixture.Objects) -> RouteTable {
    RouteTable(proxies: objects.proxies.map { ReverseProxyRule($0, dialect: objects.dialect) })
  }
}

/// An upstream that is stopped and started again on its port.
private final class Restarted: Sendable {
  let url: String
  private let port: Int
  private let handler: any Handler
  private let state: Locked<(server: Server?, restarts: Int)>

  init(_ handler: any Handler) async throws {
    self.handler = handler
    let server = try await Server.start(handler, on: [.port(host: "127.0.0.1", port: 0, certificate: nil)])
    url = server.addresses[0]
    port = try #require(url.split(separator: ":").last.flatMap { Int($0) })
    state = Locked((server, 0))
  }

  var isAway: Bool { state.withLock { $0.server == nil } }
  /// How often it has been stopped.
  var restarts: Int { state.withLock { $0.restarts } }

  func restart() async throws {
    let server = state.withLock { state in
      defer { state = (nil, state.restarts + 1) }
      return state.server
    }
    await server?.stop(grace: .seconds(1))
    // The port may for a moment be the one that another connection of this machine goes out by.
    let again = try await eventually("it listens again") {
      try? await Server.start(self.handler, on: [.port(host: "127.0.0.1", port: self.port, certificate: nil)])
    } when: { _ in
      true
    }
    state.withLock { $0 = (again, $0.restarts + 1) }
  }

  func stop() async {
    await state.withLock { $0.server }?.stop(grace: .zero)
  }
}

/// Says who it is.
private struct NamedUpstream: Handler {
  var name: String

  func respond(to request: IncomingRequest) async -> HTTPResponse {
    HTTPResponse(status: 200, json: ["name": .string(name)])
  }
}
