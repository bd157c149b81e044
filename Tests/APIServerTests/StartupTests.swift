import APITestSupport
import Client
import HTTP
import KubernetesAPI
import Testing

@testable import APIServer

@Suite struct StartupTests {
  private let ask: TestAPI

  init() throws { ask = try TestAPI() }

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

    let words = "[+]ping ok\n[+]log ok\n[+]storage ok\n"
    #expect(early == (500, words + "[-]marketplace failed: not finished\nreadyz check failed\n"))
    #expect(alive == (200, "ok"))
    #expect(late == (200, "ok"))
  }

  @Test func eachCheckIsToldWhenAskedFor() async throws {
    let all = try await answer("/livez?verbose&exclude=log")
    let few = try await answer("/livez?verbose&exclude=nope&exclude=log&exclude=b&exclude=storage")
    let one = try await answer("/healthz/ping")
    let none = try await answer("/healthz/none")

    // As kube-apiserver 1.20 words it.
    #expect(all == (200, "[+]ping ok\n[+]log excluded: ok\n[+]storage ok\nlivez check passed\n"))
    let warning = "warn: some health checks cannot be excluded: no matches for \"b\",\"nope\"\n"
    let lines = "[+]ping ok\n[+]log excluded: ok\n[+]storage excluded: ok\n"
    #expect(few == (200, lines + warning + "livez check passed\n"))
    #expect(one == (200, "ok"))
    #expect(none.status == 404)
  }

  @Test func metricsCountWhatThereIs() async throws {
    try await ask(.post, Path.maps, .map("m"))

    let (status, text) = try await answer("/metrics")

    #expect(status == 200)
    #expect(text.contains("\napiserver_storage_objects{resource=\"configmaps\"} 1\n"))
    #expect(text.contains("\nprocess_resident_memory_bytes "))
  }
}
