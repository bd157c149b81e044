import Client
import Extensions
import HTTP
import HTTPServer
import KubernetesAPI
import Manifest
import TestSupport
import Testing

@testable import GatewayServer

/// A gateway on a port of this machine, with rules that a test writes down.
struct GatewayFixture: Sendable {
  let port: UInt16
  let rules = GatewayRules()
  let gateway: Gateway
  private let server: Server

  /// Objects of rules by kind.
  struct Objects {
    var services: [Object] = []
    var bundles: [Object] = []
    var proxies: [Object] = []
    var namespaces: [String: Set<String>] = [:]
    var dialect = Dialect.installPlan
  }

  private init(
    _ settings: GatewaySettings, _ user: User, _ dialect: Dialect, _ api: any CallerHandler, _ cluster: Cluster?
  ) async throws {
    gateway = Gateway(
      rules, in: cluster ?? Cluster(transport: InProcessTransport(api)), dialect: dialect, settings: settings,
      around: api)
    server = try await Server.start(
      AsUser(user: user, handler: gateway), on: [.port(host: "127.0.0.1", port: 0, certificate: nil)])
    port = try #require(server.addresses[0].split(separator: ":").last.flatMap { UInt16($0) })
  }

  /// Runs `body` with a gateway that serves `objects`.
  static func with(
    _ objects: Objects, user: User = User(name: "admin", groups: ["system:authenticated"]),
    api: any CallerHandler = NoAPI(), cluster: Cluster? = nil, _ change: (inout GatewaySettings) -> Void = { _ in },
    _ body: (GatewayFixture) async throws -> Void
  ) async throws {
    var settings = GatewaySettings()
    settings.upstreams.addresses.allowsLoopback = true
    change(&settings)
    let fixture = try await GatewayFixture(settings, user, objects.dialect, api, cluster)
    let dialect = objects.dialect
    fixture.rules.set(
      RouteTable(
        services: objects.services.map { APIServiceRule($0, dialect: dialect) },
        bundles: objects.bundles.map { JSBundleRule($0, dialect: dialect) },
        proxies: objects.proxies.map { ReverseProxyRule($0, dialect: dialect) }), namespaces: objects.namespaces)
    do {
      try await body(fixture)
      await fixture.server.stop(grace: .zero)
    } catch {
      await fixture.server.stop(grace: .zero)
      throw error
    }
  }

  /// What the gateway answers to a whole request.
  func ask(
    _ target: String, _ method: HTTPRequest.Method = .get, headers: HTTPHeaders = [:], body: String = ""
  ) async throws -> (status: Int, headers: HTTPHeaders, body: String) {
    var connection = Connection(server: "http://127.0.0.1:\(port)")
    // What waits for a turn of the processor is not late.
    connection.requestTimeout = 5 * TestTimeout.seconds
    let transport = CurlTransport(connection)
    var request = HTTPRequest(method, target, headers: headers)
    request.body = Array(body.utf8)
    let response = try await transport.send(request)
    let bytes = try await response.body.collected()
    return (response.status, response.headers, String(decoding: bytes, as: UTF8.self))
  }

  /// Stops as a gateway does that is told to.
  func stop(grace: Duration) async { await server.stop(grace: grace) }

  func connect() throws -> RawConnection { try RawConnection(port: port) }
}

/// Answers every request as one user's.
private struct AsUser: Handler {
  var user: User
  var handler: any CallerHandler

  func respond(to request: IncomingRequest) async -> HTTPResponse {
    await handler.respond(to: request, from: Caller(user))
  }
}

/// A cluster without anything.
struct NoAPI: CallerHandler {
  func respond(to request: IncomingRequest, from caller: Caller) async -> HTTPResponse {
    Status.unknownResource.response
  }
}

extension GatewayFixture.Objects {
  /// One ReverseProxy on all paths below `/proxy/` that leads to `url`.
  static func proxy(to url: String, _ more: Mapping = [:]) -> GatewayFixture.Objects {
    var spec: Mapping = ["matcher": ["path": "/proxy/*", "method": "*"], "upstream": ["url": .string(url)]]
    for pair in more.pairs { spec[pair.key] = pair.value }
    var objects = GatewayFixture.Objects()
    objects.proxies = [.rule("p", .mapping(spec))]
    return objects
  }

  static func service(at url: String, _ more: Mapping = [:], state: String? = "Available") -> GatewayFixture.Objects {
    var spec: Mapping = ["group": "judge.example.com", "version": "v1alpha1", "url": .string(url)]
    for pair in more.pairs { spec[pair.key] = pair.value }
    var objects = GatewayFixture.Objects()
    objects.services = [.rule("v1alpha1.judge.example.com", state: state, .mapping(spec))]
    return objects
  }

  static func bundle(_ spec: Value, state: String = "Available", extension: String = "b") -> GatewayFixture.Objects {
    var objects = GatewayFixture.Objects()
    objects.bundles = [.rule("b", state: state, labels: ["kubesphere.io/extension-ref": `extension`], spec)]
    return objects
  }
}

extension Object {
  static func rule(
    _ name: String, state: String? = "Available", labels: [String: String] = [:], _ spec: Value
  ) -> Object {
    var fields: Mapping = ["spec": spec]
    if let state { fields["status"] = ["state": .string(state)] }
    return Object(Dialect.installPlan.reverseProxies, name: name, labels: labels, fields)
  }
}

/// An upstream that answers with what it was asked, as the one behind the recorded exchanges did.
struct EchoUpstream: Handler {
  func respond(to request: IncomingRequest) async -> HTTPResponse {
    let body = (try? await request.body.collected()) ?? []
    if let offer = request.upgrade {
      return HTTPResponse(
        status: 101, headers: ["Connection": "Upgrade", "Upgrade": offer.protocols[0]], body: offer.bytes)
    }
    let fields = request.head.headers.fields.map { Value.sequence([.string($0.name), .string($0.value)]) }
    let value: Value = [
      "method": .string(request.head.method.rawValue), "path": .string(request.head.target),
      "headers": .sequence(fields), "size": .integer(body.count),
      "body": .string(String(decoding: body.prefix(100), as: UTF8.self)),
    ]
    var response = HTTPResponse(status: request.head.target.hasSuffix("/teapot") ? 418 : 200, json: value)
    response.headers.add("X-Upstream", "echo")
    if request.head.target.hasSuffix("/redirect") {
      response.status = 302
      response.headers.add("Location", "http://\(request.head.headers["Host"] ?? "")/elsewhere")
    }
    return response
  }

  /// Runs `body` with one on a port of this machine.
  static func with(
    certificate: Listener.Certificate? = nil, _ body: (String) async throws -> Void
  ) async throws {
    let server = try await Server.start(
      EchoUpstream(), on: [.port(host: "127.0.0.1", port: 0, certificate: certificate)])
    do {
      try await body(server.addresses[0])
      await server.stop(grace: .zero)
    } catch {
      await server.stop(grace: .zero)
      throw error
    }
  }
}

extension String {
  /// The value of this JSON text.
  var json: Value { (try? JSON.parse(Array(utf8))) ?? .null }
}

extension Value {
  /// The fields that an `EchoUpstream` was sent, as `Name: value`.
  var echoed: [String] {
    (self["headers"]?.sequence ?? []).compactMap { field in
      guard let pair = field.sequence, pair.count == 2 else { return nil }
      return "\(pair[0].string ?? ""): \(pair[1].string ?? "")"
    }
  }
}
