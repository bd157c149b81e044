import HTTP
import HTTPServer
import Platform
import TestSupport
import Testing

/// What an access log is told of requests.
@Suite struct AccessLogTests {
  private final class Log: Sendable {
    private let all = Locked<[ServedRequest]>([])
    var requests: [ServedRequest] { all.withLock { $0 } }
    func note(_ request: ServedRequest) { all.withLock { $0.append(request) } }
  }

  @Test func eachRequestIsToldOnceItIsOver() async throws {
    let log = Log()
    let server = try await Server.start(
      Hello(), on: [.port(host: "127.0.0.1", port: 0, certificate: nil)], log: log.note)
    let port = try #require(server.addresses[0].split(separator: ":").last.flatMap { UInt16($0) })
    let connection = try RawConnection(port: port)
    let trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    connection.say("GET /a?token=secret HTTP/1.1\r\nHost: x\r\ntraceparent: \(trace)\r\n\r\n")
    _ = await connection.hear(until: "hello")
    connection.say("POST /b HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n")
    _ = await connection.hear(until: "hello")
    await server.stop(grace: .zero)

    let requests = log.requests
    try #require(requests.count == 2)
    #expect(requests.map(\.method) == [.get, .post] && requests.map(\.status) == [200, 200])
    #expect(requests[0].target == "/a?token=•••" && requests[0].sent == 5 && requests[0].isComplete)
    #expect(requests[0].trace.traceID == "0af7651916cd43dd8448eb211c80319c")
    #expect(requests[0].peer.hasPrefix("127.0.0.1:") && requests[1].trace != requests[0].trace)
  }

  @Test func aClientThatLeavesIsTold() async throws {
    let log = Log()
    let server = try await Server.start(
      Silent(), on: [.port(host: "127.0.0.1", port: 0, certificate: nil)], log: log.note)
    let port = try #require(server.addresses[0].split(separator: ":").last.flatMap { UInt16($0) })
    var connection: RawConnection? = try RawConnection(port: port)
    connection?.say("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    await eventually { await server.connections.count == 1 }
    connection = nil

    await eventually { log.requests.count == 1 }
    #expect(log.requests.first?.isComplete == false)
    await server.stop(grace: .zero)
  }

  private struct Hello: Handler {
    func respond(to request: IncomingRequest) async -> HTTPResponse {
      HTTPResponse(status: 200, headers: ["Content-Length": "5"], bytes: Array("hello".utf8))
    }
  }

  /// Answers nothing before the client has left.
  private struct Silent: Handler {
    func respond(to request: IncomingRequest) async -> HTTPResponse {
      while !Task.isCancelled { try? await Task.sleep(for: .seconds(60)) }
      return HTTPResponse(status: 200, bytes: [])
    }
  }
}
