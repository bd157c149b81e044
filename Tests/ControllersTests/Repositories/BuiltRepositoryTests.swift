import Client
import Extensions
import Glibc
import HTTP
import Manifest
import Packages
import TestSupport
import Testing

@testable import Charts
@testable import Controllers
@testable import KubernetesAPI
@testable import Platform

/// What is made here is read here, and by the programs that others have.
@Suite struct BuiltRepositoryTests {
  private let folder = TemporaryFolder()

  private func chart(_ version: String, name: String = "orchard") throws {
    let package = Package(files: ["Chart.yaml": Array("apiVersion: v2\nname: \(name)\nversion: \(version)\n".utf8)])
    try Files.write(package.archive(folder: name), to: "\(folder.path)/\(name)-\(version).tgz")
  }

  @Test func anIndexListsTheNewestFirstAndIsTheSameEachTime() async throws {
    for version in ["0.9.0", "0.10.0"] { try chart(version) }
    let charts = ChartFolder(folder.path)

    #expect(try charts.writeIndex(url: "https://charts.example") == .init(charts: 2, refused: []))
    let first = try Files.text(folder.path + "/index.yaml")
    _ = try charts.writeIndex(url: "https://charts.example/")

    #expect(try Files.text(folder.path + "/index.yaml") == first)
    let index = try ChartIndex(first)
    #expect(index.entries["orchard"]?.map(\.version) == ["0.10.0", "0.9.0"])
    #expect(index.entries["orchard"]?[0].url == "https://charts.example/orchard-0.10.0.tgz")
    #expect(index.entries["orchard"]?[0].digest.utf8.count == 64)
  }

  @Test func aFolderWithoutAChartIsTold() throws {
    let charts = ChartFolder(folder.path)
    #expect(try !charts.hasCharts())
    _ = try charts.writeIndex()
    #expect(try !charts.hasCharts())
    try Files.makeDirectory(folder.path + "/meadow")
    try Files.write(Array("name: meadow\n".utf8), to: folder.path + "/meadow/Chart.yaml")
    #expect(try charts.hasCharts())
    try Files.remove(folder.path + "/meadow/Chart.yaml")
    try chart("1.0.0")
    #expect(try charts.hasCharts())
  }

  /// `helm repo index` 3.17 lists what lies one folder down, and follows links, which is not done here.
  @Test func anIndexListsWhatLiesOneFolderDownAndReadsNoPipe() throws {
    for path in ["sub/deep", ".hidden", "meadow/charts"] { try Files.makeDirectory("\(folder.path)/\(path)") }
    try chart("1.0.0")
    let archive = try Files.read(folder.path + "/orchard-1.0.0.tgz")
    for place in ["sub", "sub/deep", ".hidden", "meadow", "meadow/charts"] {
      try Files.write(archive, to: "\(folder.path)/\(place)/orchard-1.0.0.tgz")
    }
    try Files.write(Array("name: meadow\nversion: 2.0.0\n".utf8), to: folder.path + "/meadow/Chart.yaml")
    #expect(symlink("orchard-1.0.0.tgz", folder.path + "/link.tgz") == 0)
    #expect(mkfifo(folder.path + "/pipe.tgz", 0o600) == 0)

    let written = try ChartFolder(folder.path).writeIndex(url: "https://charts.example")

    let index = try ChartIndex(Files.text(folder.path + "/index.yaml"))
    #expect(written.charts == 2)
    #expect(written.refused.map { String($0.prefix { $0 != ":" }) } == ["link.tgz", "pipe.tgz"])
    let listed = try YAML.parse(Files.text(folder.path + "/index.yaml"))["entries"]?["orchard"]?.sequence ?? []
    #expect(
      Set(listed.compactMap { $0["urls"]?.sequence?.first?.string })
        == ["https://charts.example/orchard-1.0.0.tgz", "https://charts.example/sub/orchard-1.0.0.tgz"])
    #expect(index.entries["orchard"]?.count == 1)
    #expect(try ChartFolder(folder.path).served("sub/orchard-1.0.0.tgz") == archive)
  }

  @Test func anIndexOfNothingIsOfNow() throws {
    let before = Timestamp.now()

    _ = try ChartFolder(folder.path).writeIndex()

    let index = try YAML.parse(Files.text(folder.path + "/index.yaml"))
    let generated = index["generated"]?.string.flatMap { Timestamp($0) }
    #expect((generated?.secondsSince1970 ?? 0) >= before.secondsSince1970)
  }

  /// What helm 3.17 leaves out and what it lists (`helm repo index` on the same files).
  @Test(arguments: [
    ("version: 1.0.0", "", "Chart.yaml has no name"), ("name: c", "", "Chart.yaml has no version"),
    ("name: c\nversion: 1.2.3.4", "", "the version 1.2.3.4 in Chart.yaml is not a semantic version"),
    ("name: a/b\nversion: 1.0.0", "", "the name a/b in Chart.yaml is none for a chart"),
    ("name: c\nversion: 1.0.0\ntype: foo", "", "the type foo in Chart.yaml is neither application nor library"),
    ("name: c\nversion: 1.0.0\ndescription: [a]", "", "the description in Chart.yaml is not a word"),
    ("name: c\nversion: 1.0.0", "- a\n", "values.yaml is not a mapping"),
    ("name: c\nversion: 1.0.0", "a:\n\tb: 1\n", "values.yaml: line 2"),
    ("Name: c\nVERSION: 1.0.0\nAppversion: 2", "", ""),
    ("name: c\nversion: 1.0.0\nType: odd", "", "the type odd in Chart.yaml is neither application nor library"),
    (
      "name: c\nversion: 1.0.0\ndependencies:\n- {NAME: a, Version: 1.0.0}\n- {name: b, name: a}", "",
      "two dependencies are called a"
    ),
    ("name: c\nversion: 1.0.0", "# nothing\n", ""), ("name: Ab_c\nversion: v1.2\nappVersion: 1.25", "a: 1\na: 2\n", ""),
  ])
  func anIndexLeavesOutWhatHelmLeavesOut(description: String, values: String, flaw: String) throws {
    let package = Package(files: ["Chart.yaml": Array(description.utf8), "values.yaml": Array(values.utf8)])
    try Files.write(package.archive(folder: "c"), to: folder.path + "/c.tgz")

    let written = try ChartFolder(folder.path).writeIndex()

    #expect(written.charts == (flaw.isEmpty ? 1 : 0))
    #expect(written.refused.count == (flaw.isEmpty ? 0 : 1))
    #expect(written.refused.first?.hasPrefix("c.tgz: " + flaw) ?? true)
  }

  /// helm 3.17: "cannot load values.yaml: … invalid leading UTF-8 octet".
  @Test func anIndexLeavesOutValuesThatAreNoText() throws {
    let package = Package(files: [
      "Chart.yaml": Array("name: c\nversion: 1.0.0\n".utf8), "values.yaml": Array("# gr".utf8) + [0xfc, 0x6e, 0x0a],
    ])
    try Files.write(package.archive(folder: "c"), to: folder.path + "/c.tgz")

    let written = try ChartFolder(folder.path).writeIndex()

    #expect(written.charts == 0 && written.refused.first?.contains("values.yaml: line 1") == true, "\(written)")
  }

  /// What helm 3.17 says it cannot load (`helm show chart` on the same files).
  @Test(
    arguments: [
      ("keywords: one", [:], "keywords is not a list of words"),
      ("sources: {a: b}", [:], "sources is not a list of words"),
      ("maintainers: [null]", [:], "maintainers is not a list of mappings"),
      ("deprecated: 5", [:], "deprecated is not true or false"), ("dependencies: [null]", [:], "dependencies"),
      ("dependencies: [{name: a, alias: \"a b\"}]", [:], "the alias a b has more"),
      ("dependencies: [{name: a}, {name: b, alias: a}]", [:], "two dependencies are called a"),
      ("dependencies: [{name: a, condition: [x]}]", [:], "dependencies: condition is not a word"),
      ("", ["charts/README.md": "x"], "charts/README.md: "), ("", ["charts/a/values.yaml": "a: 1"], "charts/a: "),
      ("", ["charts/a/Chart.yaml": "version: 1.0.0"], "charts/a: Chart.yaml has no name"),
      ("", ["charts/a/Chart.yaml": "name: a"], "charts/a: Chart.yaml has no version"),
      ("", ["charts/a-1.tar.gz": "x"], "charts/a-1.tar.gz: "), ("", ["charts/a.tgz": "x"], "charts/a.tgz: "),
      (
        "", ["charts/a/Chart.yaml": "name: a\nversion: 1.0.0", "charts/a/charts/b/Chart.yaml": "name: b"],
        "charts/a: charts/b: Chart.yaml has no version"
      ),
      ("", ["Chart.lock": "x: ["], "Chart.lock cannot be read"),
      ("", ["Chart.lock": "dependencies: 5"], "Chart.lock is no list of dependencies"),
      ("", ["requirements.lock": "x: ["], "requirements.lock cannot be read"),
      ("", ["requirements.yaml": "dependencies: ["], "requirements.yaml"),
      ("keywords: [5, true]\nsources: ~\ndeprecated: true\nannotations: {a: 5}", [:], ""),
      ("", ["charts/_a/Chart.yaml": "x: [", "charts/.b/x": "", "charts/a.tgz.prov": "x", "requirements.yaml": ""], ""),
    ] as [(String, [String: String], String)])
  func whatHelmCannotLoadIsLeftOutWithTheReason(description: String, files: [String: String], flaw: String) throws {
    var all = files.mapValues { Array($0.utf8) }
    all["Chart.yaml"] = Array("apiVersion: v2\nname: c\nversion: 1.0.0\n\(description)\n".utf8)
    try Files.write(Package(files: all).archive(folder: "c"), to: folder.path + "/c.tgz")

    let written = try ChartFolder(folder.path).writeIndex()

    #expect(written.charts == (flaw.isEmpty ? 1 : 0), "\(written.refused)")
    #expect(written.refused.first?.hasPrefix("c.tgz: " + flaw) ?? flaw.isEmpty, "\(written.refused)")
  }

  /// `helm repo index` 3.17 on the same chart.
  @Test func anIndexHasTextsWhereHelmHasThem() throws {
    let description = """
      name: c
      version: 1.20
      appVersion: 1.0
      description: true
      annotations: {a: 1e3, b: ~}
      keywords: [1, 1.50]
      maintainers: [{name: 12}]
      """
    let package = Package(files: ["Chart.yaml": Array(description.utf8)])
    try Files.write(package.archive(folder: "c"), to: folder.path + "/c.tgz")

    _ = try ChartFolder(folder.path).writeIndex()

    let entry = try YAML.parse(Files.text(folder.path + "/index.yaml"))["entries"]?["c"]?.sequence?.first
    let expected: Value = [
      "name": "c", "version": "1.2", "appVersion": "1", "description": "true", "annotations": ["a": "1000", "b": ""],
      "keywords": ["1", "1.5"], "maintainers": [["name": "12"]],
    ]
    for field in expected.mapping?.pairs ?? [] { #expect(entry?[field.key] == field.value) }
  }

  /// What is in the index of a chart with this description, without what the index itself adds.
  private func entry(_ files: [String: String]) throws -> Value? {
    let package = Package(files: files.mapValues { Array($0.utf8) })
    try Files.write(package.archive(folder: "c"), to: folder.path + "/c.tgz")
    _ = try ChartFolder(folder.path).writeIndex()
    let entry = try YAML.parse(Files.text(folder.path + "/index.yaml"))["entries"]?["c"]?.sequence?.first
    #expect(entry?.mapping.map { $0.keys == $0.keys.sorted() } == true)
    return ["created", "digest", "urls"].reduce(entry) { $0?.setting([$1], to: nil) }
  }

  /// `helm repo index` 3.17 on the same chart.
  @Test func anIndexHasTheFieldsThatHelmKnowsAndNoEmptyOnes() throws {
    let found = try entry([
      "Chart.yaml": """
      name: c
      version: 1.0.0
      description: |
        two
        lines\ttab
      home: ""
      icon: "x\\u0007y\\u00a0z"
      keywords: ["a\\nb", ""]
      sources: ~
      deprecated: false
      annotations: {}
      engine: gotpl
      displayName: {en: C}
      removed: true
      maintainers: [{Name: "x\\ny", EMAIL: "", phone: 5}, {}]
      dependencies: [{name: q, other: 1}, {NAME: r, enabled: true, tags: [t], alias: s, import-values: [d]}]
      """
    ])

    #expect(
      found == [
        "apiVersion": "v1", "name": "c", "version": "1.0.0", "description": "two lines tab ", "icon": "xy z",
        "keywords": ["a b", ""], "maintainers": [["name": "x y"], [:]],
        "dependencies": [
          ["name": "q", "repository": ""],
          ["name": "r", "repository": "", "enabled": true, "tags": ["t"], "alias": "s", "import-values": ["d"]],
        ],
      ])
  }

  @Test func anIndexHasTheDependenciesThatHelmTakes() throws {
    let found = try entry([
      "Chart.yaml": "apiVersion: v1\nname: c\nversion: 1.0.0\ndependencies: [{name: own, version: 1}]",
      "requirements.yaml": "dependencies:\n- {name: r, version: 2, repository: https://r, other: 1}",
    ])

    #expect(found?["dependencies"] == [["name": "r", "version": "2", "repository": "https://r"]])
  }

  @Test func aFolderIsServedWithAnIndexOfWhatLiesThere() throws {
    try chart("1.0.0")
    try Files.makeDirectory(folder.path + "/meadow")
    try Files.write(Array("name: meadow\nversion: 2.0.0\n".utf8), to: folder.path + "/meadow/Chart.yaml")
    let charts = ChartFolder(folder.path)

    let index = try ChartIndex(String(decoding: try charts.served("index.yaml"), as: UTF8.self))

    #expect(index.entries.keys.sorted() == ["meadow", "orchard"])
    #expect(try Package(archive: charts.served("meadow-2.0.0.tgz")).chart().version == "2.0.0")
    #expect(throws: RepositoryError.self) { try charts.served("../x") }
    #expect(symlink("/etc/passwd", folder.path + "/passwd") == 0)
    #expect(throws: RepositoryError.self) { try charts.served("passwd") }
  }

  @Test func anImageThatIsPushedIsARepository() async throws {
    try chart("1.0.0")
    _ = try ChartFolder(folder.path).writeIndex()
    var files: [String: [UInt8]] = [:]
    for (path, bytes) in try ChartFolder(folder.path).files() { files["charts/" + path] = bytes }
    let image = BuiltImage(files)
    #expect(BuiltImage(files).digest == image.digest)
    let registry = TestRegistry(password: "secret")
    let access = try RepositoryAccess(
      Object(["spec": ["basicAuth": ["username": "ada", "password": "secret"]]]))
    let reference = try #require(ImageReference("\(registry.host)/museum:1"))

    try await image.push(to: reference, access: access)
    try await image.push(to: reference, access: access)

    // What is there is not sent again.
    #expect(
      registry.requests.filter { $0.method == "POST" && $0.headers["Authorization"]?.hasPrefix("Bearer") == true }.count
        == image.blobs.count)
    let contents = try #require(try await ImageRepository(reference, access: access).read(unless: nil))
    #expect(contents.revision.digest == image.digest)
    #expect(contents.index.entries["orchard"]?.map(\.version) == ["1.0.0"])
  }

  @Test func whatAChartDependsOnIsFetchedFromWhereItIs() async throws {
    try chart("1.2.0", name: "jenkins")
    try chart("1.9.0", name: "jenkins")
    try chart("2.0.0", name: "jenkins")
    _ = try ChartFolder(folder.path).writeIndex()
    let text = """
      apiVersion: v2
      name: devops
      version: 1.0.0
      dependencies:
      - {name: jenkins, version: ~1, repository: "file://\(folder.path)"}
      - {name: nowhere, version: 1.0.0}
      """
    let package = Package(files: ["Chart.yaml": Array(text.utf8)])
    let report = Locked<[String]>([])

    let fetched = try await ChartDependencies().fetched(package, besides: folder.path) { line in
      report.withLock { $0.append(line) }
    }

    #expect(fetched.files.keys.sorted() == ["Chart.yaml", "charts/jenkins-1.9.0.tgz"])
    #expect(report.withLock { $0 } == ["jenkins 1.9.0 from file://\(folder.path)"])
  }

  @Test(.needsTools("skopeo", "umoci", "docker-registry"))
  func whatSkopeoAndUmociMakeIsReadFromDockersOwnRegistry() async throws {
    let registry = try await RunningRegistry(in: folder.path)
    let work = folder.path
    for name in ["charts/orchard", "more/orchard"] { try Files.makeDirectory("\(work)/\(name)") }
    try Files.write(Array("name: orchard\nversion: 1.0.0\n".utf8), to: work + "/charts/orchard/Chart.yaml")
    try Files.write(Array("apples: 4\n".utf8), to: work + "/more/orchard/values.yaml")
    let image = work + "/image:1"
    try await run("umoci", "init", "--layout", work + "/image")
    try await run("umoci", "new", "--image", image)
    try await run("umoci", "insert", "--rootless", "--image", image, work + "/charts", "/charts")
    try await run("umoci", "insert", "--rootless", "--image", image, work + "/more", "/charts")
    for packing in ["gzip", "zstd"] {
      try await run(
        "skopeo", "--insecure-policy", "copy", "--dest-tls-verify=false", "--dest-compress-format", packing,
        "oci:" + image, "docker://\(registry.host)/museum:\(packing)")
      let reference = try #require(ImageReference("\(registry.host)/museum:\(packing)"))

      let contents = try #require(
        try await ImageRepository(reference, access: RepositoryAccess()).read(unless: nil))

      let entry = try #require(contents.index.entries["orchard"]?.first)
      #expect(try Package(archive: try await contents.charts.archive(of: entry)).values == "apples: 4\n")
    }
    // And the other way round: what is built here, skopeo reads.
    let built = BuiltImage(["charts/a/Chart.yaml": Array("name: a\nversion: 1.0.0\n".utf8)])
    let reference = try #require(ImageReference("\(registry.host)/built:1"))
    try await built.push(to: reference, access: RepositoryAccess())
    let told = try await run("skopeo", "inspect", "--tls-verify=false", "docker://\(registry.host)/built:1")
    #expect(told.containsText(built.digest))
    try built.write(layout: work + "/layout", tag: "1")
    #expect(try await run("skopeo", "inspect", "oci:\(work)/layout:1").containsText(built.digest))
  }

  @Test(.needsTools("helm", "docker-registry")) func whatHelmPushesIsReadFromDockersOwnRegistry() async throws {
    let registry = try await RunningRegistry(in: folder.path)
    for version in ["0.1.0", "0.2.0"] {
      try chart(version)
      try await run(
        "helm", "push", "\(folder.path)/orchard-\(version).tgz", "oci://\(registry.host)/fruit", "--plain-http")
    }
    for path in ["fruit/orchard", "fruit"] {
      let tester = try await RepositoryTester(["url": .string("oci://\(registry.host)/\(path)")])

      try await tester.look()

      #expect(try await tester.versions == ["orchard-0.1.0", "orchard-0.2.0"])
    }
  }

  /// Runs a program, and gives what it printed.
  @discardableResult
  private func run(_ words: String...) async throws -> String {
    var words = words
    words[0] = try #require(Environment.current.locate(words[0]))
    var environment = Environment.current
    environment["HOME"] = folder.path
    let outcome = try await ChildProcess(words, environment: environment).run()
    try #require(outcome.hasSucceeded, "\(words): \(outcome.errorText)")
    return outcome.outputText
  }
}
