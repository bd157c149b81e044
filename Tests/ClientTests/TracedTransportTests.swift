import TestSupport
import Testing

@testable import Client
@testable import HTTP
@testable import Platform

@Suite struct TracedTransportTests {
  @Test func everyExchangeIsToldOfWithoutItsSecrets() async throws {
    let clock = TestClock()
    let base = ScriptedTransport { (request, number) throws(TransportError) in
      clock.advance(.milliseconds(12))
      if number == 1 { throw .timedOut(seconds: 3) }
      return .json(201, "hunter2")
    }
    let told = Locked<[TracedTransport.Exchange]>([])
    let traced = TracedTransport(base, timing: clock.timing) { exchange in told.withLock { $0.append(exchange) } }
    var request = HTTPRequest(
      .post, "/x/y%20z?a=b&access_token=hunter2&Pass%77ord=hunter2", body: Array("hunter2".utf8))
    request.headers["Authorization"] = "Bearer hunter2"

    let response = try await traced.send(request)
    _ = try? await traced.send(HTTPRequest(.get, "/\u{1B}[31m"))

    #expect(response.status == 201)
    #expect(base.requests.first == request)
    let exchanges = told.withLock { $0 }
    #expect(exchanges.map(\.target) == ["/x/y%20z?a=b&access_token=•••&Pass%77ord=•••", "/[31m"])
    #expect(exchanges.map(\.result) == [.success(201), .failure(.timedOut(seconds: 3))])
    #expect(exchanges.map(\.method) == [.post, .get])
    #expect(exchanges.map(\.duration) == [.milliseconds(12), .milliseconds(12)])
    #expect(!"\(exchanges)".contains("hunter2"))
  }
}
