import TestSupport
import Testing

@testable import Client
@testable import HTTP
@testable import Platform

@Suite struct GatewayFallbackTests {
  private static let down = TransportError.unreachable(host: "k8s", reason: "refused")
  private let clock = TestClock()
  private let heard = Locked<[FallbackTransport.Use]>([])

  private func fallback(_ kubernetes: any Transport, _ gateway: any Transport) -> FallbackTransport {
    FallbackTransport(kubernetes: kubernetes, gateway: gateway, timing: clock.timing) { [heard] use in
      heard.withLock { $0.append(use) }
    }
  }

  private func failing(_ error: TransportError) -> ScriptedTransport {
    ScriptedTransport { _, _ throws(TransportError) in throw error }
  }

  private func answering(_ status: Int = 200) -> ScriptedTransport {
    ScriptedTransport { _, _ in .json(status, "{}") }
  }

  @Test func theKubernetesWayIsTakenWhileItWorks() async throws {
    let (kubernetes, gateway) = (answering(403), answering())
    let transport = fallback(kubernetes, gateway)

    let response = try await transport.send(HTTPRequest(.get, "/apis/x"))

    #expect(response.status == 403)
    #expect(gateway.requests.isEmpty)
    #expect(transport.inUse.description == "by Kubernetes")
    #expect(heard.withLock { $0 } == [])
  }

  @Test(arguments: [
    down, .untrusted(host: "k8s", reason: "expired"), .interrupted(reason: "cut"), .timedOut(seconds: 32),
  ])
  func aReadWithoutAnAnswerGoesTheOtherWay(error: TransportError) async throws {
    let (kubernetes, gateway) = (failing(error), answering())
    let transport = fallback(kubernetes, gateway)

    _ = try await transport.send(HTTPRequest(.get, "/apis/x"))
    _ = try await transport.send(HTTPRequest(.get, "/apis/y"))

    #expect(gateway.requests.map(\.target) == ["/apis/x", "/apis/y"])
    #expect(kubernetes.requests.count == 1)
    #expect(heard.withLock { $0 }.map(\.way) == [.gateway])
  }

  @Test(arguments: [HTTPRequest.Method.post, .patch, .put, .delete])
  func aWriteIsOnlySentAgainWhenItCannotHaveBeenSent(method: HTTPRequest.Method) async throws {
    for error in [TransportError.interrupted(reason: "cut"), .timedOut(seconds: 32), .untrusted(host: "h", reason: "")]
    {
      let gateway = answering()
      let transport = fallback(failing(error), gateway)

      await #expect(throws: error) { try await transport.send(HTTPRequest(method, "/apis/x")) }
      #expect(gateway.requests.isEmpty)
    }

    let gateway = answering()
    _ = try await fallback(failing(Self.down), gateway).send(HTTPRequest(method, "/apis/x"))
    #expect(gateway.requests.count == 1)
  }

  @Test func aWriteThatTheSecondWayMayHaveCarriedOutSaysSo() async {
    let transport = fallback(failing(Self.down), failing(.interrupted(reason: "cut")))

    await #expect(throws: TransportError.interrupted(reason: "cut")) {
      try await transport.send(HTTPRequest(.patch, "/apis/x"))
    }
  }

  @Test func whenBothAreDownBothAreNamed() async {
    let transport = fallback(failing(Self.down), failing(.unreachable(host: "ks", reason: "no route")))

    await #expect(throws: TransportError.unreachable(host: "k8s", reason: "refused; nor ks: no route")) {
      try await transport.send(HTTPRequest(.get, "/apis/x"))
    }
    #expect(transport.inUse.way == .kubernetes)
  }

  @Test func aWayWithoutALoginIsNoOtherWay() async {
    let transport = fallback(failing(Self.down), failing(.invalid(reason: "not logged in")))

    await #expect(
      throws: TransportError.unreachable(
        host: "k8s", reason: "refused; the other way cannot be gone: not logged in")
    ) {
      try await transport.send(HTTPRequest(.get, "/apis/x"))
    }
  }

  @Test(arguments: [TransportError.cancelled, .invalid(reason: "a bad certificate")])
  func whatIsNoFaultOfTheWayIsNotTriedAgain(error: TransportError) async {
    let gateway = answering()

    await #expect(throws: error) { try await fallback(failing(error), gateway).send(HTTPRequest(.get, "/apis/x")) }
    #expect(gateway.requests.isEmpty)
  }

  @Test func thePreferredWayIsTakenAgainOnceItIsBack() async throws {
    let isBack = Locked(false)
    let kubernetes = ScriptedTransport { _, _ throws(TransportError) in
      if isBack.withLock({ $0 }) { return .json("{}") }
      throw Self.down
    }
    let transport = fallback(kubernetes, answering())
    _ = try await transport.send(HTTPRequest(.get, "/apis/x"))
    #expect(transport.inUse.description == "by the gateway: k8s cannot be reached")

    isBack.withLock { $0 = true }
    _ = try await transport.send(HTTPRequest(.get, "/apis/x"))
    #expect(kubernetes.requests.count == 1)
    clock.advance(FallbackTransport.probeInterval)
    _ = try await transport.send(HTTPRequest(.get, "/apis/x"))

    await eventually { transport.inUse.way == .kubernetes }
    #expect(kubernetes.requests.last?.target == "/version")
    await eventually { heard.withLock { $0 }.map(\.way) == [.gateway, .kubernetes] }
  }

  @Test func aProxysComplaintIsNoSignOfLife() async throws {
    let kubernetes = ScriptedTransport { _, number throws(TransportError) in
      if number == 0 { throw Self.down }
      return .json(502, "")
    }
    let transport = fallback(kubernetes, answering())
    _ = try await transport.send(HTTPRequest(.get, "/apis/x"))

    await transport.probe()

    #expect(transport.inUse.way == .gateway)
  }

  @Test func whenTheGatewayFailsInTurnTheFirstWayIsTried() async throws {
    let kubernetes = ScriptedTransport { _, number throws(TransportError) in
      if number == 0 { throw Self.down }
      return .json("{}")
    }
    let gateway = ScriptedTransport { _, number throws(TransportError) in
      if number > 0 { throw .interrupted(reason: "cut") }
      return .json("{}")
    }
    let transport = fallback(kubernetes, gateway)

    _ = try await transport.send(HTTPRequest(.get, "/apis/x"))
    _ = try await transport.send(HTTPRequest(.get, "/apis/y"))

    #expect(kubernetes.requests.map(\.target) == ["/apis/x", "/apis/y"])
    #expect(transport.inUse == .init(way: .kubernetes, reason: nil))
  }

  @Test func everyListenerHearsOfTheWayInUse() async throws {
    let transport = fallback(failing(Self.down), answering())
    let sentences = Locked<[String]>([])
    transport.whenChanged { use in sentences.withLock { $0.append("\(use.sentence)") } }

    _ = try await transport.send(HTTPRequest(.get, "/apis/x"))

    #expect(sentences.withLock { $0 } == ["The gateway is used now: k8s cannot be reached."])
    #expect(heard.withLock { $0.count } == 1)
  }
}
