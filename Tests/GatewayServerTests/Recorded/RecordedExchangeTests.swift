import Client
import Extensions
import HTTP
import HTTPServer
import KubernetesAPI
import Manifest
import Platform
import TestSupport
import Testing

@testable import GatewayServer

/// Every exchange that was recorded of a real gateway, played against this one.
@Suite(.needsData(.exchanges), .needsOpenSSL, .serialized) struct RecordedExchangeTests {
  /// Those that need a world of their own, or of which nothing can be asked.
  private static let apart: Set = [
    // What is disabled there is served in all others.
    "28",
    // Logins, one after another.
    "80", "81", "81.2", "82", "83", "86",
    // The API server is away.
    "88", "89",
  ]

  private static var played: [RecordedExchange] {
    RecordedExchange.all.filter { !apart.contains($0.number) && skipped[String($0.number.prefix(2))] == nil }
  }

  /// Those that cannot be asked of the gateway under test, and why.
  private static var skipped: [String: String] {
    var skipped = ["84": "there are no User objects of KubeSphere's"]
    guard RecordedWorld.kind == .gateway else { return skipped }
    for number in ["74", "75", "77", "78", "79"] { skipped[number] = "KubeSphere's webhooks are not there" }
    return skipped
  }

  @Test(arguments: played)
  func aRecordedExchangeIsAnsweredAlike(exchange: RecordedExchange) async throws {
    try await play(exchange, in: try await RecordedWorld.shared.value)
  }

  @Test func noExchangeIsLeftOutButForTheReasonsGiven() {
    #expect(RecordedExchange.all.count == 79)
    #expect(Self.played.count + Self.apart.count + Self.skipped.count == RecordedExchange.all.count)
    #expect(RecordedExchange.all.allSatisfy { $0.status >= 200 && !$0.number.isEmpty })
  }

  @Test func whatIsDisabledSaysSoAsRecorded() async throws {
    let exchange = try #require(RecordedExchange.all.first { $0.number == "28" })
    let world = try await RecordedWorld.shared.value
    let (name, path) = ("v1alpha1.judge.example.com", exchange.request.target)
    try await world.set("Disabled", of: name, path: path, status: 503)

    try await play(exchange, in: world)

    try await world.set("Available", of: name, path: path, status: 200)
  }

  @Test(
    .enabled(if: RecordedWorld.kind == .serve, "ksxd gateway has no logins of its own"),
    // A refresh token that comes a second time ends its login here, so that is played last.
    arguments: [["80", "81", "82", "83"], ["80", "81", "81.2"], ["86"]])
  func loginsGoAsRecorded(numbers: [String]) async throws {
    let world = try await RecordedWorld.shared.value
    var tokens: (access: String, refresh: String) = ("", "")
    for number in numbers {
      let exchange = try #require(RecordedExchange.all.first { $0.number == number })
      var request = exchange.request
      let form = String(decoding: request.body, as: UTF8.self)
        .replacingText("password=REDACTED", with: "password=" + world.password)
        .replacingText("refresh_token=REDACTED", with: "refresh_token=" + tokens.refresh)
      request.body = Array(form.utf8)
      if request.headers["Authorization"] != nil {
        request.headers["Authorization"] = number == "86" ? "Basic YWRtaW46d3Jvbmc=" : "Bearer " + tokens.access
      }
      let answer = try await world.ask(request)

      #expect(answer.status == (number == "81.2" ? 400 : exchange.status), "\(number): \(answer.body)")
      for field in exchange.headers.fields where ["Cache-Control", "Pragma", "Content-Type"].contains(field.name) {
        #expect(answer.headers[field.name] == field.value)
      }
      if let access = answer.body.json["access_token"]?.string, let refresh = answer.body.json["refresh_token"]?.string
      {
        #expect(keys(answer.body.json) == keys(exchange.body.json))
        tokens = (access, number == "80" ? refresh : tokens.refresh)
      }
    }
  }

  @Test(arguments: ["88", "89"]) func anAPIServerThatIsAwayIsToldAsRecorded(number: String) async throws {
    let exchange = try #require(RecordedExchange.all.first { $0.number == number })
    let connection = Connection(server: "http://127.0.0.1:9")
    let away = try #require(KubernetesRelay(connection))
    let cluster = Cluster(transport: CurlTransport(connection))

    try await GatewayFixture.with(GatewayFixture.Objects(), api: away, cluster: cluster) { gateway in
      let answer = try await gateway.ask(exchange.request.target)
      #expect(answer.status == exchange.status)
      #expect(answer.headers["Content-Type"] == exchange.headers["Content-Type"])
      if number == "88" {
        #expect(answer.body.json == exchange.body.replacingText("127.0.0.1:24339", with: "127.0.0.1:9").json)
      }
    }
  }

  @Test func everyDifferenceIsToldInTheDocument() throws {
    let document = try Files.text(
      String(#filePath.dropLast("Tests/GatewayServerTests/Recorded/RecordedExchangeTests.swift".count))
        + "docs/KUBESPHERE.md")
    let words = document.split { $0 == " " || $0 == "\n" }.joined(separator: " ")
    for (number, difference) in RecordedDifference.all {
      #expect(words.contains(difference.told), "\(number): \(difference.told)")
      #expect(RecordedExchange.all.contains { $0.number == number }, "there is no exchange \(number)")
    }
  }

  private func keys(_ value: Value) -> Set<String> { Set(value.mapping?.pairs.map(\.key) ?? []) }

  private func play(_ exchange: RecordedExchange, in world: RecordedWorld) async throws {
    var request = exchange.request
    if request.headers["Authorization"] != nil { request.headers["Authorization"] = world.credential }
    let answer = try await world.ask(request)

    let difference = RecordedDifference.all[exchange.number]
    #expect(answer.status == difference?.status ?? exchange.status, "\(answer.body)")
    compareHeaders(answer.headers, exchange, difference)
    compareBody(answer.body, exchange, difference)
  }

  private func compareHeaders(
    _ headers: HTTPHeaders, _ exchange: RecordedExchange, _ difference: RecordedDifference?
  ) {
    for name in [
      "Content-Type", "Location", "Server", "X-Upstream", "X-Set-Down", "Cache-Control", "X-Content-Type-Options",
    ] {
      let recorded = difference?.headers[name] ?? all(name, exchange.headers)
      #expect(all(name, headers) == recorded, "\(name)")
    }
  }

  private func all(_ name: String, _ headers: HTTPHeaders) -> String {
    headers.fields.filter { HTTPHeaders.same($0.name, name) }.map(\.value).joined(separator: ", ")
  }

  private func compareBody(_ body: String, _ exchange: RecordedExchange, _ difference: RecordedDifference?) {
    switch difference?.body {
    case .text(let text): #expect(body == text)
    case .part(let part): #expect(body.contains(part), "\(body)")
    case .upstream: #expect(body.json["path"]?.string == difference?.path, "\(body)")
    case nil where exchange.body.json["upstream"] != nil:
      var recorded = exchange.body.json
      if let path = difference?.path { recorded = recorded.setting(["path"], to: .string(path)) }
      #expect(asked(body.json, without: []) == asked(recorded, without: difference?.withheld ?? []))
    case nil where exchange.body.json != .null: compare(body.json, exchange.body.json)
    case nil: #expect(body == exchange.body)
    }
  }

  /// What an upstream was asked, in an order of its own; no credential of a caller is among it.
  private func asked(_ value: Value, without withheld: Set<String>) -> [String] {
    // What the client of the recording says of itself, and ours does not; and what ties requests together.
    let ignored = withheld.union([
      "authorization", "accept", "accept-encoding", "user-agent", "content-length", "traceparent", "via",
    ])
    let fields = value.echoed.filter { !ignored.contains($0.prefix { $0 != ":" }.lowercased()) }.map { field in
      field.prefix { $0 != ":" }.lowercased() + field.drop { $0 != ":" }
    }
    let rest = ["upstream", "method", "path", "body"].map { "\($0)=" + (value[$0]?.string ?? "") }
    return rest + fields.sorted()
  }

  /// An object of the API has fields of its time; those that were asked about are the same.
  private func compare(_ value: Value, _ recorded: Value) {
    guard let kind = recorded["kind"]?.string, kind != "Status" else { return #expect(value == recorded) }
    for key in ["apiVersion", "kind", "spec"] { #expect(value[key] == recorded[key], "\(key)") }
  }
}
