import Client
import Manifest

/// A transport in this process whose answers a test writes.
final class ScriptedTransport: Transport {
  private let log = Locked<[HTTPRequest]>([])
  private let answer: @Sendable (HTTPRequest, Int) throws(TransportError) -> HTTPResponse

  /// `answer` gets a request and its number, from zero.
  init(_ answer: @escaping @Sendable (HTTPRequest, Int) throws(TransportError) -> HTTPResponse) {
    self.answer = answer
  }

  var requests: [HTTPRequest] { log.withLock { $0 } }

  func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
    let number = log.withLock { log in
      log.append(request)
      return log.count - 1
    }
    return try answer(request, number)
  }
}

extension HTTPResponse {
  static func json(_ text: String) -> HTTPResponse { json(200, text) }

  static func json(_ status: Int, _ text: String, headers: HTTPHeaders = [:]) -> HTTPResponse {
    HTTPResponse(status: status, headers: headers, bytes: Array(text.utf8))
  }

  /// A body in pieces of `size` bytes, which ends with `error` when one is given.
  static func pieces(_ text: String, of size: Int, then error: TransportError? = nil) -> HTTPResponse {
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

extension Resource {
  static let extensions = Resource(group: "kubesphere.io", version: "v1alpha1", plural: "extensions", kind: "Extension")
}

/// A clock that only moves when somebody waits.
final class TestClock: Sendable {
  private let state = Locked((now: Duration.zero, waits: [Duration]()))

  var waits: [Duration] { state.withLock { $0.waits } }

  func advance(_ duration: Duration) { state.withLock { $0.now += duration } }

  var timing: Timing {
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
