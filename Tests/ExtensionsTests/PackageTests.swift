import Client
import Extensions
import Glibc
import HTTP
import KubernetesAPI
import Manifest
import Packages
import Platform
import TestSupport
import Testing

@Suite struct PackageTests {
  private let files: [String: [UInt8]] = [
    "Chart.yaml": Array("name: bell\nversion: 1.2.0\nappVersion: 1.25\ndescription: Rings\n".utf8),
    "values.yaml": Array("# How loud.\nvolume: 3\n".utf8),
    "README.md": Array("Bell".utf8), "readme-zh.md": Array("铃".utf8), "CHANGELOG_zh.md": Array("新".utf8),
    "extension.yaml": Array("name: bell\nversion: 1.2.0\ncategory: dev-tools\nicon: ./static/bell.svg\n".utf8),
    "static/bell.svg": Array("<svg/>".utf8),
  ]

  @Test func aPackageComesBackFromItsArchive() throws {
    let package = Package(files: files)

    let unpacked = try Package(archive: package.archive(folder: "bell"))

    #expect(unpacked == package)
    let chart = try unpacked.chart()
    #expect([chart.name, chart.version, chart.appVersion, chart.description] == ["bell", "1.2.0", "1.25", "Rings"])
    #expect(unpacked.values == "# How loud.\nvolume: 3\n")
    #expect(try unpacked.extensionManifest()?.category == "dev-tools")
  }

  @Test func theSameFilesMakeTheSameArchive() {
    #expect(Package(files: files).archive(folder: "bell") == Package(files: files).archive(folder: "bell"))
  }

  @Test func documentsAreFoundByLanguageHoweverTheirNamesAreJoined() {
    let package = Package(files: files)

    #expect(package.readme(in: "zh") == "铃")
    #expect(package.readme(in: "en") == "Bell")
    #expect(package.changelog(in: "zh") == "新")
    #expect(package.changelog(in: "en") == nil)
  }

  @Test func anIconInThePackageBecomesADataURI() {
    #expect(Package(files: files).icon == "data:image/svg+xml;base64,PHN2Zy8+")
  }

  @Test(arguments: [99, 100, 101, 180, 300, 1000])
  func longPathsSurvive(length: Int) throws {
    let path = "docs/" + String(repeating: "x", count: length - 5)
    let package = Package(files: ["Chart.yaml": [], path: [1, 2, 3]])

    #expect(try Package(archive: package.archive(folder: "c")) == package)
  }

  @Test func aBombStopsAtTheLimit() {
    let bomb = Package(files: ["Chart.yaml": [], "zeros": [UInt8](repeating: 0, count: 8 << 20)]).archive(folder: "c")

    #expect(bomb.count < 100_000)
    #expect(throws: PackageError.tooLarge(limit: 1 << 20)) {
      try Package(archive: bomb, limits: .init(bytes: 1 << 20))
    }
  }

  /// helm 3.17 takes fewer than 104,857,600 bytes of content, and counts neither headers nor padding.
  @Test func whatCountsIsTheContentOfTheFiles() throws {
    let small = Dictionary(uniqueKeysWithValues: (0..<50).map { ("f\($0)", [UInt8(1)]) })
    let archive = Package(files: small.merging(["Chart.yaml": [1]]) { $1 }).archive(folder: "c")

    #expect(try Package(archive: archive, limits: .init(bytes: 52)).files.count == 51)
    #expect(throws: PackageError.tooLarge(limit: 51)) { try Package(archive: archive, limits: .init(bytes: 51)) }
    #expect(Package.Limits().bytes == 104_857_600)
  }

  /// What helm 3.17 refuses: `tar czf c.tgz ./c`, a link or a file beside the folder, and `c//Chart.yaml`.
  @Test(arguments: [
    (["./c/Chart.yaml"], "0", "begin with ./"), (["c/Chart.yaml", "other"], "2", "other is not in the chart's folder"),
    (["c/Chart.yaml", "other"], "0", "other is not in the chart's folder"), (["c//Chart.yaml"], "0", "is absolute"),
  ])
  func whatHelmRefusesIsRefusedWithItsReason(paths: [String], type: String, reason: String) {
    let members = paths.enumerated().map { place, path in
      Tar.file(path, place == 0 ? Array("name: c".utf8) : [], type: place == 0 ? "0" : Character(type))
    }

    let error = #expect(throws: PackageError.self) {
      try Package(archive: Gzip.pack(Array(members.joined()) + Tar.end))
    }

    #expect(error?.description.contains(reason) == true, "\(error.map { "\($0)" } ?? "")")
  }

  /// As helm 3.17 takes them.
  @Test func foldersAndLinksInTheFolderAreNoMatter() throws {
    let members = Tar.file("c/", [], type: "5") + Tar.file("c/Chart.yaml", Array("name: c".utf8))
    let links = Tar.file("c/link", [], type: "2") + Tar.file("c/./values.yaml", [1])

    #expect(
      try Package(archive: Gzip.pack(members + links + Tar.end)).files.keys.sorted() == ["Chart.yaml", "values.yaml"])
  }

  @Test func tooManyFilesAreRefused() {
    let many = Dictionary(uniqueKeysWithValues: (0..<20).map { ("f\($0)", [UInt8]()) })

    #expect(throws: PackageError.tooManyFiles(limit: 10)) {
      try Package(archive: Package(files: many).archive(folder: "c"), limits: .init(files: 10))
    }
  }

  @Test func aPackageCutAnywhereIsRefused() {
    let whole = Package(files: files).archive(folder: "bell")

    for count in 0..<whole.count - 8 {
      #expect(throws: PackageError.self, "cut after \(count) bytes") {
        try Package(archive: Array(whole.prefix(count)))
      }
    }
  }

  @Test func anyFlippedByteIsReadOrRefusedAndNeverTraps() {
    let whole = Package(files: files).archive(folder: "bell")

    for index in whole.indices {
      var damaged = whole
      damaged[index] ^= 0x55
      _ = try? Package(archive: damaged)
    }
  }

  @Test(
    arguments: [
      ("../evil", .parent), ("c/../../evil", .parent), ("c\\a\\..\\..\\b", .parent), ("/etc/passwd", .absolute),
      ("\\etc\\passwd", .absolute), ("c:/a", .drive), ("c/d:/a", .drive), ("c\\d:\\a", .drive),
      ("c/\u{1b}[2J", .control), ("./.", .empty),
    ] as [(String, PathFault)])
  func aPathThatLeadsOutsideIsRefusedWithItsReason(path: String, fault: PathFault) {
    let archive = Gzip.pack(Tar.file(path, Array("x".utf8)) + Tar.end)

    let error = #expect(throws: PackageError.unsafePath(path, fault)) { try Package(archive: archive) }

    #expect(error?.description.hasSuffix(fault.rawValue) == true)
  }

  @Test func anArchivePackedOnWindowsIsRead() throws {
    let archive = Gzip.pack(
      Tar.file("c\\Chart.yaml", Array("name: c".utf8)) + Tar.file("c\\templates\\a.yaml", [7]) + Tar.end)

    let package = try Package(archive: archive)

    #expect(package.files.keys.sorted() == ["Chart.yaml", "templates/a.yaml"])
    #expect(try package.chart().name == "c")
  }

  @Test(arguments: [
    [UInt8](repeating: 0, count: 512), Array("something that is no gzip".utf8), [0x1F, 0x8B, 8, 0, 120],
  ])
  func whatFollowsAWholeTarIsPassedOverAsByHelm(rest: [UInt8]) throws {
    let tar = Tar.file("c/Chart.yaml", Array("name: c".utf8)) + Tar.end
    let half = tar.count / 2
    let members = Gzip.pack(Array(tar[..<half])) + Gzip.pack(Array(tar[half...]))

    for whole in [Gzip.pack(tar), members] {
      #expect(try Package(archive: whole + rest).chart().name == "c")
    }
  }

  @Test func whatFollowsATarWithoutItsEndIsRefusedAsByHelm() {
    let archive = Gzip.pack(Tar.file("c/Chart.yaml", Array("name: c".utf8))) + [UInt8](repeating: 0, count: 512)

    #expect(throws: PackageError.self) { try Package(archive: archive) }
  }

  @Test func aByteOrderMarkBeforeAFileIsPassedOver() throws {
    let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
    let package = Package(files: [
      "Chart.yaml": mark + Array("name: c\r\nversion: 1.0.0\r\n".utf8),
      "extension.yaml": mark + Array("name: c\ncategory: a\ncategory: b\n---\n".utf8), "values.yaml": mark + [97],
    ])

    #expect(try package.chart().name == "c")
    #expect(try package.chart().version == "1.0.0")
    #expect(try package.extensionManifest()?.category == "b")
    #expect(package.values == "a")
    #expect(package.files["values.yaml"] == mark + [97])
  }

  @Test func aDescriptionThatIsNoUTF8IsRefusedWithItsPlace() {
    let package = Package(files: ["Chart.yaml": Array("name: c\nhome: ".utf8) + [0xC4, 0xE3]])

    let error = #expect(throws: PackageError.self) { try package.chart() }

    #expect(error?.description.hasPrefix("Chart.yaml: line 2") == true)
  }

  @Test func aLinkIsPassedOver() throws {
    let archive = Gzip.pack(
      Tar.file("c/Chart.yaml", Array("name: c".utf8)) + Tar.file("c/values.yaml", [], type: "2") + Tar.end)

    #expect(try Package(archive: archive).files.keys.sorted() == ["Chart.yaml"])
    #expect(try Package.links(inArchive: archive) == ["values.yaml"])
  }

  @Test func aLongNameInGNUsFormIsRead() throws {
    let path = "c/" + String(repeating: "n", count: 150)
    let archive = Gzip.pack(
      Tar.file("c/Chart.yaml", []) + Tar.file("././@LongLink", Array(path.utf8) + [0], type: "L")
        + Tar.file(String(path.prefix(100)), [7]) + Tar.end)

    #expect(try Package(archive: archive).files[String(path.dropFirst(2))] == [7])
  }

  @Test func aFileThatClaimsToBeHugeIsRefused() {
    let archive = Gzip.pack(Tar.file("c/Chart.yaml", [1], size: "77777777777") + Tar.end)

    #expect(throws: PackageError.self) { try Package(archive: archive) }
  }

  @Test(arguments: [
    ("a-{{ .Release.Revision }}", "a-{{ 7 }}"),
    ("{{- $.Release.Revision | quote }}", "{{- 7 | quote }}"),
    ("{{ printf \"%d\" .root.Release.Revision }}", "{{ printf \"%d\" 7 }}"), ("{{(.Release.Revision)}}", "{{(7)}}"),
    ("{{ .Release.Revisions }} {{ .Values.Release }}", "{{ .Release.Revisions }} {{ .Values.Release }}"),
  ])
  func templatesAreToldTheRevision(template: String, told: String) throws {
    let inner = Package(files: ["Chart.yaml": Array("name: b".utf8), "templates/b.yaml": Array(template.utf8)])
    let package = Package(files: [
      "Chart.yaml": Array("name: a".utf8), "templates/a.yaml": Array(template.utf8),
      "charts/c/templates/c.yaml": Array(template.utf8), "charts/b-1.0.0.tgz": inner.archive(folder: "b"),
      "values.yaml": Array(template.utf8),
    ])

    let result = package.inserting(revision: 7)

    #expect(result.text("templates/a.yaml") == told && result.text("charts/c/templates/c.yaml") == told)
    #expect(try Package(archive: result.files["charts/b-1.0.0.tgz"] ?? []).text("templates/b.yaml") == told)
    #expect(result.text("values.yaml") == template)
    #expect(package.inserting(revision: 1) == package)
  }

  @Test func aPackageOfTwoChartsIsRefusedHoweverItsFilesAreSorted() {
    let archive = Gzip.pack(
      TarWriter.archive(["one/Chart.yaml": Array("name: one".utf8), "other/Chart.yaml": Array("name: other".utf8)]))

    #expect(
      throws: PackageError.refused("Chart.yaml is in it twice, in different folders: a package has one chart")
    ) { try Package(archive: archive) }
  }

  @Test func aPackageWithoutItsChartIsRefused() {
    #expect(throws: PackageError.missing(path: "Chart.yaml")) {
      try Package(archive: Package(files: ["README.md": []]).archive(folder: "c"))
    }
  }

  @Test func aMistakeInAFileSaysWhichAndWhere() throws {
    let package = Package(files: ["Chart.yaml": Array("name: [".utf8)])

    let error = try #require(throws: PackageError.self) { try package.chart() }

    guard case .unreadable(let path, let place) = error else { Issue.record("\(error)"); return }
    #expect(path == "Chart.yaml")
    #expect(place.line >= 1)
  }

  @Test(.needsData(.packages))
  func genuinePackagesAreRead() throws {
    let folder = TestData.packages.folder
    for name in try Files.names(in: folder) where name.hasSuffix(".tgz") {
      let archive = try Files.read(folder + "/" + name)
      let package = try Package(archive: archive)
      let manifest = try #require(try package.extensionManifest())
      let chart = try package.chart()

      #expect(manifest.name == chart.name)
      #expect(manifest.version == chart.version)
      #expect(!manifest.displayName.isEmpty)
      #expect(package.readme(in: "zh") != package.readme(in: "en"))
      #expect(package.icon.hasPrefix("data:image/"))
      #expect(try YAML.parse(package.values).mapping != nil)
    }
  }

  @Test(arguments: [404, 403])
  func whatTheClusterDoesNotHandOutTheGatewayIsAskedFor(status: Int) async throws {
    let files = #"[{"Name":"README.md","Data":"QmVsbA=="},{"Name":"values.yaml","Data":null}]"#
    let gateway = GatewayAPI(
      GatewayTransport(Answering { $0.contains("/bell-1.2.0/files") ? (200, files) : (404, "") }))
    let cluster = Cluster(transport: Answering { _ in (status, "") })
    let version = Sample.version("1.2.0", of: "bell")

    let package = try await version.package(from: cluster, gateway: gateway)

    #expect(package.readme(in: "en") == "Bell" && package.values == "")
    await #expect(throws: PackageSourceError.self) { try await version.package(from: cluster) }
    let refused = ClusterError.refused(Status(code: 403, reason: "Forbidden", message: "configmaps is forbidden"))
    #expect(!PackageSourceError.cluster(refused).description.containsText("Status("))
  }

  @Test func whereNoGatewayIsAskedTheWayToOneIsNamed() async throws {
    let cluster = Cluster(transport: Answering { _ in (404, "") })
    var version = Sample.version("1.2.0", of: "bell")
    version.chartURL = "https://charts.example/bell-1.2.0.tgz"

    let error = await #expect(throws: PackageSourceError.self) { try await version.package(from: cluster) }
    #expect(
      error?.description
        == "ConfigMap kubesphere-system/extension-bell-1.2.0-chart is not there, and charts are not fetched from "
        + "https://charts.example/bell-1.2.0.tgz; log in at a gateway, which fetches it: ksx login --gateway URL")
  }

  @Test func aGatewayWithoutThePackageSaysWhyThereIsNone() async throws {
    let cluster = Cluster(transport: Answering { _ in (404, "") })
    let version = Sample.version("1.2.0", of: "bell")

    await #expect(
      throws: PackageSourceError.unavailable(
        "ConfigMap kubesphere-system/extension-bell-1.2.0-chart is not there, and names no other place")
    ) {
      try await version.package(from: cluster, gateway: GatewayAPI(GatewayTransport(Answering { _ in (200, "[]") })))
    }
    let broken = await #expect(throws: PackageSourceError.self) {
      try await version.package(
        from: cluster, gateway: GatewayAPI(GatewayTransport(Answering { _ in (500, "repository is down") })))
    }
    #expect(broken?.description.contains("nor by the gateway: repository is down") == true)
  }
}

/// Headers by hand, because a good writer cannot write bad ones.
private enum Tar {
  static let end = [UInt8](repeating: 0, count: 1024)

  static func file(_ path: String, _ content: [UInt8], type: Character = "0", size: String? = nil) -> [UInt8] {
    var block = [UInt8](repeating: 0, count: 512)
    func put(_ text: String, _ offset: Int) {
      for (index, byte) in text.utf8.enumerated() { block[offset + index] = byte }
    }
    put(String(path.prefix(100)), 0)
    put(size ?? String(content.count, radix: 8), 124)
    put(String(type), 156)
    put("        ", 148)
    put(String(block.reduce(0) { $0 + Int($1) }, radix: 8) + "\0", 148)
    return block + content + [UInt8](repeating: 0, count: (512 - content.count % 512) % 512)
  }
}

/// A server that answers by the target asked for.
private struct Answering: Transport {
  var answer: @Sendable (String) -> (Int, String)

  init(_ answer: @escaping @Sendable (String) -> (Int, String)) { self.answer = answer }

  func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
    let (status, text) = answer(request.target)
    return HTTPResponse(status: status, bytes: Array(text.utf8))
  }
}
