import Extensions
import HTTP
import HTTPServer
import Manifest
import TestSupport
import Testing

@testable import GatewayServer

/// What neither side of a proxied exchange may make of it.
@Suite struct UpstreamStrictnessTests {
  @Test(arguments: ["Upgrade: other\r\n", "", "Upgrade: websocket, h2c\r\n"])
  func aSwitchThatWasNotAskedForIsABadGateway(field: String) async throws {
    let upstream = LoopbackServer { _ in [.send("HTTP/1.1 101 Switching Protocols\r\n\(field)\r\n")] }
    try await GatewayFixture.with(.proxy(to: upstream.base)) { gateway in
      let connection = try gateway.connect()
      connection.say("GET /proxy/a HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
      #expect(await connection.hear(until: "\r\n\r\n").hasPrefix("HTTP/1.1 502"))
      let plain = try await gateway.ask("/proxy/a")
      #expect(plain.status == 502)
    }
    upstream.stop()
  }

  @Test(arguments: [[], ["-Via"], ["-*"]])
  func aRuleThatLeadsToTheGatewayItselfEndsAtOnce(edits: [String]) async throws {
    try await GatewayFixture.with(.proxy(to: "http://127.0.0.1:1")) { gateway in
      let place = "http://127.0.0.1:\(gateway.port)"
      let edits = Value.sequence(edits.map(Value.string))
      let own = GatewayFixture.Objects.proxy(
        to: place, ["upstream": ["url": .string(place)], "directives": ["headerUp": edits]]
      ).proxies
      gateway.rules.set(RouteTable(proxies: own.map { ReverseProxyRule($0, dialect: .installPlan) }), namespaces: [:])
      let answer = try await gateway.ask("/proxy/a")

      #expect(answer.status == 508)
    }
  }

  @Test(arguments: ["127.0.0.1", "[::1]", "localhost"])
  func nobodyLearnsWhetherAPortIsOpenWhereNothingMayLead(host: String) async throws {
    let upstream = LoopbackServer { _ in [.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")] }
    for port in [upstream.base.split(separator: ":").last.map(String.init) ?? "", "1"] {
      try await GatewayFixture.with(.proxy(to: "http://\(host):\(port)")) { settings in
        settings.upstreams.addresses.allowsLoopback = false
      } _: { gateway in
        let answer = try await gateway.ask("/proxy/a")
        #expect(answer.status == 502 && answer.body.contains("is not allowed"))
      }
    }
    upstream.stop()
  }

  @Test func nobodySpeaksHTTPWithinATunnel() async throws {
    try await EchoUpstream.with { url in
      try await GatewayFixture.with(.proxy(to: url)) { gateway in
        let connection = try gateway.connect()
        connection.say(
          "GET /proxy/a HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"
            + "HTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n")
        let heard = await connection.hear(until: "\"size\":0")
        #expect(heard.hasPrefix("HTTP/1.1 200") && !heard.lowercased().contains("http2-settings"))
      }
    }
  }

  @Test func aRequestWhoseBodyGoesWrongIsRefusedAndTheUpstreamLeft() async throws {
    let upstream = LoopbackServer { _ in [.stall] }
    try await GatewayFixture.with(.proxy(to: upstream.base)) { gateway in
      let connection = try gateway.connect()
      connection.say("POST /proxy/a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n")
      connection.say("nonsense\r\n")
      #expect(await connection.hear().hasPrefix("HTTP/1.1 400"))
      await eventually { upstream.disconnects == upstream.requests.count }
    }
    upstream.stop()
  }

  @Test func whatAnUpstreamSaysBeforeItGoesWrongIsHeard() async throws {
    let upstream = LoopbackServer { _ in
      [.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nZ\r\n"), .close]
    }
    try await GatewayFixture.with(.proxy(to: upstream.base)) { gateway in
      let connection = try gateway.connect()
      connection.say("GET /proxy/a HTTP/1.1\r\nHost: x\r\n\r\n")
      #expect(await connection.hear().hasPrefix("HTTP/1.1 200"))
    }
    upstream.stop()
  }
}
