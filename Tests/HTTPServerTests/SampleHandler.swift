import HTTP
import Platform

/// An application that answers by the path: `/ok`, `/echo`, `/head` (unread body), `/size`, `/stream`, `/flood`,
/// `/wait` (until it is cancelled), `/upgrade` (what comes goes back), `/relay` (an `EchoRelay` answers).
final class SampleHandler: Handler {
  private let state = Locked(State())

  private struct State {
    var connections: [HTTPConnection] = []
    var streams: [AsyncStream<[UInt8]>.Continuation] = []
    var atWork = 0
  }

  /// How many answers are being made.
  var atWork: Int { state.withLock { $0.atWork } }

  /// The connections that requests came by, one for each.
  var connections: [HTTPConnection] { state.withLock { $0.connections } }

  func respond(to request: IncomingRequest) async -> HTTPResponse {
    state.withLock {
      $0.connections.append(request.connection)
      $0.atWork += 1
    }
    defer { state.withLock { $0.atWork -= 1 } }
    switch request.head.target {
    case "/ok": return text(200, "ok")
    case "/refused": return text(401, "refused")
    case "/echo", "/size":
      do throws(RequestBodyError) {
        let body = try await request.collected(upTo: 1_000_000).body
        return request.head.target == "/size" ? text(200, String(body.count)) : whole(200, body)
      } catch {
        return text(413, "too large")
      }
    case "/wait":
      while !Task.isCancelled { try? await Task.sleep(for: .seconds(60)) }
      return text(200, "too late")
    case "/upgrade":
      guard let offer = request.upgrade else { return text(400, "nothing is offered") }
      return HTTPResponse(
        status: 101, headers: ["Connection": "Upgrade", "Upgrade": offer.protocols[0]], body: offer.bytes)
    case "/relay":
      var response = text(500, "no relay")
      response.relay = EchoRelay()
      return response
    case "/stream": return HTTPResponse(status: 200, body: HTTPBody(stream()))
    case "/flood": return HTTPResponse(status: 200, body: HTTPBody { { [UInt8](repeating: 120, count: 65_536) } })
    default: return text(404, "not found")
    }
  }

  /// Sends `line` on every stream that is open.
  func send(_ line: String) {
    for stream in state.withLock({ $0.streams }) { stream.yield(Array(line.utf8)) }
  }

  private func stream() -> AsyncStream<[UInt8]> {
    let (stream, continuation) = AsyncStream<[UInt8]>.makeStream()
    state.withLock { $0.streams.append(continuation) }
    return stream
  }

  private func text(_ status: Int, _ text: String) -> HTTPResponse { whole(status, Array(text.utf8)) }

  private func whole(_ status: Int, _ bytes: [UInt8]) -> HTTPResponse {
    HTTPResponse(status: status, headers: ["Content-Length": String(bytes.count)], bytes: bytes)
  }
}
