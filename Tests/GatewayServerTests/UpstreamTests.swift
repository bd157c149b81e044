import Extensions
import HTTP
import HTTPServer
import KubernetesAPI
import Manifest
import Platform
import TestSupport
import Testing

@testable import GatewayServer

/// Upstreams that do what no friend does, and connections to them.
@Suite struct UpstreamTests {
  private static let ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

  @Test func aConnectionToAnUpstreamServesManyRequests() async throws {
    let server = try await Server.start(
      CountingUpstream.shared, on: [.port(host: "127.0.0.1", port: 0, certificate: nil)])
    try await GatewayFixture.with(.proxy(to: server.addresses[0])) { gateway in
      let connection = try gateway.connect()
      for _ in 0..<20 {
        connection.say("GET /proxy/a HTTP/1.1\r\nHost: x\r\n\r\n")
        _ = await connection.hear(until: "\r\n\r\nok")
      }
      #expect(await server.connections.count == 1)
    }
    await server.stop(grace: .zero)
  }

  @Test func aKeptConnectionThatTheUpstreamHasClosedCostsAReaderNothing() async throws {
    let upstream = LoopbackServer { _ in [.send(Self.ok), .pause(milliseconds: 20), .close] }
    try await GatewayFixture.with(.proxy(to: upstream.base)) { gateway in
      let connection = try gateway.connect()
      for _ in 0..<20 {
        connection.say("GET /proxy/a HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(await connection.hear(until: "\r\n\r\nok").hasPrefix("HTTP/1.1 200"))
      }
    }
    upstream.stop()
  }

  @Test func nothingIsSentTwiceThatCouldBeDoneTwice() async throws {
    let upstream = LoopbackServer { request in request.method == "POST" ? [.close] : [.send(Self.ok)] }
    try await GatewayFixture.with(.proxy(to: upstream.base)) { gateway in
      let first = try await gateway.ask("/proxy/a")
      let second = try await gateway.ask("/proxy/a", .post, body: "x")
      #expect(first.status == 200)
      #expect(second.status == 502)
    }
    #expect(upstream.requests.filter { $0.method == "POST" }.count == 1)
    upstream.stop()
  }

  @Test(arguments: [
    ("", "EOF"), ("nonsense\r\n\r\n", "malformed HTTP response"), ("HTTP/1.1 2", "malformed HTTP response"),
    ("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok", "malformed HTTP response"),
    ("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\nok", "malformed HTTP response"),
    ("HTTP/1.1 200 OK\r\nX: a\u{0}b\r\n\r\n", "malformed HTTP response"),
  ])
  func anAnswerThatIsNoneIsABadGateway(text: String, reason: String) async throws {
    let upstream = LoopbackServer { _ in [.send(text), .close] }
    try await GatewayFixture.with(.proxy(to: upstream.base)) { gateway in
      let answer = try await gateway.ask("/proxy/a")

      #expect(answer.status == 502)
      #expect(answer.body.contains(reason))
    }
    upstream.stop()
  }

  @Test(arguments: [
    "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nhalf",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nZ\r\n",
  ])
  func anAnswerThatIsCutShortIsNotTakenForAWholeOne(text: String) async throws {
    let upstream = LoopbackServer { _ in [.send(text), .close] }
    try await GatewayFixture.with(.proxy(to: upstream.base)) { gateway in
      let connection = try gateway.connect()
      connection.say("GET /proxy/a HTTP/1.1\r\nHost: x\r\n\r\nGET /proxy/b HTTP/1.1\r\nHost: x\r\n\r\n")
      let heard = await connection.hear()

      #expect(!heard.contains("\r\n0\r\n"))
      #expect(heard.hasSuffix("half") || heard.hasSuffix("half\r\n") || !heard.contains("half"))
      #expect(!heard.dropFirst(10).contains("HTTP/1.1"))
    }
    upstream.stop()
  }

  @Test func anUpstreamThatSaysNothingIsGivenUpInTime() async throws {
    let upstream = LoopbackServer { _ in [.stall] }
    try await GatewayFixture.with(.proxy(to: upstream.base)) { settings in
      settings.upstreams.answerTimeout = .milliseconds(50)
    } _: { gateway in
      let answer = try await gateway.ask("/proxy/a")

      #expect(answer.status == 504)
      #expect(answer.body.json[path: "ErrStatus", "reason"] == "Gateway Timeout")
      // On a busy machine it may be given up before it is connected.
      await eventually { upstream.disconnects == upstream.requests.count }
    }
    upstream.stop()
  }

  @Test func aBodyMayTakeLongerThanItsAnswer() async throws {
    try await EchoUpstream.with { upstream in
      try await GatewayFixture.with(.proxy(to: upstream)) { settings in
        settings.upstreams.answerTimeout = .seconds(8)
      } _: { gateway in
        let connection = try gateway.connect()
        connection.say("POST /proxy/a HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nab")
        // What is tested is that this time passes.
        try await Task.sleep(for: .milliseconds(8200))
        connection.say("cd")

        #expect(await connection.hear(until: "\"abcd\"").hasPrefix("HTTP/1.1 200"))
      }
    }
  }

  @Test func noTrailerPassesForAnothersWord() async throws {
    try await EchoUpstream.with { upstream in
      try await GatewayFixture.with(.proxy(to: upstream)) { gateway in
        let connection = try gateway.connect()
        connection.say(
          "POST /proxy/a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n"
            + "X-Remote-User: root\r\nX-Sum: 1\r\n\r\n")

        #expect(await connection.hear(until: "\"body\":\"a\"").hasPrefix("HTTP/1.1 200"))
      }
    }
    let trailers: HTTPHeaders = [
      "X-Remote-User": "root", "Authorization": "x", "Content-Length": "9", "Transfer-Encoding": "chunked",
      "X-Sum": "1",
    ]
    #expect(UpstreamRelay.passedOn(trailers).fields.map(\.name) == ["X-Sum"])
  }

  @Test func whatIsSaidOfTheConnectionBeforeAnAnswerStaysThere() async throws {
    let upstream = LoopbackServer { _ in
      [.send("HTTP/1.1 103 Early Hints\r\nConnection: X-Own\r\nX-Own: 1\r\nLink: </a>\r\n\r\n" + Self.ok)]
    }
    try await GatewayFixture.with(.proxy(to: upstream.base)) { gateway in
      let connection = try gateway.connect()
      connection.say("GET /proxy/a HTTP/1.1\r\nHost: x\r\n\r\n")
      let heard = await connection.hear(until: "\r\n\r\nok")

      #expect(heard.hasPrefix("HTTP/1.1 103 ") && !heard.contains("X-Own"))
      #expect(heard.contains("\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\n"))
    }
    upstream.stop()
  }

  @Test func anUpstreamIsLeftWhenTheClientLeaves() async throws {
    let upstream = LoopbackServer { _ in
      [.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n"), .stall]
    }
    try await GatewayFixture.with(.proxy(to: upstream.base)) { gateway in
      var connection: RawConnection? = try gateway.connect()
      connection?.say("GET /proxy/a HTTP/1.1\r\nHost: x\r\n\r\n")
      // What has come is not held back until there is more.
      _ = await connection?.hear(until: "2\r\nab\r\n")

      connection = nil

      await eventually { upstream.disconnects == 1 }
    }
    upstream.stop()
  }

  @Test func anAnswerThatEndsWithItsConnectionIsSentInChunks() async throws {
    let upstream = LoopbackServer { _ in [.send("HTTP/1.0 200 OK\r\n\r\nto the end"), .close] }
    try await GatewayFixture.with(.proxy(to: upstream.base)) { gateway in
      let connection = try gateway.connect()
      for _ in 0..<2 {
        connection.say("GET /proxy/a HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(await connection.hear(until: "\r\n0\r\n\r\n").hasSuffix("\r\n\r\na\r\nto the end\r\n0\r\n\r\n"))
      }
    }
    upstream.stop()
  }

  @Test func whatIsAboutOneConnectionIsNotPassedOn() async throws {
    let upstream = LoopbackServer { _ in
      [
        .send(
          "HTTP/1.1 200 OK\r\nConnection: X-Own\r\nX-Own: 1\r\nKeep-Alive: 1\r\nX-Kept: 2\r\nContent-Length: 2\r\n\r\nok"
        )
      ]
    }
    try await GatewayFixture.with(.proxy(to: upstream.base)) { gateway in
      let answer = try await gateway.ask("/proxy/a")

      #expect(answer.headers["X-Own"] == nil && answer.headers["Keep-Alive"] == nil)
      #expect(answer.headers["X-Kept"] == "2")
    }
    upstream.stop()
  }

  @Test func aWordBeforeTheAnswerGoesOnAndSoDoesTheBodyThatWaitsForIt() async throws {
    try await EchoUpstream.with { url in
      try await GatewayFixture.with(.proxy(to: url)) { gateway in
        let connection = try gateway.connect()
        connection.say("POST /proxy/a HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n")
        #expect(await connection.hear(until: "\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n")
        connection.say("ab")
        #expect(await connection.hear(until: "\"body\":\"ab\"").hasPrefix("HTTP/1.1 200"))
      }
    }
  }

  @Test func aHeadHasNoBodyAndTheConnectionGoesOn() async throws {
    try await EchoUpstream.with { url in
      try await GatewayFixture.with(.proxy(to: url)) { gateway in
        let connection = try gateway.connect()
        connection.say("HEAD /proxy/a HTTP/1.1\r\nHost: x\r\n\r\nGET /proxy/teapot HTTP/1.1\r\nHost: x\r\n\r\n")
        let heard = await connection.hear(until: "\"size\":0")

        #expect(heard.contains("\r\n\r\nHTTP/1.1 418"))
      }
    }
  }

  // What browsers ask for, and what kubectl exec does.
  @Test(arguments: ["websocket", "SPDY/3.1"]) func afterAnUpgradeBytesGoBothWays(name: String) async throws {
    try await EchoUpstream.with { url in
      try await GatewayFixture.with(.proxy(to: url)) { gateway in
        let connection = try gateway.connect()
        connection.say("GET /proxy/a HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: \(name)\r\n\r\n")
        let head = await connection.hear(until: "\r\n\r\n")
        connection.say("\u{1}some bytes\r\n\r\n")

        #expect(head.hasPrefix("HTTP/1.1 101"))
        #expect(head.lowercased().contains("\r\nupgrade: \(name.lowercased())\r\n"))
        #expect(await connection.hear(until: "bytes\r\n\r\n") == "\u{1}some bytes\r\n\r\n")
      }
    }
  }

  @Test func whatIsToldOfAnAnswerIsWhatTheClientGets() async throws {
    let told = Locked<[UpstreamRelay.Outcome]>([])
    let pools = UpstreamPools(Self.loopback)
    try await EchoUpstream.with { url in
      for (path, rejects) in [("/redirect", true), ("/redirect", false), ("/teapot", true)] {
        let rule = ReverseProxyRule(
          .rule(
            "p",
            [
              "matcher": ["path": "/*", "method": "*"], "upstream": ["url": .string(url)],
              "directives": ["rejectForwardingRedirects": .bool(rejects)],
            ]), dialect: .installPlan)
        try await asked(rule, path, pools) { outcome in told.withLock { $0.append(outcome) } }
      }
    }

    let statuses = told.withLock { $0.compactMap(\.status) }
    #expect(statuses == [502, 302, 418])
  }

  private static var loopback: UpstreamSettings {
    var settings = UpstreamSettings()
    settings.addresses.allowsLoopback = true
    return settings
  }

  /// Has `rule` answer a request on a connection of its own, and tells what comes of it.
  private func asked(
    _ rule: ReverseProxyRule, _ path: String, _ pools: UpstreamPools,
    _ report: @escaping @Sendable (UpstreamRelay.Outcome) -> Void
  ) async throws {
    var settings = GatewaySettings()
    settings.upstreams = Self.loopback
    let handler = Relaying(rule: rule, settings: settings, pools: pools, report: report)
    let server = try await Server.start(handler, on: [.port(host: "127.0.0.1", port: 0, certificate: nil)])
    let port = try #require(server.addresses[0].split(separator: ":").last.flatMap { UInt16($0) })
    let connection = try RawConnection(port: port)
    connection.say("GET \(path) HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    _ = await connection.hear()
    await server.stop(grace: .zero)
  }

  /// Answers by a rule.
  private struct Relaying: Handler {
    var rule: ReverseProxyRule
    var settings: GatewaySettings
    var pools: UpstreamPools
    var report: @Sendable (UpstreamRelay.Outcome) -> Void

    func respond(to request: IncomingRequest) async -> HTTPResponse {
      guard let path = try? RequestPath(request.head.target), let address = settings.upstreamAddress(rule.endpoint)
      else {
        return .pageNotFound
      }
      let sent = UpstreamRequest(rule, request.head, path, by: .init(user: nil, address: ""))
      return UpstreamRelay(sent, to: address, for: request, pools, report: report).response
    }
  }

  @Test func aGatewayThatStopsFinishesWhatItHasBegunAndLetsTheRestGo() async throws {
    let rest = LoopbackServer.Hold()
    let upstream = LoopbackServer { _ in
      [.send("HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nhalf"), .hold(rest), .send("more")]
    }
    try await GatewayFixture.with(.proxy(to: upstream.base)) { gateway in
      let (connection, idle) = (try gateway.connect(), try gateway.connect())
      connection.say("GET /proxy/a HTTP/1.1\r\nHost: x\r\n\r\n")
      _ = await connection.hear(until: "half")

      async let stopped: Void = gateway.stop(grace: .seconds(300))
      // One that waits for nothing is let go at once.
      #expect(await idle.hear().isEmpty)
      rest.letGo()
      #expect(await connection.hear() == "more")
      await stopped
    }
    upstream.stop()
  }
}

/// Says ok.
private struct CountingUpstream: Handler {
  static let shared = CountingUpstream()

  func respond(to request: IncomingRequest) async -> HTTPResponse {
    HTTPResponse(status: 200, headers: ["Content-Length": "2"], bytes: Array("ok".utf8))
  }
}
