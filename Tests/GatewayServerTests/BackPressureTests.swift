import HTTP
import HTTPServer
import Platform
import TestSupport
import Testing

@testable import GatewayServer

/// What one side does not take, the gateway does not take from the other.
@Suite struct BackPressureTests {
  @Test func aSlowReaderHoldsUpTheUpstream() async throws {
    let flood = FloodUpstream()
    let server = try await Server.start(flood, on: [.port(host: "127.0.0.1", port: 0, certificate: nil)])
    try await GatewayFixture.with(.proxy(to: server.addresses[0])) { gateway in
      let connection = try gateway.connect()
      connection.say("GET /proxy/a HTTP/1.1\r\nHost: x\r\n\r\n")
      _ = try await eventually("it stands still", within: TestTimeout.usual * 5) {
        let before = flood.pieces
        try await Task.sleep(for: .milliseconds(100))
        return before == flood.pieces ? before : nil
      } when: {
        $0 > 0
      }

      // What fits in buffers of the kernel and the channels, in pieces of 64 KiB.
      #expect(flood.pieces < 400)
    }
    await server.stop(grace: .zero)
  }

  @Test func anUpstreamThatStopsReadingHoldsUpItsClient() async throws {
    let server = try await Server.start(
      DeafUpstream(), on: [.port(host: "127.0.0.1", port: 0, certificate: nil)])
    try await GatewayFixture.with(.proxy(to: server.addresses[0])) { gateway in
      let connection = try gateway.connect()
      connection.say("POST /proxy/a HTTP/1.1\r\nHost: x\r\nContent-Length: 268435456\r\n\r\n")

      let taken = await connection.push(256 << 20)

      // What fits in buffers of the kernel and the channels.
      #expect(taken > 0 && taken < 32 << 20)
      // Others are served meanwhile.
      #expect(try await gateway.ask("/proxy/hello").status == 200)
    }
    await server.stop(grace: .zero)
  }

  @Test func aTunnelOfWhichTheOtherEndReadsNothingIsGivenUp() async throws {
    let server = try await Server.start(
      DeafTunnel(), on: [.port(host: "127.0.0.1", port: 0, certificate: nil)])
    try await GatewayFixture.with(.proxy(to: server.addresses[0])) { settings in
      settings.upstreams.stall = .milliseconds(200)
    } _: { gateway in
      let connection = try gateway.connect()
      connection.say("GET /proxy/a HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
      #expect(await connection.hear(until: "\r\n\r\n").hasPrefix("HTTP/1.1 101"))

      let taken = await connection.push(256 << 20)

      #expect(taken > 0 && taken < 32 << 20)
      #expect(await connection.hear().isEmpty, "it has ended")
    }
    await server.stop(grace: .zero)
  }
}

/// Takes up every upgrade, and reads nothing afterwards.
private struct DeafTunnel: Handler {
  func respond(to request: IncomingRequest) async -> HTTPResponse {
    HTTPResponse(
      status: 101, headers: ["Connection": "Upgrade", "Upgrade": request.upgrade?.protocols[0] ?? ""],
      body: HTTPBody {
        {
          try? await Task.sleep(for: .seconds(3_600))
          return nil
        }
      })
  }
}

/// Reads no body, and answers only what has none.
private struct DeafUpstream: Handler {
  func respond(to request: IncomingRequest) async -> HTTPResponse {
    if request.head.method == .post { try? await Task.sleep(for: .seconds(3_600)) }
    return HTTPResponse(status: 200, headers: ["Content-Length": "0"], bytes: [])
  }
}

/// Answers without an end, and counts the pieces that have been taken.
private final class FloodUpstream: Handler {
  private let count = Locked(0)

  var pieces: Int { count.withLock { $0 } }

  func respond(to request: IncomingRequest) async -> HTTPResponse {
    let count = count
    return HTTPResponse(
      status: 200,
      body: HTTPBody {
        {
          count.withLock { $0 += 1 }
          return [UInt8](repeating: 120, count: 65_536)
        }
      })
  }
}
