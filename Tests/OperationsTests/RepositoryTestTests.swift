import Client
import HTTP
import Platform
import Testing

@testable import Operations

/// Whether an address is that of a repository.
@Suite struct RepositoryTestTests {
  private struct Answering: Transport {
    var response: @Sendable (HTTPRequest) -> HTTPResponse

    func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse { response(request) }
  }

  private func outcome(_ status: Int, _ text: String, isRegistry: Bool = false) async -> RepositoryTest.Outcome {
    await RepositoryTest.outcome(
      isRegistry, .init(), Answering { _ in HTTPResponse(status: status, bytes: Array(text.utf8)) })
  }

  @Test func anIndexIsCountedAndEverythingElseSaysWhatItIs() async {
    let index = "apiVersion: v1\nentries:\n  a:\n  - version: 1.0.0\n  - version: 1.1.0\n  b:\n  - version: 1.0.0\n"

    #expect(await outcome(200, index) == .index(charts: 2, versions: 3, bytes: index.utf8.count))
    #expect(await outcome(200, "<html>") == .problem("its index.yaml has no entries: it is no index of charts"))
    #expect(await outcome(404, "") == .problem("there is no index.yaml (404)"))
    #expect(await outcome(401, "") == .problem("it wants another user name and password (401)"))
    #expect(await outcome(401, "", isRegistry: true) == .registry)
    #expect(await outcome(500, "") == .problem("it answers with 500"))
  }

  /// As helm 3.17 takes them (`helm repo add` on the same index).
  @Test(arguments: [
    ("5", false), ("yesterday", false), ("2020-01-01", false), ("''", false), ("2020-01-01 00:00:00", false),
    ("2020-01-01T00:00:00", false), ("2020-01-01T00:00:00Z", true), ("'2020-01-01T00:00:00.123+02:00'", true),
    ("null", true),
  ])
  func aTimeThatHelmCannotReadIsSaid(time: String, isRead: Bool) async {
    let index = "apiVersion: v1\nentries:\n  a:\n  - version: 1.0.0\n    created: \(time)\n"

    let words = "its index.yaml is refused by helm: line 5: created of a is no time"
    #expect(
      await outcome(200, index)
        == (isRead
          ? .index(charts: 1, versions: 1, bytes: index.utf8.count) : .problem(Sentence(verbatim: words))))
  }

  @Test func whoAsksIsSaidToTheServer() async {
    var settings = RepositoryTest.Settings()
    (settings.username, settings.password) = ("ada", "pw")
    let transport = Answering { request in
      HTTPResponse(
        status: request.headers["Authorization"] == "Basic YWRhOnB3" ? 200 : 401, bytes: Array("entries: {}".utf8))
    }

    #expect(await RepositoryTest.outcome(false, settings, transport) == .index(charts: 0, versions: 0, bytes: 11))
  }

  @Test func whatCannotBeAskedFromHereIsSaid() async {
    let file = await RepositoryTest.outcome(of: "file:///srv/charts", .init())
    let nothing = await RepositoryTest.outcome(of: "charts", .init())

    #expect(
      file
        == .problem(
          "file:///srv/charts is a folder of the computer that the controllers run on: it cannot be tested from here"))
    #expect(nothing == .problem("charts is no address: https://HOST/PATH or oci://HOST/PATH is expected"))
  }
}
