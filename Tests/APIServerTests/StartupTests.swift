import APITestSupport
import Client
import HTTP
import KubernetesAPI
import Testing

@testable import APIServer

@Suite struct StartupTests {
  private let ask: Asking

  init() throws { ask = try Asking() }

  private func answer(_ path: String) async throws -> (status: Int, text: String) {
    let response = await ask.api.respond(to: HTTPRequest(.get, path), as: .owner)
    return (response.status, String(decoding: try await response.body.collected(), as: UTF8.self))
  }

  @Test func whatIsUnderWayIsNamedUntilItIsOver() async throws {
    ask.api.startup.begin("marketplace")
    let early = try await answer("/readyz")
    let alive = try await answer("/livez")
    ask.api.startup.end("marketplace")
    let late = try await answer("/readyz")

    #expect(early == (500, "[-]marketplace failed: it is under way\nreadyz check failed\n"))
    #expect(alive == (200, "ok"))
    #expect(late == (200, "ok"))
  }
}
