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

@Suite struct RegistryTests {
  private static func chart(_ version: String, name: String = "orchard") -> [UInt8] {
    Package(files: ["Chart.yaml": Array("apiVersion: v2\nname: \(name)\nversion: \(version)\n".utf8)])
      .archive(folder: name)
  }

  @Test(arguments: [Dialect.subscription, .installPlan])
  func whatHelmPushedIsPublishedWithATokenAndInPages(dialect: Dialect) async throws {
    let registry = TestRegistry(password: "secret")
    for version in ["0.1.0", "0.2.0", "0.3.0", "0.4.0", "0.5.0"] {
      registry.push("fruit/orchard", tag: version, chart: Self.chart(version))
    }
    registry.push("fruit/orchard", tag: "latest", chart: Self.chart("0.5.0"))
    let tester = try await RepositoryTester(
      dialect,
      [
        "url": .string("oci://\(registry.host)/fruit/orchard"),
        "basicAuth": ["username": "ada", "password": "secret"],
      ])

    try await tester.look()

    #expect(try await tester.versions.count == 5)
    #expect(try await tester.events("PartiallySynced") == [])
    #expect(registry.requests.filter { $0.target.hasPrefix("/token") }.count == 1)
    // Three pages, and one request without the token.
    #expect(registry.requests.filter { $0.target.hasPrefix("/v2/fruit/orchard/tags/") }.count == 4)
  }

  @Test func credentialsAreNotShownWhereAHostSaysThatTheRegistrySentOnTo() async throws {
    let other = LoopbackServer { request in
      let realm = "http://" + (request.headers["Host"] ?? "") + "/token"
      return request.target.hasPrefix("/token")
        ? .answer("200 OK", #"{"token":"x"}"#)
        : .answer("401 Unauthorized", "{}", headers: [#"WWW-Authenticate: Bearer realm="\#(realm)""#])
    }
    defer { other.stop() }
    let registry = LoopbackServer { request in
      request.target == "/v2/"
        ? .answer() : .answer("307 Temporary Redirect", "", headers: ["Location: \(other.base)/x"])
    }
    defer { registry.stop() }
    let host = String(registry.base.dropFirst(7))
    let tester = try await RepositoryTester(
      ["url": .string("oci://\(host)/orchard"), "basicAuth": ["username": "ada", "password": "secret"]])

    try await tester.look()

    #expect(try await tester.events("SyncFailed").first?.containsText("(401)") == true)
    #expect(!other.requests.isEmpty && other.requests.allSatisfy { $0.headers["Authorization"] == nil })
  }

  @Test func whatHasNotChangedIsNotFetchedAndAMovedTagIs() async throws {
    let registry = TestRegistry()
    registry.push("orchard", tag: "0.1.0", chart: Self.chart("0.1.0"))
    registry.push("orchard", tag: "0.2.0", chart: Self.chart("0.2.0"))
    let tester = try await RepositoryTester(["url": .string("oci://\(registry.host)/orchard")])
    try await tester.look()
    var count = registry.requests.count
    let state = try await tester.state

    tester.advance(seconds: 1000)
    try await tester.look(restarted: true)
    #expect(registry.requests.dropFirst(count).allSatisfy { $0.method == "HEAD" || !$0.target.containsText("sha256") })
    #expect(try await tester.state == state)

    let moved = Package(files: [
      "Chart.yaml": Array("name: orchard\nversion: 0.2.0\ndescription: moved\n".utf8)
    ]).archive(folder: "orchard")
    registry.push("orchard", tag: "0.2.0", chart: moved)
    count = registry.requests.count
    tester.advance(seconds: 1000)
    try await tester.look(restarted: true)

    let version = try await tester.cluster.get(tester.dialect.extensionVersions, "orchard-0.2.0")
    #expect(version.spec[path: "description", "en"] == "moved")
    #expect(registry.requests.dropFirst(count).filter { $0.target.containsText("/blobs/") }.count == 1)
  }

  @Test func chartsBelowAPathAreFoundWhereTheRegistryListsThem() async throws {
    let registry = TestRegistry()
    for name in ["fruit/orchard", "fruit/meadow", "stone/quarry"] {
      let chart = Self.chart("0.1.0", name: String(name.dropFirst(6)))
      registry.push(name, tag: "0.1.0", chart: chart)
    }
    _ = registry.push("fruit/picture", tag: "1.0.0", layers: [TestLayer.tar([("x", "y")])])
    let tester = try await RepositoryTester(["url": .string("oci://\(registry.host)/fruit")])

    try await tester.look()

    #expect(try await tester.versions == ["meadow-0.1.0", "orchard-0.1.0"])
    #expect(
      try await tester.events("PartiallySynced") == [
        "picture 1.0.0: what lies there is no chart of helm, but application/vnd.oci.image.config.v1+json"
      ])
  }

  @Test func wrongCredentialsAndNothingThereAreToldInTheRegistrysWords() async throws {
    let registry = TestRegistry(password: "secret")
    let wrong = try await RepositoryTester(
      ["url": .string("oci://\(registry.host)/x"), "basicAuth": ["username": "ada", "password": "guess"]])
    try await wrong.look()
    #expect(try await wrong.events("SyncFailed").first?.hasSuffix("(401): DENIED: no such user") == true)

    let open = TestRegistry()
    let nothing = try await RepositoryTester(["url": .string("oci://\(open.host)/x")])
    try await nothing.look()
    #expect(try await nothing.events("SyncFailed").first?.hasSuffix("there is no chart there") == true)
  }

  @Test func aBlobWithAnotherDigestIsRefused() async throws {
    let registry = TestRegistry()
    registry.push("orchard", tag: "0.1.0", chart: Self.chart("0.1.0"))
    registry.damageBlobs()
    let tester = try await RepositoryTester(["url": .string("oci://\(registry.host)/orchard")])

    try await tester.look()

    #expect(try await tester.versions == [])
    #expect(try await tester.events("PartiallySynced").first?.containsText("what came has the digest sha256:") == true)
  }

  private static func files(_ version: String) -> [(String, String)] {
    [
      ("charts/orchard/Chart.yaml", "apiVersion: v2\nname: orchard\nversion: \(version)\n"),
      ("charts/orchard/values.yaml", "apples: 3\n"), ("etc/passwd", "root"),
    ]
  }

  @Test(arguments: [Dialect.subscription, .installPlan])
  func theChartsOfAnImageArePublishedHoweverItsLayersArePacked(dialect: Dialect) async throws {
    let registry = TestRegistry()
    let layers = [
      Gzip.pack(TestLayer.tar(Self.files("0.1.0") + [("charts/old/Chart.yaml", "name: old\nversion: 1.0.0\n")])),
      TestLayer.zstd(TestLayer.tar([("charts/.wh.old", ""), ("charts/orchard/values.yaml", "apples: 4\n")])),
      TestLayer.tar([("./charts/meadow/Chart.yaml", "name: meadow\nversion: 2.0.0\n")]),
    ]
    _ = registry.push("museum", tag: "latest", layers: layers)
    let tester = try await RepositoryTester(dialect, ["image": .string("\(registry.host)/museum")])

    try await tester.look()

    let mark = dialect.name == .subscription ? "v" : ""
    #expect(try await tester.versions == ["meadow-\(mark)2.0.0", "orchard-\(mark)0.1.0"])
    let object = try await tester.cluster.get(tester.dialect.extensionVersions, "orchard-\(mark)0.1.0")
    let package = try await ExtensionVersion(object, dialect: dialect).package(from: tester.cluster)
    #expect(package.values == "apples: 4\n")
  }

  @Test func aHardLinkIsReadWhereverItsFileLiesAndASymbolicOneIsTold() async throws {
    let registry = TestRegistry()
    let layers = [
      TarWriter.archive(["srv/orchard-0.3.0.tgz": Self.chart("0.3.0")]),
      TestLayer.link("charts/orchard-0.3.0.tgz", "1", to: "srv/orchard-0.3.0.tgz"),
      TestLayer.link("charts/plum-1.0.0.tgz", "2", to: "/srv/plum-1.0.0.tgz"),
    ]
    _ = registry.push("museum", tag: "latest", layers: layers)
    let tester = try await RepositoryTester(.subscription, ["image": .string("\(registry.host)/museum")])

    try await tester.look()

    #expect(try await tester.versions == ["orchard-v0.3.0"])
    let told = try await tester.events("PartiallySynced")
    #expect(told == ["/charts/plum-1.0.0.tgz: links are left out, for they may lead anywhere"])
  }

  @Test func aMovingTagOfAnImageIsFollowedByItsDigest() async throws {
    let registry = TestRegistry()
    _ = registry.push("museum", tag: "1", layers: [TestLayer.tar(Self.files("0.1.0"))])
    let tester = try await RepositoryTester(.subscription, ["image": .string("\(registry.host)/museum:1")])
    try await tester.look()
    let (count, state) = (registry.requests.count, try await tester.state)

    tester.advance(seconds: 1000)
    try await tester.look(restarted: true)
    #expect(registry.requests.dropFirst(count).allSatisfy { $0.method == "HEAD" || $0.target == "/v2/" })
    #expect(try await tester.state == state)

    _ = registry.push("museum", tag: "1", layers: [TestLayer.tar(Self.files("0.2.0"))])
    tester.advance(seconds: 1000)
    try await tester.look(restarted: true)
    #expect(try await tester.versions == ["orchard-v0.2.0"])
  }

  @Test func anImageForSeveralPlatformsWithPackedChartsWhereItWorksIsRead() async throws {
    let registry = TestRegistry()
    let chart = Self.chart("0.3.0")
    let layer = TarWriter.archive(["srv/museum/orchard-0.3.0.tgz": chart])
    let image = registry.push("museum", tag: nil, layers: [Gzip.pack(layer)], workingDirectory: "/srv/museum")
    registry.push(
      "museum", tag: "2", type: ImageManifest.mediaTypes[2],
      [
        "schemaVersion": 2,
        "manifests": [
          ["digest": .string(image), "size": 1, "platform": ["os": "linux", "architecture": "amd64"]],
          ["digest": .string("sha256:" + String(repeating: "0", count: 64)), "platform": ["os": "unknown"]],
        ],
      ])
    let tester = try await RepositoryTester(.subscription, ["image": .string("\(registry.host)/museum:2")])

    try await tester.look()

    #expect(try await tester.versions == ["orchard-v0.3.0"])
    let version = try await tester.cluster.get(tester.dialect.extensionVersions, "orchard-v0.3.0")
    let url = try #require(version.spec["urls"]?.sequence?.first?.string)
    #expect(url.hasPrefix("image://\(registry.host)/museum@sha256:") && url.hasSuffix("/orchard-0.3.0.tgz"), "\(url)")
    let reference = try #require(ImageReference("\(registry.host)/museum:2"))
    let repository = ImageRepository(reference, access: RepositoryAccess())
    #expect(try await repository.archive(at: url, digest: SHA256.hex(chart)) == chart)
  }

  @Test(arguments: [
    ([("charts/../../etc/x", "y"), ("etc/x", "y")], "the image has no files below /charts"),
    ([("charts/.wh..wh..opq", ""), ("etc/x", "y")], "the image has no files below /charts"),
  ])
  func anImageWithoutChartsSaysSo(files: [(String, String)], reason: String) async throws {
    let registry = TestRegistry()
    _ = registry.push(
      "museum", tag: "latest",
      layers: [TestLayer.tar(files)])
    let tester = try await RepositoryTester(.subscription, ["image": .string("\(registry.host)/museum")])

    try await tester.look()

    #expect(try await tester.events("SyncFailed").first?.hasSuffix(reason) == true)
  }

  @Test func aMirrorIsAskedFirstAndTheRegistryWhereItDoesNotAnswer() async throws {
    let (registry, mirror) = (TestRegistry(), TestRegistry())
    _ = registry.push("museum", tag: "1", layers: [TestLayer.tar(Self.files("0.1.0"))])
    _ = mirror.push("copies/museum", tag: "1", layers: [TestLayer.tar(Self.files("0.2.0"))])
    let tester = try await RepositoryTester(.subscription, ["image": .string("\(registry.host)/museum:1")])

    try await tester.look { $0.registryMirrors = [registry.host: "\(mirror.host)/copies"] }
    #expect(try await tester.versions == ["orchard-v0.2.0"])

    tester.advance(seconds: 1000)
    try await tester.look(restarted: true) { $0.registryMirrors = [registry.host: "127.0.0.1:1/copies"] }
    #expect(try await tester.versions == ["orchard-v0.1.0"])
  }

  @Test(arguments: [
    ("ubuntu", "docker.io/library/ubuntu:latest"), ("a/b:1", "docker.io/a/b:1"), ("h:5000/a:1", "h:5000/a:1"),
    ("localhost/a", "localhost/a:latest"), ("reg.example.com/a/b-c_d.e", "reg.example.com/a/b-c_d.e:latest"),
    ("UPPER", nil), ("a//b", nil), ("a:-x", nil), ("a@sha256:12", nil), ("", nil),
  ])
  func referencesAreReadAsDockerReadsThem(text: String, whole: String?) {
    #expect(ImageReference(text)?.text == whole)
  }

  @Test func challengesAreReadWithCommasInThem() throws {
    let challenge = try #require(
      TokenChallenge(#"Bearer realm="https://auth.example/token",service=museum,scope="repository:a/b:pull,push""#))

    #expect(challenge.realm == "https://auth.example/token")
    #expect(challenge.service == "museum")
    #expect(challenge.scope == "repository:a/b:pull,push")
    #expect(TokenChallenge("Basic realm=x") == nil)
  }
}
