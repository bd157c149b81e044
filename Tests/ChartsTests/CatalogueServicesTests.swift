import HTTP
import KubernetesAPI
import Manifest
import Testing

@testable import Charts

/// The back ends of the built-in marketplace.
@Suite struct CatalogueServicesTests {
  private static let services = CatalogueServices(pause: { _ in })

  private func ask(_ target: String, host: String = "dashboards.extension-dashboards.svc") async -> HTTPResponse {
    await Self.services.respond(
      to: IncomingRequest(HTTPRequest(.get, target, headers: ["Host": host, "X-Remote-User": "ann"])))
  }

  @Test func anAPIKnowsWhoReads() async throws {
    let answer = await ask("/kapis/dashboards.meadow.example/v1alpha1/readings")
    let value = try JSON.parse(try await answer.body.collected())

    #expect(answer.status == 200)
    #expect(value["kind"] == "ReadingList")
    #expect(value[path: "metadata", "annotations", "meadow.example/read-by"] == "ann")
  }

  @Test func anAPITellsWhatItHas() async throws {
    let answer = await ask("/kapis/dashboards.meadow.example/v1alpha1")
    let value = try JSON.parse(try await answer.body.collected())

    #expect(value["kind"] == "APIResourceList" && value["groupVersion"] == "dashboards.meadow.example/v1alpha1")
  }

  @Test func aPageAStreamAndAFailureAreThere() async throws {
    let (page, stream) = (await ask("/proxy/dashboards/"), await ask("/proxy/dashboards/stream"))
    let lines = String(decoding: try await stream.body.collected(), as: UTF8.self).split(separator: "\n")

    #expect(page.headers["Content-Type"] == "text/html; charset=utf-8")
    #expect(lines.count == 60)
    #expect(lines.last == "dashboards: reading 60")
    #expect(await ask("/proxy/dashboards/fail").status == 500)
  }

  @Test func oneServiceHasACertificateThatIsNoGood() {
    #expect(CatalogueServices.hasUntrustedService("dashboards-untrusted"))
    #expect(!CatalogueServices.hasUntrustedService("dashboards"))
    #expect(!CatalogueServices.hasUntrustedService("stranger-untrusted"))
    #expect(!CatalogueServices.hasService("dashboards-untrusted"))
  }

  @Test func whatHangsEndsWhenItIsGivenUp() async {
    let asking = Task { await ask("/proxy/dashboards/hang").status }

    asking.cancel()

    #expect(await asking.value == 500)
  }

  @Test(arguments: [("/", "dashboards.x.svc"), ("/proxy/dashboards/", "unknown.x.svc"), ("/proxy/x/y", "dashboards")])
  func whatIsNotThereIsNotFound(target: String, host: String) async {
    #expect(await ask(target, host: host).status == 404)
  }
}
