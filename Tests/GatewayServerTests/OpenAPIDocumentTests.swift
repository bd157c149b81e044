import Extensions
import HTTP
import HTTPServer
import KubernetesAPI
import Manifest
import Platform
import TestSupport
import Testing

@testable import GatewayServer

/// `/openapi/v2` of the gateway, with the documents of extensions' APIs.
@Suite struct OpenAPIDocumentTests {
  /// The server of an extension, with a document that a test changes.
  private final class Upstream: Handler {
    let document: Locked<HTTPResponse>
    let asked = Locked<[HTTPRequest]>([])

    init(_ document: HTTPResponse = HTTPResponse(status: 404, bytes: [])) { self.document = Locked(document) }

    func respond(to request: IncomingRequest) async -> HTTPResponse {
      asked.withLock { $0.append(request.head) }
      return document.withLock { $0 }
    }
  }

  private static let path = "/kapis/judge.example.com/v1"

  private static func document(_ description: String, tag: String? = nil) -> HTTPResponse {
    var response = HTTPResponse(
      status: 200,
      json: [
        "swagger": "2.0",
        "paths": [
          .init(path): ["get": ["description": .string(description), "responses": ["200": ["description": "OK"]]]]
        ],
        "definitions": ["Thing": ["description": .string(description)]],
      ])
    response.headers["ETag"] = tag
    return response
  }

  /// An API server with a document in both forms, which counts what it is asked.
  private final class API: CallerHandler {
    let asked = Locked<[HTTPRequest]>([])
    static let document: Value = [
      "swagger": "2.0", "info": ["title": "Kubernetes"], "paths": ["/apis/apps/v1": [:]],
      "definitions": ["Thing": ["type": "object"]],
    ]

    func respond(to request: IncomingRequest, from caller: Caller) async -> HTTPResponse {
      asked.withLock { $0.append(request.head) }
      let headers: HTTPHeaders = ["ETag": "\"1\""]
      if request.head.headers["If-None-Match"] == "\"1\"" {
        return HTTPResponse(status: 304, headers: headers, bytes: [])
      }
      guard let accept = request.head.headers["Accept"], accept.contains("protobuf") else {
        return HTTPResponse(status: 200, headers: headers, bytes: JSON.bytes(Self.document))
      }
      return HTTPResponse(
        status: 200, headers: ["ETag": "\"1\"", "Content-Type": "x/protobuf"],
        bytes: OpenAPIProtobuf.encode(Self.document))
    }
  }

  private static func with(
    _ upstream: Upstream, api: API = API(), _ change: (inout GatewaySettings) -> Void = { _ in },
    _ body: (GatewayFixture) async throws -> Void
  ) async throws {
    let server = try await Server.start(upstream, on: [.port(host: "127.0.0.1", port: 0, certificate: nil)])
    var objects = GatewayFixture.Objects()
    objects.services = [
      .rule(
        "v1.judge.example.com",
        ["group": "judge.example.com", "version": "v1", "url": .string(server.addresses[0])])
    ]
    do {
      try await GatewayFixture.with(objects, api: api, change, body)
      await server.stop(grace: .zero)
    } catch {
      await server.stop(grace: .zero)
      throw error
    }
  }

  /// Reads the documents that are due at `time` after now.
  private static func review(_ fixture: GatewayFixture, after time: Duration = .zero) async {
    let sources = fixture.gateway.openAPI
    for rule in sources.wanted(in: fixture.rules.table, .now + time) { await sources.read(rule) }
  }

  private static func document(of fixture: GatewayFixture) async throws -> Value {
    try await fixture.ask("/openapi/v2").body.json
  }

  @Test func theDocumentOfAnExtensionIsMergedIntoThatOfTheServer() async throws {
    let upstream = Upstream(Self.document("first", tag: "\"a\""))
    try await Self.with(upstream) { fixture in
      let before = try await fixture.ask("/openapi/v2").body.json
      await Self.review(fixture)
      let merged = try await fixture.ask("/openapi/v2")
      let document = merged.body.json

      #expect(before == API.document)
      #expect(document["paths"]?.mapping?.keys == ["/apis/apps/v1", Self.path])
      #expect(document[path: "definitions", "Thing_v2", "description"] == "first")
      #expect(document["info"] == ["title": "Kubernetes"])
      #expect(merged.headers["Content-Type"] == "application/json")
      let asked = try #require(upstream.asked.withLock { $0 }.first)
      #expect(asked.target == "/openapi/v2" && asked.headers["X-Remote-User"] == "system:aggregator")
    }
  }

  @Test func kubectlIsGivenTheSameInProtocolBuffers() async throws {
    try await Self.with(Upstream(Self.document("first"))) { fixture in
      await Self.review(fixture)
      let accept = OpenAPIProtobuf.wantedTypes[0]
      let answer = try await fixture.ask("/openapi/v2", headers: ["Accept": accept])

      #expect(answer.headers["Content-Type"] == "x/protobuf")
      var merge = OpenAPIMerge(into: API.document)
      for excerpt in fixture.gateway.openAPI.collected.excerpts { merge.add(try JSON.parse(excerpt)) }
      let bytes = OpenAPIProtobuf.encode(API.document) + OpenAPIProtobuf.encode(merge.additions)
      #expect(answer.body == String(decoding: bytes, as: UTF8.self))
      #expect(answer.body.contains("Thing_v2"))
    }
  }

  @Test func whoHasTheMergedDocumentIsToldSoUntilAnotherIsRead() async throws {
    let (upstream, api) = (Upstream(Self.document("first", tag: "\"a\"")), API())
    try await Self.with(upstream, api: api) { fixture in
      await Self.review(fixture)
      let tag = try #require(try await fixture.ask("/openapi/v2").headers["ETag"])
      let again = try await fixture.ask("/openapi/v2", headers: ["If-None-Match": tag])
      upstream.document.withLock { $0 = HTTPResponse(status: 304, bytes: []) }
      await Self.review(fixture, after: .seconds(61))
      let unchanged = try await fixture.ask("/openapi/v2", headers: ["If-None-Match": tag])
      upstream.document.withLock { $0 = Self.document("second") }
      await Self.review(fixture, after: .seconds(122))
      let changed = try await fixture.ask("/openapi/v2", headers: ["If-None-Match": tag])

      #expect([again.status, unchanged.status, changed.status] == [304, 304, 200])
      #expect(changed.body.json[path: "definitions", "Thing_v2", "description"] == "second")
      #expect(upstream.asked.withLock { $0.map { $0.headers["If-None-Match"] } } == [nil, "\"a\"", "\"a\""])
      // The server's document is read whole only when one of the two has changed.
      #expect(api.asked.withLock { $0.filter { $0.headers["If-None-Match"] == nil }.count } == 2)
    }
  }

  @Test(arguments: [
    HTTPResponse(status: 500, bytes: []), HTTPResponse(status: 200, bytes: Array("no".utf8)),
    HTTPResponse(status: 200, json: ["swagger": "2.0", "paths": [:]]),
    HTTPResponse(status: 200, bytes: [UInt8](repeating: 32, count: OpenAPISources.longest + 1)),
  ])
  func aBrokenServerIsLeftOutAndToldOnce(response: HTTPResponse) async throws {
    let told = Locked<[String]>([])
    try await Self.with(Upstream(response)) { settings in
      settings.report = { text in told.withLock { $0.append(text) } }
    } _: { fixture in
      await Self.review(fixture)
      await Self.review(fixture, after: .seconds(61))

      let found = try await Self.document(of: fixture)
      #expect(found == API.document)
      let texts = told.withLock { $0 }
      #expect(texts.count == 1 && texts[0].hasPrefix("apiService v1.judge.example.com: its OpenAPI 2 is left out: "))
    }
  }

  @Test func aServerThatDoesNotAnswerKeepsWhatItSaidAndOneThatIsGoneDoesNot() async throws {
    let upstream = Upstream(Self.document("first"))
    try await Self.with(upstream) { fixture in
      await Self.review(fixture)
      upstream.document.withLock { $0 = HTTPResponse(status: 503, bytes: []) }
      await Self.review(fixture, after: .seconds(61))
      let kept = try await Self.document(of: fixture)
      #expect(kept[path: "paths", Self.path] != nil)

      fixture.rules.set(RouteTable())
      await Self.review(fixture)
      let found = try await Self.document(of: fixture)
      #expect(found == API.document)
    }
  }

  @Test func noRequestWaitsForAServerThatIsBeingAsked() async throws {
    let upstream = LoopbackServer { _ in [] }
    var objects = GatewayFixture.Objects()
    objects.services = [
      .rule("v1", ["group": "judge.example.com", "version": "v1", "url": .string(upstream.base)])
    ]
    try await GatewayFixture.with(objects, api: API()) { fixture in
      let reading = Task { await Self.review(fixture) }
      let found = try await Self.document(of: fixture)
      #expect(found == API.document)
      upstream.stop()
      await reading.value
    }
  }
}
