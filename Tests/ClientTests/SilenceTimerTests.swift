import Glibc
import Platform
import TestSupport
import Testing

@testable import Client
@testable import HTTP
@testable import KubernetesAPI
@testable import Platform

/// What is done about a peer that says nothing, and about a network that carries nothing.
@Suite(.endsInTime)
struct SilenceTimerTests {
  @Test func whatWasSentBeforeIsNoSignOfLife() throws {
    var silence = SilenceTimer(allowed: 1)
    silence.note(uploaded: 4096)
    let deadline = try #require(silence.deadline)

    silence.note(uploaded: 4096)
    #expect(silence.deadline == deadline)

    silence.note(uploaded: 4097)
    #expect(try #require(silence.deadline) > deadline)
  }

  /// When that is, `whatWasSentBeforeIsNoSignOfLife` says without a clock.
  @Test(arguments: [HTTPRequest.Method.patch, .post, .put, .delete])
  func aWriteIsGivenUpThoughItWasJustSent(method: HTTPRequest.Method) async throws {
    let server = LoopbackServer { _ in [.stall] }
    let start = ContinuousClock.now

    let error = await failure(
      of: HTTPRequest(method, "/", body: Array(repeating: 65, count: 4096)), to: server, after: 1)

    #expect(error == .timedOut(seconds: 1))
    #expect(ContinuousClock.now - start >= .seconds(1))
  }

  @Test func aLongAnswerMayTakeItsTime() async throws {
    let steps = (0..<6).flatMap { [LoopbackServer.Step.pause(milliseconds: 500), .chunk("\($0)")] }
    let server = LoopbackServer { _ in [.chunkedHead] + steps + [.lastChunk] }
    var connection = Connection(server: server.base)
    connection.requestTimeout = 2

    let response = try await CurlTransport(connection).send(HTTPRequest(.get, "/"))

    #expect(try await response.body.collected() == Array("012345".utf8))
  }

  @Test func oneMayBeAsPatientAsNumbersAllow() async throws {
    let server = LoopbackServer { _ in [.pause(milliseconds: 50)] + .answer() }
    var connection = Connection(server: server.base)
    connection.requestTimeout = .max

    #expect(try await CurlTransport(connection).send(HTTPRequest(.get, "/")).status == 200)
  }

  @Test func aSlowReaderIsNoSilentServer() async throws {
    let server = LoopbackServer { _ in
      [.send("HTTP/1.1 200 OK\r\nContent-Length: \(8 << 20)\r\n\r\n"), .bytes(Array(repeating: 65, count: 8 << 20))]
    }
    var connection = Connection(server: server.base)
    connection.requestTimeout = 1

    let response = try await CurlTransport(connection).send(HTTPRequest(.get, "/"))
    // Longer than the server may be silent.
    try await Task.sleep(for: .milliseconds(1500))

    #expect(try await response.body.collected().count == 8 << 20)
  }

  @Test func aStreamMayBeSilentOnlySoLong() async throws {
    let server = LoopbackServer { _ in [.chunkedHead, .chunk("a"), .stall] }
    var request = HTTPRequest(.get, "/")
    request.timeoutPolicy = .stream(limit: 60, silence: 1)

    let response = try await CurlTransport(base: server.base).send(request)

    await #expect(throws: TransportError.timedOut(seconds: 1)) { try await response.body.collected() }
  }

  /// The other end's kernel drops every packet of the connection, as if its cable had been pulled.
  @Test func aNetworkThatGoesSilentIsNoticedUnderAWatch() async throws {
    let server = LoopbackServer { _ in [.chunkedHead, .chunk("a"), .vanish] }
    var connection = Connection(server: server.base)
    connection.keepalive.idle = 1
    connection.keepalive.interval = 1
    connection.keepalive.probes = 1
    var request = HTTPRequest(.get, "/")
    request.timeoutPolicy = .stream(limit: nil)

    let response = try await CurlTransport(connection).send(request)
    let error = await #expect(throws: TransportError.self) { try await response.body.collected() }

    guard case .interrupted(let reason)? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(reason.english.contains("timed out"))
  }

  @Test func aWatchThatHearsNothingAsksAgainWhereItWas() async {
    let server = LoopbackServer { request in
      guard request.target.contains("watch=true") else {
        return .answer("200 OK", #"{"metadata":{"resourceVersion":"5"},"items":[]}"#)
      }
      let event = #"{"type":"ADDED","object":{"metadata":{"name":"a","resourceVersion":"7"}}}"#
      return [.chunkedHead] + (request.target.contains("resourceVersion=5") ? [.chunk(event + "\n")] : []) + [.stall]
    }
    var watch = Watch(.extensions, in: Cluster(transport: CurlTransport(base: server.base))) { $0 }
    watch.longestSilence = 1
    let events = Locked<[WatchEvent<Object>]>([])
    let task = Task { [watch] in await watch.run { event in events.withLock { $0.append(event) } } }

    await eventually { server.requests.contains { $0.target.contains("resourceVersion=7") } }
    task.cancel()
    await task.value

    #expect(events.withLock { $0.count } == 2, "being silent is no trouble, and is not reported")
  }

  /// Such as a proxy whose server has gone: it accepts connections for ever.
  @Test func aWatchThatGetsNoResponseIsInterrupted() async {
    let server = LoopbackServer { request in
      guard request.target.contains("watch=true") else {
        return .answer("200 OK", #"{"metadata":{"resourceVersion":"5"},"items":[]}"#)
      }
      return [.stall]
    }
    var watch = Watch(.extensions, in: Cluster(transport: CurlTransport(base: server.base))) { $0 }
    watch.longestSilence = 1
    let events = Locked<[WatchEvent<Object>]>([])
    let task = Task { [watch] in await watch.run { event in events.withLock { $0.append(event) } } }

    await eventually {
      events.withLock { $0.contains { if case .interrupted(.transport(.timedOut), _) = $0 { true } else { false } } }
    }
    task.cancel()
    await task.value
  }

  private func failure(of request: HTTPRequest, to server: LoopbackServer, after seconds: Int) async -> TransportError?
  {
    var connection = Connection(server: server.base)
    connection.requestTimeout = seconds
    do throws(TransportError) {
      _ = try await CurlTransport(connection).send(request)
      return nil
    } catch {
      return error
    }
  }
}
