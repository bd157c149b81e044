import Glibc
import Manifest
import Platform
import TestSupport
import Testing

@testable import Packages

@Suite struct PlainChartTests {
  private let folder = TemporaryFolder()

  @Test func whatChartYAMLSaysStandsInForAMissingManifest() throws {
    let manifest = try Package(files: PlainChart.files).manifest()

    #expect([manifest.name, manifest.version, manifest.home] == ["orchard", "v0.10.0", "https://orchard.example"])
    #expect(manifest.keywords == ["DevOps", "fruit"])
    #expect(manifest.sources == ["https://git.example/orchard", "https://mirror.example/orchard"])
    #expect(manifest.kubeVersion == ">=1.17.0-0")
    #expect(manifest.dependencies == [])
  }

  @Test func aManifestIsTakenAsItIs() throws {
    var files = PlainChart.files
    files["extension.yaml"] = Array("name: orchard\nkubeVersion: 1.20.0\n".utf8)

    let manifest = try Package(files: files).manifest()

    #expect(manifest.kubeVersion == "1.20.0")
    #expect(manifest.home == "")
  }

  @Test(arguments: [
    ("v1.17.0", ">=1.17.0-0"), ("1.17", ">=1.17.0-0"), (" 1.17.0 ", ">=1.17.0-0"), ("1.17.0-rc.1", ">=1.17.0-rc.1"),
    (">=1.17.0", ">=1.17.0"), ("^1.17 || 2.x", "^1.17 || 2.x"), ("1.x", "1.x"), ("", ""), ("soon", "soon"),
  ])
  func aBareVersionIsAMinimum(text: String, constraint: String) {
    #expect(VersionConstraint.orMinimum(text) == constraint)
  }

  @Test func chartsThatAreNowhereAreLeftOutForHelm() {
    let text = """
      name: orchard
      dependencies:
        # nowhere
        - name: press
          version: 1.0.0
        - {name: jars, version: 2.0.0}
        - name: bees
          repository: https://charts.example
        - name: trees
      home: https://orchard.example

      """
    let files = ["Chart.yaml": text, "charts/jars-2.0.0.tgz": "x", "charts/trees/Chart.yaml": "x"]

    let package = Package(files: files.mapValues { Array($0.utf8) })

    #expect(package.missingCharts == ["press 1.0.0"])
    #expect(
      package.adaptedForHelm.text("Chart.yaml")
        == text.replacingText("  - name: press\n    version: 1.0.0\n", with: ""))
  }

  /// Where helm 3.17 says that mysql is missing, and where it does not.
  @Test(arguments: [
    ("charts/mysql-operator-1.0.0.tgz", "mysql-operator", false), ("charts/mysql-1.0.0.tgz", "mysql", true),
    ("charts/whatever.tgz", "mysql", true), ("charts/mysql-1.0.0.tgz", "postgres", false),
    ("charts/mysql/Chart.yaml", "mysql", true), ("charts/mysql/Chart.yaml", "postgres", false),
  ])
  func aChartIsThereWhenOneSaysThatThisIsItsName(path: String, name: String, isThere: Bool) {
    let chart = Array("apiVersion: v2\nname: \(name)\nversion: 1.0.0\n".utf8)
    let archive = Package(files: ["Chart.yaml": chart]).archive(folder: name)
    let package = Package(files: [
      "Chart.yaml": Array("name: a\ndependencies: [{name: mysql, version: 1.0.0}]\n".utf8),
      path: path.hasSuffix(".tgz") ? archive : chart,
    ])

    #expect(package.bundledCharts.contains("mysql") == isThere)
    #expect(package.missingCharts.isEmpty == isThere)
  }

  @Test(arguments: [("mysql-operator-1.0.0-rc.1.tgz", "mysql-operator"), ("press-2.tgz", "press"), ("x.tgz", "x")])
  func aChartThatCannotBeReadIsCalledAsItsFile(file: String, name: String) {
    #expect(Package(files: ["charts/" + file: [1, 2]]).bundledCharts == [name])
  }

  @Test func helmIsGivenTheMinimumAndEverythingElseAsItWas() {
    let package = Package(files: PlainChart.files)

    let adapted = package.adaptedForHelm

    let charts = "dependencies: # charts of its own\n  - name: press\n    version: v0.0.1\n    alias: cider\n"
    let text = PlainChart.text.replacingText("kubeVersion: v1.17.0", with: "kubeVersion: \">=1.17.0-0\"")
      .replacingText(charts, with: "")
    #expect(adapted.text("Chart.yaml") == text)
    #expect(adapted.files.count == package.files.count)
    #expect(adapted.adaptedForHelm == adapted)
  }

  @Test(arguments: [
    ("*.md", "README.md", true), ("*.md", "docs/README.md", true), ("/*.md", "docs/README.md", false),
    ("docs/*.md", "docs/README.md", true), ("docs/*.md", "docs/a/README.md", false), ("READ?E.md", "README.md", true),
    ("[A-Q]*", "README.md", false), ("[^A-Q]*", "README.md", true), ("\\*.md", "README.md", false),
    ("# README.md", "README.md", false), ("  README.md  ", "README.md", true), ("README.md/", "README.md", false),
    ("", "templates/.hidden.yaml", true), ("", "templates/a.yaml", false), ("!*.md", "values.yaml", true),
    ("!*.md", "README.md", false),
  ])
  func aRuleLeavesOutWhatItsPatternNames(rules: String, path: String, isLeftOut: Bool) throws {
    #expect(try IgnoreRules(rules).ignores(path, isFolder: false) == isLeftOut)
  }

  @Test func aFolderThatIsLeftOutTakesItsFilesAlong() throws {
    try write(".helmignore", "docs/\n")
    try write("Chart.yaml", PlainChart.text)
    try write("docs/deep/note.txt", "x")
    try write("templates/a.yaml", "x")

    #expect(try Package(folder: folder.path).files.keys.sorted() == [".helmignore", "Chart.yaml", "templates/a.yaml"])
  }

  @Test func aDoubleStarIsRefusedWithItsLine() throws {
    try write(".helmignore", "*.md\n**/x\n")
    try write("Chart.yaml", PlainChart.text)

    let error = try #require(throws: PackageError.self) { try Package(folder: folder.path) }

    #expect("\(error)".hasPrefix(".helmignore: line 2"), "\(error)")
  }

  @Test func linksAreNotFollowed() throws {
    try write("Chart.yaml", PlainChart.text)
    symlink("/etc/hostname", folder.path + "/stolen")

    #expect(try Package(folder: folder.path).files.keys.sorted() == ["Chart.yaml"])
    #expect(try Package.links(inFolder: folder.path) == ["stolen"])
    try write(".helmignore", "stolen\n")
    #expect(try Package.links(inFolder: folder.path) == [])
  }

  @Test func aFolderBeyondTheLimitsIsRefused() throws {
    try write("Chart.yaml", PlainChart.text)
    try write("big", String(repeating: "x", count: 5_000))

    #expect(throws: PackageError.tooLarge(limit: 4_096)) {
      try Package(folder: folder.path, limits: .init(bytes: 4_096))
    }
    #expect(throws: PackageError.self) { try Package(folder: folder.path, limits: .init(files: 1)) }
  }

  private func write(_ path: String, _ text: String) throws {
    let whole = folder.path + "/" + path
    try Files.makeDirectory(try #require(Files.parent(of: whole)))
    try Files.write(Array(text.utf8), to: whole)
  }
}
