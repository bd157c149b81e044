import Client
import Extensions
import HTTP
import Manifest
import Packages
import TestSupport
import Testing

@testable import Charts
@testable import Controllers
@testable import KubernetesAPI
@testable import Platform

@Suite struct WebRepositoryTests {
  private static func packages(_ names: Set<String> = ["log-lens"]) -> [ChartRepository.Packed] {
    Catalogue.packages(of: names)
  }

  @Test(arguments: [Dialect.subscription, .installPlan])
  func aRepositoryOnTheWebIsPublishedAndSaysSo(dialect: Dialect) async throws {
    let server = try ChartServer(Self.packages(), credentials: "ada:secret word")
    let tester = try await RepositoryTester(
      dialect, ["url": .string(server.url + "/"), "basicAuth": ["username": "ada", "password": "secret word"]])

    try await tester.look()

    #expect(try await tester.versions.count == 3)
    #expect(try await tester.events("Synced") == ["synced 3 versions of 1 extensions from \(server.url)/"])
    #expect(try await tester.condition("Reachable").status == "True")
    #expect(try await tester.condition("Synced").message.hasPrefix("3 versions of 1 extensions"))
    #expect(server.requests[0].headers["Accept-Encoding"] == "gzip")
  }

  @Test func whatHasNotChangedIsNeitherFetchedNorWrittenAgain() async throws {
    let server = try ChartServer(Self.packages())
    let tester = try await RepositoryTester(["url": .string(server.url)])
    try await tester.look()
    let (count, state) = (server.requests.count, try await tester.state)

    #expect(try await tester.look() != .atOnce)
    #expect(server.requests.count == count)
    tester.advance(seconds: 1000)
    try await tester.look(restarted: true)

    #expect(server.paths(since: count) == ["/charts/index.yaml"])
    #expect(server.requests.last?.headers["If-None-Match"] != nil)
    #expect(try await tester.state == state)
  }

  @Test func aServerWithoutTagsIsAskedForTheIndexAloneWhenThatIsTheSame() async throws {
    let server = try ChartServer(Self.packages())
    let tester = try await RepositoryTester(["url": .string(server.url)])
    let index = server.file("index.yaml")
    let head = "HTTP/1.1 200 OK\r\nContent-Length: \(index.count)\r\n\r\n"
    server.depart("index.yaml", .bytes(Array(head.utf8) + index))
    try await tester.look()
    let (count, state) = (server.requests.count, try await tester.state)

    tester.advance(seconds: 1000)
    try await tester.look(restarted: true)

    #expect(server.paths(since: count) == ["/charts/index.yaml"])
    #expect(try await tester.state == state)
  }

  @Test func onlyWhatIsNewIsFetched() async throws {
    let server = try ChartServer(Self.packages())
    let tester = try await RepositoryTester(["url": .string(server.url)])
    try await tester.look()
    let count = server.requests.count

    try server.offer(Self.packages(["log-lens", "cert-clock"]))
    tester.advance(seconds: 1000)
    try await tester.look(restarted: true)

    #expect(server.paths(since: count).allSatisfy { $0.hasSuffix("index.yaml") || $0.containsText("cert-clock") })
    #expect(try await tester.cluster.find(tester.dialect.extensions, "cert-clock") != nil)
  }

  @Test func aVersionThatWasTakenAwayByHandComesBackAtTheNextLook() async throws {
    let server = try ChartServer(Self.packages())
    let tester = try await RepositoryTester(["url": .string(server.url)])
    try await tester.look()
    try await tester.cluster.delete(tester.dialect.extensionVersions, "log-lens-1.0.0")

    tester.advance(seconds: 1000)
    try await tester.look(restarted: true)

    #expect(try await tester.versions.count == 3)
  }

  @Test func aRepositoryIsReadAgainWhenItAsksForSomethingElse() async throws {
    let server = try ChartServer(Self.packages())
    let tester = try await RepositoryTester(["url": .string(server.url), "depth": 1])
    try await tester.look()
    #expect(try await tester.versions.count == 1)

    _ = try await tester.cluster.patch(tester.dialect.repositories, tester.name, ["spec": ["depth": 0]])
    try await tester.look()

    #expect(try await tester.versions.count == 3)
  }

  @Test func credentialsAreShownToNoOtherServer() async throws {
    let other = try ChartServer(Self.packages())
    let server = try ChartServer(Self.packages(), credentials: "ada:secret")
    let index = String(decoding: server.file("index.yaml"), as: UTF8.self)
    server.put(Array(index.replacingText("- log-lens", with: "- \(other.url)/log-lens").utf8), at: "index.yaml")
    server.depart("log-lens-1.0.0.tgz", nil)
    let tester = try await RepositoryTester(
      ["url": .string(server.url), "basicAuth": ["username": "ada", "password": "secret"]])

    try await tester.look()

    #expect(try await tester.versions.count == 3)
    #expect(other.requests.count == 3)
    #expect(other.requests.allSatisfy { $0.headers["Authorization"] == nil })
  }

  @Test func redirectsAreFollowedWithoutCredentialsAndNotForEver() async throws {
    let other = try ChartServer(Self.packages())
    let server = try ChartServer(Self.packages(), credentials: "ada:secret")
    server.depart("index.yaml", .redirect("\(other.url)/index.yaml"))
    let access = try RepositoryAccess(
      Object(["spec": ["basicAuth": ["username": "ada", "password": "secret"]]]))
    let url = try #require(WebURL(server.url))

    let contents = try await WebRepository(url, access: access).read(unless: nil)
    #expect(contents?.index.entries["log-lens"]?.count == 3)
    #expect(other.requests.allSatisfy { $0.headers["Authorization"] == nil })

    server.depart("index.yaml", .redirect("/charts/index.yaml"))
    let error = await #expect(throws: RepositoryError.self) {
      try await WebRepository(url, access: access).read(unless: nil)
    }
    #expect(error?.description.hasSuffix("it sends on more than 10 times") == true)
  }

  @Test(arguments: [
    (ChartServer.Oddity.status(401, headers: []), "the server wants credentials, or others than it was given (401)"),
    (.status(403, headers: []), "the server does not allow it (403)"),
    (.status(404, headers: []), "it is not there (404)"),
    (.status(503, headers: []), "the server failed (503)"),
    (.redirect("ftp://elsewhere/x"), "it sends on to ftp://elsewhere/x, which is no web address"),
    (.bytes(Array("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nentries".utf8)), "the connection broke before"),
    (.bytes(Array("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]".utf8)), "an index has entries; this has none"),
    (
      .bytes(Array("HTTP/1.1 200 OK\r\nContent-Encoding: br\r\nContent-Length: 2\r\n\r\n[]".utf8)),
      "it is packed as br, which was not asked for"
    ),
    (
      .bytes(Array("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\n[]".utf8)),
      "it is not packed as it says: incorrect header check"
    ),
  ])
  func everyRefusalHasItsOwnReason(oddity: ChartServer.Oddity, reason: String) async throws {
    let server = try ChartServer()
    server.depart("index.yaml", oddity)
    let tester = try await RepositoryTester(["url": .string(server.url)])

    try await tester.look()

    let told = try await tester.events("SyncFailed")
    #expect(told.count == 1 && told[0].containsText(reason), "\(told)")
    #expect(try await tester.condition("Synced").status == "False")
    let message = try await tester.condition("Synced").message
    #expect(message.containsText(reason) && message.containsText("; it is tried again after "), "\(message)")
  }

  @Test func aServerThatSaysNothingIsGivenUpAndAskedLaterAndLater() async throws {
    let server = try ChartServer()
    server.depart("index.yaml", .silence)
    let tester = try await RepositoryTester(
      ["url": .string(server.url), "updateStrategy": ["timeout": "1s", "registryPoll": ["interval": "15m"]]])

    let first = try await tester.look()
    #expect(first == .after(.milliseconds(50)))
    #expect(try await tester.events("SyncFailed").first?.hasSuffix("no end of it, within 1 s") == true)
    #expect(try await tester.condition("Reachable").status == "False")

    let memory = RepositoryMemory()
    let delays = (0..<6).map { _ in
      memory.noteFailure("u", syncKey: "", retryDelay: .seconds(30), interval: .seconds(600), retryAfter: nil)
    }
    #expect(delays == [30, 60, 120, 240, 480, 600].map { .seconds($0) })
  }

  @Test func aServerThatNamesATimeIsAskedThen() async throws {
    let server = try ChartServer()
    server.depart("index.yaml", .status(429, headers: ["Retry-After: 77"]))
    let tester = try await RepositoryTester(["url": .string(server.url)])

    #expect(try await tester.look() == .after(.seconds(77)))
    let count = server.requests.count
    // Saying that it failed changes the object, which is no reason to ask again.
    guard case .after(let rest) = try await tester.look() else {
      Issue.record("it is not looked at again")
      return
    }
    #expect(rest > .seconds(60) && server.requests.count == count)
  }

  @Test func aChartThatCannotBeFetchedKeepsItsVersionAndIsTold() async throws {
    let server = try ChartServer(Self.packages())
    let tester = try await RepositoryTester(["url": .string(server.url)])
    try await tester.look()
    let index = String(decoding: server.file("index.yaml"), as: UTF8.self)
    server.put(Array(index.replacingText("T08:", with: "T09:").utf8), at: "index.yaml")
    server.depart("log-lens-1.0.0.tgz", .status(503, headers: []))

    tester.advance(seconds: 1000)
    let next = try await tester.look(restarted: true)

    #expect(try await tester.versions.count == 3)
    let told = try await tester.events("PartiallySynced")
    #expect(told == ["log-lens 1.0.0: \(server.url)/log-lens-1.0.0.tgz: the server failed (503)"])
    #expect(next == .after(.milliseconds(50)))
    #expect(try await tester.condition("Synced").message.containsText("1 left out: log-lens 1.0.0"))
  }

  @Test func aChartWithAnotherDigestIsNotPublished() async throws {
    let server = try ChartServer(Self.packages())
    server.put(server.file("log-lens-0.9.0.tgz"), at: "log-lens-1.0.0.tgz")
    let tester = try await RepositoryTester(["url": .string(server.url)])

    try await tester.look()

    #expect(try await tester.versions == ["log-lens-0.9.0", "log-lens-1.1.0"])
    #expect(try await tester.events("PartiallySynced").first?.hasPrefix("log-lens 1.0.0: its digest is ") == true)
  }

  /// What helm refuses, and what would install another version than was asked for.
  @Test(arguments: [
    (["Chart.yaml": "name: quince\nversion: 2.0.0\n"], "its Chart.yaml says version 2.0.0, and the repository 1.0.0"),
    (["Chart.yaml": "name: plum\nversion: 1.0.0\n"], "its Chart.yaml calls it plum"),
    (
      ["Chart.yaml": "name: quince\nversion: 1.0.0\n", "extension.yaml": "name: plum\n"], "its extension.yaml calls it"
    ),
    (["Chart.yaml": "name: quince\nversion: 1.0.0\ntype: x\n"], "the type x in Chart.yaml is neither"),
    (["Chart.yaml": "name: quince\nversion: v1.0.0\n"], ""),
  ])
  func whatIsNotWhatTheRepositorySaysIsRefused(files: [String: String], reason: String) throws {
    let archive = Package(files: files.mapValues { Array($0.utf8) }).archive(folder: "quince")
    let entry = ChartIndex.Entry(name: "quince", version: "1.0.0", url: "q.tgz", digest: "", created: "")

    let error: RepositoryError?
    do {
      _ = try PublishedVersion(entry, archive: archive, address: "q.tgz")
      error = nil
    } catch let refusal {
      error = refusal
    }

    #expect((error == nil) == reason.isEmpty)
    #expect(error?.description.hasPrefix(reason) ?? true, "\(error?.description ?? "")")
  }

  /// `helm repo add` takes the first three, 3.17.
  @Test(arguments: [
    ("apiVersion: v1\nentries:\n", true), ("apiVersion: v1\n", true), ("apiVersion: v1\nentries: {a: null}\n", true),
    ("", false), ("apiVersion: v1\nentries: []\n", false), ("<html></html>", false),
  ])
  func anIndexWithoutEntriesIsOneIfItSaysSo(text: String, isIndex: Bool) {
    #expect(((try? ChartIndex(text)) != nil) == isIndex)
  }

  @Test func whatIsInstalledIsKeptAndMarkedWhenTheIndexHasItNoMore() async throws {
    let server = try ChartServer(Self.packages(["log-lens", "cert-clock"]))
    let tester = try await RepositoryTester(["url": .string(server.url)])
    try await tester.look()
    let plan = Object(
      tester.dialect.installations, name: "log-lens",
      ["spec": ["enabled": true, "extension": ["name": "log-lens", "version": "1.0.0"]]])
    _ = try await tester.cluster.create(tester.dialect.installations, plan)

    try server.offer(Self.packages(["cert-clock"]))
    tester.advance(seconds: 1000)
    try await tester.look(restarted: true)

    #expect(try await tester.versions.filter { $0.hasPrefix("log-lens") } == ["log-lens-1.0.0"])
    let kept = try await tester.cluster.get(tester.dialect.extensionVersions, "log-lens-1.0.0")
    #expect(kept.annotations[Publisher.goneAnnotation] != nil)
    #expect(try await tester.condition("Synced").message.containsText("1 kept because they are installed"))

    try await tester.cluster.delete(tester.dialect.installations, "log-lens")
    tester.advance(seconds: 1000)
    try await tester.look(restarted: true)
    #expect(try await tester.versions.filter { $0.hasPrefix("log-lens") } == [])
  }

  @Test func aRepositoryThatHangsDelaysNoOther() async throws {
    let (slow, quick) = (try ChartServer(), try ChartServer(Self.packages()))
    slow.depart("index.yaml", .silence)
    let fixture = try ControllerFixture(.installPlan)
    for number in 0..<6 {
      _ = try await RepositoryTester(name: "a-slow-\(number)", in: fixture, ["url": .string(slow.url)])
    }
    let tester = try await RepositoryTester(name: "quick", in: fixture, ["url": .string(quick.url)])

    try await fixture.withControllers {
      try await fixture.wait("the versions of the other") { try await tester.versions.count == 3 }
    }
  }

  @Test func aChartTooLargeForAConfigMapIsFetchedWhenItIsInstalled() async throws {
    var dice = SeededGenerator(seed: 17)
    var files = PlainChart.files
    files["big"] = (0..<900_000).map { _ in UInt8.random(in: 0...255, using: &dice) }
    let package = Package(files: files)
    let server = try ChartServer(
      [ChartRepository.Packed(package: package, chart: try package.chart(), created: "")], credentials: "ada:secret")
    let tester = try await RepositoryTester(
      .subscription, ["url": .string(server.url), "basicAuth": ["username": "ada", "password": "secret"]])
    try await tester.look()
    #expect(try await tester.cluster.list(.configMaps, namespace: PackageSource.namespace).isEmpty)
    let count = server.requests.count

    try await tester.fixture.withControllers {
      let wish = Object(
        tester.dialect.installations, name: "orchard",
        ["spec": ["enabled": true, "extension": ["name": "orchard", "version": "v0.10.0"]]])
      _ = try await tester.cluster.create(tester.dialect.installations, wish)
      _ = try await tester.fixture.wait(for: "orchard") { $0.observed.state == .installed }
    }
    #expect(server.paths(since: count).contains("/charts/orchard-v0.10.0.tgz"))
  }
}
