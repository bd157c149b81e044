import Extensions
import HTTP
import HTTPServer
import Manifest
import Platform
import TestSupport
import Testing

@testable import GatewayServer

/// What a client of the gateway gets when something happens on the way to the upstream: a right answer, one that says what
/// failed, or, once an answer has begun, a connection that ends before it is complete.
@Suite(.endsInTime) struct GatewayFaultTests {
  /// A way to ask.
  enum Way: String, CaseIterable, Sendable {
    case get = "GET"
    case post = "POST"
    case stream
    case upgrade

    fileprivate var request: String {
      let fields = "Host: x\r\nConnection: close\r\n"
      return switch self {
      case .get: "GET /proxy/plain HTTP/1.1\r\n\(fields)\r\n"
      case .post: "POST /proxy/plain HTTP/1.1\r\n\(fields)Content-Length: 7\r\n\r\npayload"
      case .stream: "GET /proxy/stream HTTP/1.1\r\n\(fields)\r\n"
      case .upgrade: "GET /proxy/up HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\nto and fro"
      }
    }

    /// What the answer has at its end when it is whole.
    fileprivate var end: String {
      switch self {
      case .get: "\r\n\r\nanswered GET 0"
      case .post: "\r\n\r\nanswered POST 7"
      case .stream: "\r\n0\r\n\r\n"
      case .upgrade: "to and fro"
      }
    }

    fileprivate var status: String { self == .upgrade ? "101" : "200" }
  }

  /// Bytes of the longest answer, and more.
  private static let length = 160
  /// So many that one of them comes after those bytes, on whatever connection they were.
  private static let requests = 20
  private static let places = Array(stride(from: 0, to: length, by: Seeds.isLong ? 1 : 19))

  /// Everything that can happen, at every place.
  private static let faults: [Fault] = {
    var faults: [Fault] = [.none, .refused, .trickling, .delayed(milliseconds: 5)]
    for place in places {
      for ending in Fault.Ending.allCases {
        faults.append(.answerCut(after: place, ending))
        faults.append(.requestCut(after: place, ending))
      }
    }
    for text in ["", "\0\0\0", "HTTP/1.1 200 OK\r\n"] {
      faults.append(.replaced(Array(text.utf8), isPassedOn: false))
    }
    faults.append(.answer("200 OK", "whole"))
    return faults
  }()

  @Test(arguments: Way.allCases) func aFaultGivesARightAnswerOrAClearRefusal(way: Way) async throws {
    for fault in Self.faults { try await ask(way, fault) }
  }

  @Test(arguments: Way.allCases) func aByteThatIsChangedHarmsNothingElse(way: Way) async throws {
    for place in Self.places {
      for bits: UInt8 in [1, 0x80] { try await ask(way, .answerGarbled(at: place, by: bits)) }
    }
  }

  @Test(arguments: Way.allCases, [0, 30, 100]) func anUpstreamThatFallsSilentIsLeftWithTheClient(
    way: Way, place: Int
  ) async throws {
    try await ask(way, .stalled(after: place))
  }

  /// Asks with the fault on the way, and in the end without.
  private func ask(_ way: Way, _ fault: Fault) async throws {
    let upstream = CountedUpstream()
    let server = try await Server.start(upstream, on: [.port(host: "127.0.0.1", port: 0, certificate: nil)])
    let port = try #require(server.addresses[0].split(separator: ":").last.flatMap { UInt16($0) })
    let proxy = FaultProxy(to: .port(port)) { $0 == 0 ? fault : .none }
    guard case .port(let place) = proxy.place else { return }
    try await GatewayFixture.with(.proxy(to: "http://127.0.0.1:\(place)")) { settings in
      settings.upstreams.answerTimeout = .seconds(fault.maySilence ? 3 : 60)
    } _: { gateway in
      // The connection with the fault may be kept, by one event loop of several, and the fault come to a later request.
      var (sent, isWhole) = (0, false)
      while sent < Self.requests, !isWhole || sent < 3 {
        let connection = try gateway.connect()
        connection.say(way.request)
        sent += 1
        let heard = await connection.hear(until: end(of: way, fault))
        judge(heard, way, fault)
        isWhole = heard.hasPrefix("HTTP/1.1 \(way.status) ") && (fault.maySilence || heard.hasSuffix(way.end))
      }
      #expect(isWhole, "\(way), \(fault): never whole")
      #expect(upstream.count(of: "POST") <= (way == .post ? sent : 0), "\(way), \(fault): sent twice")
    }
    // The gateway has let go of everything, the client being gone. A proxy that is silent notices nothing.
    proxy.stop()
    guard !fault.isSilence else { return await server.stop(grace: .zero) }
    await eventually("\(way), \(fault): nothing is left") { await server.connections.count == 0 && proxy.isIdle }
    await server.stop(grace: .zero)
  }

  /// What is waited for, if not for the end of the connection.
  private func end(of way: Way, _ fault: Fault) -> String? {
    fault.maySilence ? "\r\n\r\n" : way == .upgrade ? way.end : nil
  }

  private func judge(_ heard: String, _ way: Way, _ fault: Fault) {
    let status = heard.dropFirst("HTTP/1.1 ".count).prefix(3)
    let isWhole = heard.hasSuffix(way.end)
    switch status {
    case "502", "504": #expect(heard.contains("Error while proxying request: "), "\(way), \(fault): \(heard)")
    case way.status, "200":
      // What is not whole must not look so.
      let looksWhole = way == .stream ? heard.hasSuffix("\r\n0\r\n\r\n") : isWhole
      if case .answerGarbled = fault { return }
      if case .replaced = fault { return }
      #expect(isWhole == looksWhole && (fault != .none || isWhole), "\(way), \(fault): \(heard)")
    default:
      if case .answerGarbled = fault { return }
      Issue.record("\(way), \(fault): \(heard)")
    }
  }
}

/// Answers in the ways that are asked for, and counts what it was asked.
private final class CountedUpstream: Handler {
  private let counts = Locked<[String: Int]>([:])

  func count(of method: String) -> Int { counts.withLock { $0[method] ?? 0 } }

  func respond(to request: IncomingRequest) async -> HTTPResponse {
    let method = request.head.method.rawValue
    counts.withLock { $0[method, default: 0] += 1 }
    if let offer = request.upgrade {
      return HTTPResponse(
        status: 101, headers: ["Connection": "Upgrade", "Upgrade": offer.protocols[0]], body: offer.bytes)
    }
    if request.head.target.hasSuffix("/stream") {
      let pieces = AsyncStream<[UInt8]> { stream in
        for piece in ["one", "two", "three"] { stream.yield(Array(piece.utf8)) }
        stream.finish()
      }
      return HTTPResponse(status: 200, body: HTTPBody(pieces))
    }
    let size = (try? await request.body.collected().count) ?? -1
    let text = "answered \(method) \(size)"
    return HTTPResponse(
      status: 200, headers: ["Content-Length": String(text.utf8.count)], bytes: Array(text.utf8))
  }
}
