import HTTP
import HTTPServer
import Manifest
import TestSupport
import Testing

@testable import GatewayServer

/// Upstreams that agree to HTTP/2: requests are streams of few connections.
@Suite(.needsOpenSSL) struct UpstreamHTTP2Tests {
  /// Runs `body` with a gateway before an upstream that speaks HTTP/2, and nothing else.
  private func serving(
    streams: Int = 100, _ change: (inout GatewaySettings) -> Void = { _ in },
    _ body: (GatewayFixture, HTTP2Upstream) async throws -> Void
  ) async throws {
    try await HTTP2Upstream.with(streams: streams) { upstream in
      try await GatewayFixture.with(Self.proxy(to: upstream.url), change) { try await body($0, upstream) }
    }
  }

  private static func proxy(to url: String) -> GatewayFixture.Objects {
    .proxy(to: url, ["upstream": ["url": .string(url), "insecureSkipVerify": true]])
  }

  /// Runs `body` with a gateway before a server of ours that speaks both versions.
  private func servingBoth(_ body: (GatewayFixture) async throws -> Void) async throws {
    let certificate = try await TestCertificate.shared
    let files = Listener.Certificate(chainFile: certificate.certificatePath, keyFile: certificate.keyPath)
    try await EchoUpstream.with(certificate: files) { url in
      try await GatewayFixture.with(Self.proxy(to: url)) { try await body($0) }
    }
  }

  @Test func anUpstreamThatAgreesToItIsAskedOverHTTP2() async throws {
    try await serving { gateway, upstream in
      let answer = try await gateway.ask("/proxy/a?b=c", .post, headers: ["X-Own": "1"], body: "text")

      #expect(answer.status == 200 && answer.body == "ok")
      #expect(answer.headers["x-version"] == "2")
      #expect(upstream.asked == ["POST /proxy/a?b=c"])
    }
  }

  @Test func aRequestArrivesWithItsFieldsAndItsBody() async throws {
    try await servingBoth { gateway in
      let answer = try await gateway.ask(
        "/proxy/a", .put, headers: ["X-Own": "1", "Accept": "x/y"], body: "some bytes")

      #expect(answer.body.json["body"] == "some bytes")
      let fields = answer.body.json.echoed.map { $0.lowercased() }
      #expect(fields.contains("x-own: 1") && fields.contains("accept: x/y"))
      #expect(fields.filter { $0.hasPrefix("host: ") }.count == 1)
      #expect(fields.contains { $0.hasPrefix("traceparent: 00-") })
      #expect(!fields.contains { $0.hasPrefix("connection:") || $0.hasPrefix("transfer-encoding:") })
    }
  }

  @Test func aBodyWithoutALengthGoesOnInFramesAndATrailerBehindIt() async throws {
    try await servingBoth { gateway in
      let connection = try gateway.connect()
      connection.say("POST /proxy/a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n")
      connection.say("2\r\ncd\r\n0\r\nX-Sum: 1\r\n\r\n")

      #expect(await connection.hear(until: "\"body\":\"abcd\"").hasPrefix("HTTP/1.1 200"))
    }
  }

  @Test func aHeadHasNoBodyAndTheNextRequestIsAnswered() async throws {
    try await servingBoth { gateway in
      let connection = try gateway.connect()
      connection.say("HEAD /proxy/a HTTP/1.1\r\nHost: x\r\n\r\nGET /proxy/teapot HTTP/1.1\r\nHost: x\r\n\r\n")

      #expect(await connection.hear(until: "\"size\":0").contains("\r\n\r\nHTTP/1.1 418"))
    }
  }

  @Test func aLongBodyGoesOn() async throws {
    try await servingBoth { gateway in
      let answer = try await gateway.ask("/proxy/a", .put, body: String(repeating: "0123456789", count: 100_000))
      #expect(answer.body.json["size"] == 1_000_000)
    }
  }

  @Test func manyRequestsAtOnceAreStreamsOfTheConnectionsThatAreThere() async throws {
    try await serving {
      // On a busy machine a round may last.
      $0.upstreams.idleTimeout = .seconds(600)
    } _: { gateway, upstream in
      func round() async throws {
        try await withThrowingTaskGroup(of: Int.self) { group in
          for number in 0..<40 { group.addTask { try await gateway.ask("/proxy/\(number)").status } }
          for try await status in group { #expect(status == 200) }
        }
      }
      try await round()
      let connections = upstream.connections
      try await round()

      #expect(upstream.connections == connections)
      #expect(upstream.asked.count == 80)
    }
  }

  @Test func moreThanTheUpstreamTakesAtOnceHasAnotherConnection() async throws {
    try await serving(streams: 1) { gateway, upstream in
      _ = try await gateway.ask("/proxy/first")
      let waiting = try gateway.connect()
      waiting.say("GET /proxy/hang HTTP/1.1\r\nHost: x\r\n\r\n")
      await eventually { upstream.asked.contains("GET /proxy/hang") }

      for number in 0..<4 {
        let answer = try await gateway.ask("/proxy/\(number)")
        #expect(answer.status == 200)
      }
    }
  }

  @Test func aStreamThatIsRefusedIsBegunOnceMore() async throws {
    try await serving { gateway, upstream in
      let begun = try await gateway.ask("/proxy/refuse-once", .delete)
      #expect(begun.status == 200)
      #expect(upstream.asked == ["DELETE /proxy/refuse-once", "DELETE /proxy/refuse-once"])
      let refused = try await gateway.ask("/proxy/refuse")
      #expect(refused.status == 502)
      #expect(upstream.asked.filter { $0.hasSuffix("/refuse") }.count == 2)
    }
  }

  @Test func nothingIsSentTwiceThatCouldBeDoneTwice() async throws {
    try await serving { gateway, upstream in
      _ = try await gateway.ask("/proxy/first")
      for path in ["/proxy/fail", "/proxy/cut"] {
        let answer = try await gateway.ask(path, .post)
        #expect(answer.status == 502)
        #expect(upstream.asked.filter { $0 == "POST " + path }.count == 1)
      }
    }
  }

  @Test func aConnectionThatEndsCostsAReaderNothing() async throws {
    try await serving { gateway, upstream in
      _ = try await gateway.ask("/proxy/first")
      let connection = try gateway.connect()
      connection.say("GET /proxy/a HTTP/1.1\r\nHost: x\r\n\r\n")
      _ = await connection.hear(until: "ok")
      connection.say("GET /proxy/cut-once HTTP/1.1\r\nHost: x\r\n\r\n")

      #expect(await connection.hear(until: "ok").hasPrefix("HTTP/1.1 200"))
      #expect(upstream.asked.filter { $0.hasSuffix("/cut-once") }.count == 2)
    }
  }

  @Test func anUpstreamThatLeavesIsAskedOverAnotherConnection() async throws {
    try await serving { gateway, upstream in
      let connection = try gateway.connect()
      for number in 0..<5 {
        connection.say("GET /proxy/\(number)/leave HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(await connection.hear(until: "ok").hasPrefix("HTTP/1.1 200"))
      }
      #expect(upstream.connections > 1)
    }
  }

  @Test func anAnswerThatIsCutShortIsNotTakenForAWholeOne() async throws {
    try await serving { gateway, upstream in
      let connection = try gateway.connect()
      connection.say("GET /proxy/half HTTP/1.1\r\nHost: x\r\n\r\n")
      #expect(await connection.hear(until: "half").hasPrefix("HTTP/1.1 200"))
      upstream.cut()

      #expect(await connection.hear().isEmpty)
    }
  }

  @Test func trailersComeThroughAndAStreamIsNoTunnel() async throws {
    try await serving { gateway, _ in
      let connection = try gateway.connect()
      connection.say("GET /proxy/trailers HTTP/1.1\r\nHost: x\r\n\r\n")
      #expect(await connection.hear(until: "\r\n0\r\n").hasPrefix("HTTP/1.1 200"))
      let tunnel = try await gateway.ask("/proxy/tunnel")
      #expect(tunnel.status == 502)
    }
  }

  @Test func anUpgradeGoesByTheOlderVersion() async throws {
    try await servingBoth { gateway in
      let connection = try gateway.connect()
      connection.say("GET /proxy/a HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
      let head = await connection.hear(until: "\r\n\r\n")
      connection.say("\u{1}some bytes\r\n\r\n")

      #expect(head.hasPrefix("HTTP/1.1 101"))
      #expect(await connection.hear(until: "bytes\r\n\r\n") == "\u{1}some bytes\r\n\r\n")
    }
  }

  @Test func anUpstreamThatSaysNothingIsGivenUpInTimeAndOthersGoOn() async throws {
    try await serving {
      $0.upstreams.answerTimeout = .seconds(2)
    } _: { gateway, _ in
      let (hung, other) = (try await gateway.ask("/proxy/hang"), try await gateway.ask("/proxy/a"))
      #expect(hung.status == 504 && other.status == 200)
    }
  }

  @Test func oneThatTakesNoHandshakeIsGivenUpInTime() async throws {
    let upstream = LoopbackServer { _ in [.stall] }
    let url = upstream.base.replacing("http://", with: "https://")
    try await GatewayFixture.with(Self.proxy(to: url)) { settings in
      settings.upstreams.connectTimeout = .milliseconds(200)
    } _: { gateway in
      let answer = try await gateway.ask("/proxy/a")
      #expect(answer.status == 504 || answer.status == 502)
    }
    upstream.stop()
  }

  // One that needs a second frame would end the connection, and all that is on it.
  @Test func aLongHeaderGoesByTheOlderVersion() async throws {
    try await servingBoth { gateway in
      let long = String(repeating: "x", count: 40_000)

      let answer = try await gateway.ask("/proxy/a", headers: ["X-Long": long])

      #expect(answer.status == 200)
      #expect(answer.body.json.echoed.map { $0.lowercased() }.contains("x-long: " + long))
    }
  }
}
