import Client
package import HTTP
import KubernetesAPI
import Manifest
package import Platform

/// A transport in this process whose answers a test writes.
package final class ScriptedTransport: Transport {
  private let log = Locked<[HTTPRequest]>([])
  private let answer: @Sendable (HTTPRequest, Int) async throws(TransportError) -> HTTPResponse

  /// `answer` gets a request and its number, from zero.
  package init(_ answer: @escaping @Sendable (HTTPRequest, Int) async throws(TransportError) -> HTTPResponse) {
    self.answer = answer
  }

  /// What has been asked so far.
  package var requests: [HTTPRequest] { log.withLock { $0 } }

  package func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
    let number = log.withLock { log in
      log.append(request)
      return log.count - 1
    }
    return try await answer(request, number)
  }
}

extension HTTPResponse {
  /// A 200 with `text` as its body.
  package static func json(_ text: String) -> HTTPResponse { json(200, text) }

  /// An answer with `text` as its body.
  package static func json(_ status: Int, _ text: String, headers: HTTPHeaders = [:]) -> HTTPResponse {
    HTTPResponse(status: status, headers: headers, bytes: Array(text.utf8))
  }

  /// A body in pieces of `size` bytes, which ends with `error` when one is given.
  package static func pieces(_ text: String, of size: Int, then error: TransportError? = nil) -> HTTPResponse {
    let bytes = Array(text.utf8)
    let body = HTTPBody {
      let place = Locked(0)
      return { () async throws(TransportError) in
        let start = place.withLock { place in
          let start = place
          place += size
          return start
        }
        if start < bytes.count { return Array(bytes[start..<min(start + size, bytes.count)]) }
        if let error { throw error }
        return nil
      }
    }
    return HTTPResponse(status: 200, body: body)
  }
}

/// A clock that only moves when a task waits on it.
package final class TestClock: Sendable {
  private let state = Locked((now: Duration.zero, waits: [Duration]()))

  /// A clock at zero.
  package init() {}

  /// How long each wait was.
  package var waits: [Duration] { state.withLock { $0.waits } }

  /// Lets time pass.
  package func advance(_ duration: Duration) { state.withLock { $0.now += duration } }

  /// The clock as what Client asks for the time.
  package var timing: Timing {
    Timing(
      now: { self.state.withLock { $0.now } },
      sleep: { duration in
        self.state.withLock { state in
          state.now += duration
          state.waits.append(duration)
        }
        await Task.yield()
      },
      random: { 0.5 })
  }
}
