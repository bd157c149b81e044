import Glibc
import Platform
import TestSupport
import Testing

@testable import Client
@testable import HTTP

@Suite(.endsInTime)
struct CurlTransportTests {
  /// libcurl would otherwise put the second off until it knows whether the first connection can be shared.
  @Test func withoutTLSNoRequestWaitsForTheAnswerOfAnother() async throws {
    let server = LoopbackServer { _ in [.stall] }
    let transport = CurlTransport(base: server.base)

    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<3 { group.addTask { _ = try? await transport.send(HTTPRequest(.get, "/version")) } }
      await eventually { server.requests.count == 3 }
      group.cancelAll()
    }
  }

  @Test func anAnswerArrivesWithItsHeadAndItsBody() async throws {
    let server = LoopbackServer { _ in
      .answer("201 Created", "hello", type: "text/plain", headers: ["X-One: 1", "X-One: 2"])
    }

    let response = try await CurlTransport(base: server.base).send(HTTPRequest(.get, "/a?b=c"))

    #expect(response.status == 201)
    #expect(response.headers.fields.filter { $0.name == "X-One" }.map(\.value) == ["1", "2"])
    #expect(try await response.body.collected() == Array("hello".utf8))
    #expect(server.requests.map(\.target) == ["/a?b=c"])
  }

  @Test(arguments: [HTTPRequest.Method.post, .put, .patch, .delete])
  func aBodyIsSentAsItIs(method: HTTPRequest.Method) async throws {
    let server = LoopbackServer { _ in .answer() }
    let request = HTTPRequest(
      method, "/x", headers: ["Content-Type": "application/json"], body: Array(#"{"a":"é"}"#.utf8))

    _ = try await CurlTransport(base: server.base).send(request)

    let received = try #require(server.requests.first)
    #expect(received.method == method.rawValue)
    #expect(received.body == #"{"a":"é"}"#)
    #expect(received.headers["Content-Type"] == "application/json")
    #expect(received.headers["Expect"] == nil)
  }

  @Test func aLargeBodyIsSentWithoutAsking() async throws {
    let server = LoopbackServer { _ in .answer() }

    _ = try await CurlTransport(base: server.base).send(
      HTTPRequest(.patch, "/x", body: Array(repeating: 65, count: 3 << 20)))

    #expect(server.requests.first?.body.utf8.count == 3 << 20)
    #expect(server.requests.first?.headers["Content-Type"] == nil)
  }

  @Test func aUnixSocketIsReachedByItsPath() async throws {
    let path = "/tmp/ksx-test-\(getpid())-\(UInt32.random(in: 0 ... .max)).sock"
    defer { unlink(path) }
    let server = LoopbackServer(socket: path) { _ in .answer() }

    let response = try await CurlTransport(base: "unix://" + path).send(HTTPRequest(.get, "/version"))

    #expect(response.status == 200)
    #expect(server.requests.first?.target == "/version")
  }

  @Test func aRefusedConnectionNamesTheServer() async {
    let server = LoopbackServer { _ in .answer() }
    server.stop()

    let error = await failure(of: HTTPRequest(.get, "/"), to: CurlTransport(base: "http://127.0.0.1:1"))

    guard case .unreachable(host: "127.0.0.1:1", let reason) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(reason.english.contains("refused"))
  }

  /// What libcurl says of it, with milliseconds, is not for users.
  @Test func aServerThatSaysNothingIsSaidNotToAnswer() async {
    let server = LoopbackServer { _ in [.stall] }
    let address = String(server.base.dropFirst("http://".count))
    var connection = Connection(server: "https://" + address)
    connection.connectTimeout = 1

    let error = await failure(of: HTTPRequest(.get, "/"), to: CurlTransport(connection))

    #expect(error == .unreachable(host: address, reason: "it does not answer"))
  }

  @Test(arguments: ["", "ftp://x", "https://", "http://a b", "http://[::1", "host:6443"])
  func whatIsNoAddressIsRefused(base: String) async {
    let error = await failure(of: HTTPRequest(.get, "/"), to: CurlTransport(base: base))

    guard case .invalid = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  /// libcurl would take each of these for this computer, and Go takes none.
  @Test(arguments: ["127.1", "0x7f.1", "2130706433", "0177.0.0.1", "127.0.0.1.0"])
  func aNumberInAnOldFormIsNoAddress(host: String) async {
    let server = LoopbackServer { _ in .answer("200 OK", "") }
    let port = ServerAddress(server.base)?.port ?? 0

    await #expect(throws: TransportError.self) {
      try await CurlTransport(Connection(server: "http://\(host):\(port)")).send(HTTPRequest(.get, "/"))
    }
    #expect(server.requests.isEmpty)
  }

  @Test func aPathIsEncodedAsFarAsItMustBe() throws {
    #expect(ServerAddress("https://h/k8s/a b/%20ü/")?.path == "/k8s/a%20b/%20%C3%BC")
  }

  @Test func aLineBreakInAFieldIsRefused() async {
    let server = LoopbackServer { _ in .answer() }

    let error = await failure(
      of: HTTPRequest(.get, "/", headers: ["Authorization": "a\r\nX: y"]), to: CurlTransport(base: server.base))

    guard case .invalid = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(server.requests.isEmpty)
  }

  @Test func silenceEndsARequest() async {
    let server = LoopbackServer { _ in [.stall] }
    var connection = Connection(server: server.base)
    connection.requestTimeout = 1

    let error = await failure(of: HTTPRequest(.get, "/"), to: CurlTransport(connection))

    #expect(error == .timedOut(seconds: 1))
  }

  @Test func silenceInABodyEndsARequest() async throws {
    let server = LoopbackServer { _ in [.chunkedHead, .chunk("abc"), .stall] }
    var connection = Connection(server: server.base)
    connection.requestTimeout = 1

    let response = try await CurlTransport(connection).send(HTTPRequest(.get, "/"))

    await #expect(throws: TransportError.timedOut(seconds: 1)) { try await response.body.collected() }
  }

  @Test func aStreamMayBeSilent() async throws {
    let server = LoopbackServer { _ in
      [.chunkedHead, .chunk("a"), .pause(milliseconds: 1500), .chunk("b"), .lastChunk]
    }
    var connection = Connection(server: server.base)
    connection.requestTimeout = 1
    var request = HTTPRequest(.get, "/")
    request.timeoutPolicy = .stream(limit: 20)

    let response = try await CurlTransport(connection).send(request)

    #expect(try await response.body.collected() == Array("ab".utf8))
  }

  @Test func aStreamEndsAtItsLimit() async throws {
    let server = LoopbackServer { _ in [.chunkedHead, .stall] }
    var request = HTTPRequest(.get, "/")
    request.timeoutPolicy = .stream(limit: 1)

    let response = try await CurlTransport(base: server.base).send(request)

    await #expect(throws: TransportError.timedOut(seconds: 1)) { try await response.body.collected() }
  }

  @Test(arguments: Array(0...52))
  func anAnswerCutAnywhereIsAnError(length: Int) async {
    let whole = Array("HTTP/1.1 200 OK\r\nContent-Length: 14\r\n\r\n{\"kind\":\"Pod\"}".utf8)
    let server = LoopbackServer { _ in [.bytes(Array(whole.prefix(length))), .close] }

    do throws(TransportError) {
      let response = try await CurlTransport(base: server.base).send(HTTPRequest(.get, "/"))
      _ = try await response.body.collected()
      Issue.record("\(length) bytes passed for an answer")
    } catch {
      guard case .interrupted = error else {
        Issue.record("\(error)")
        return
      }
    }
  }

  @Test(arguments: 0..<50)
  func aCancelledRequestEnds(_: Int) async {
    let server = LoopbackServer { _ in [.stall] }
    let transport = CurlTransport(base: server.base)
    let task = Task { await failure(of: HTTPRequest(.get, "/"), to: transport) }

    task.cancel()

    #expect(await task.value == .cancelled)
  }

  @Test func aCancelledBodyEnds() async throws {
    let server = LoopbackServer { _ in [.chunkedHead, .chunk("abc"), .stall] }
    var request = HTTPRequest(.get, "/")
    request.timeoutPolicy = .stream(limit: nil)
    let response = try await CurlTransport(base: server.base).send(request)
    let task = Task { try await response.body.collected() }

    task.cancel()

    await #expect(throws: TransportError.cancelled) { try await task.value }
  }

  @Test func aBodyThatIsNotReadIsLetGo() async throws {
    let server = LoopbackServer { request in
      request.target == "/second" ? .answer() : [.chunkedHead, .chunk("abc"), .stall, .close]
    }
    func ask() async throws {
      let response = try await CurlTransport(base: server.base).send(HTTPRequest(.get, "/"))
      #expect(response.status == 200)
    }

    try await ask()
    await eventually { server.disconnects == 1 }

    #expect(try await CurlTransport(base: server.base).send(HTTPRequest(.get, "/second")).status == 200)
  }

  @Test func aSlowReaderHoldsTheSenderBack() async throws {
    let megabyte = String(repeating: "x", count: 1 << 20)
    let server = LoopbackServer { _ in
      [.send("HTTP/1.1 200 OK\r\nContent-Length: \(16 << 20)\r\n\r\n")]
        + (0..<16).map { _ in .send(megabyte) }
    }

    let response = try await CurlTransport(base: server.base).send(HTTPRequest(.get, "/"))
    var count = 0
    for try await chunk in response.body {
      count += chunk.count
      if count < 1 << 20 { try await Task.sleep(for: .milliseconds(1)) }
    }

    #expect(count == 16 << 20)
  }

  @Test func manyRequestsAtOnceEachGetTheirOwnAnswer() async throws {
    let server = LoopbackServer { .answer("200 OK", $0.target) }
    let transport = CurlTransport(base: server.base)

    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 0..<200 {
        group.addTask {
          let response = try await transport.send(HTTPRequest(.get, "/\(number)"))
          #expect(try await response.body.collected() == Array("/\(number)".utf8))
        }
      }
      try await group.waitForAll()
    }
  }

  @Test func openWatchesDoNotStarveRequests() async throws {
    let server = LoopbackServer { $0.target == "/watch" ? [.chunkedHead, .stall] : .answer() }
    let transport = CurlTransport(base: server.base)
    var watch = HTTPRequest(.get, "/watch")
    watch.timeoutPolicy = .stream(limit: nil)
    var open: [HTTPResponse] = []
    for _ in 0..<40 { open.append(try await transport.send(watch)) }

    #expect(try await transport.send(HTTPRequest(.get, "/")).status == 200)
    #expect(open.count == 40)
  }

  @Test func aWriteOnAKeptConnectionThatDiesIsNotSentAgain() async throws {
    let server = LoopbackServer { $0.method == "GET" ? .answer() : [.close] }
    let transport = CurlTransport(base: server.base)
    _ = try await transport.send(HTTPRequest(.get, "/")).body.collected()

    for method in [HTTPRequest.Method.post, .patch, .delete] {
      let error = await failure(of: HTTPRequest(method, "/"), to: transport)
      guard case .interrupted = error else {
        Issue.record("\(String(describing: error))")
        return
      }
    }

    #expect(server.requests.map(\.method) == ["GET", "POST", "PATCH", "DELETE"])
  }

  @Test func anInterimAnswerIsPassedOver() async throws {
    let server = LoopbackServer { _ in
      [.send("HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n")] + .answer("200 OK", "late")
    }

    let response = try await CurlTransport(base: server.base).send(HTTPRequest(.get, "/"))

    #expect(response.status == 200)
    #expect(response.headers["Link"] == nil)
    #expect(try await response.body.collected() == Array("late".utf8))
  }

  private func failure(of request: HTTPRequest, to transport: CurlTransport) async -> TransportError? {
    do throws(TransportError) {
      _ = try await transport.send(request)
      return nil
    } catch {
      return error
    }
  }
}
