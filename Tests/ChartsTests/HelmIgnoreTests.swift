import Packages
import Platform
import TestSupport
import Testing

@testable import Charts

/// What is left out of an unpacked chart, held against helm itself.
@Suite struct HelmIgnoreTests {
  private static let helm: String? = {
    if case .helm(let path) = ChartRenderer.found().engine { return path }
    return nil
  }()

  private static let files = [
    "Chart.yaml", "values.yaml", "README.md", "LICENSE", "docs/README.md", "docs/a.txt", "docs/a/deep.md",
    "docs/a/b/deeper.md", "templates/a.yaml", "templates/.hidden.yaml", "templates/tests/t.yaml",
    "templates/tests/.hidden/t.yaml", ".git/config", ".env", "a b.txt", "[b].txt", "#hash", "!bang", "grün.txt",
    "x-y", "docs/x-y", "end ", "xa/yb", "xa/zb", "aXb", "tmp/", "tmp/keep",
  ].filter { !$0.hasSuffix("/") }

  /// Contents of `.helmignore`, one after another what helm's own tests have and what they lack.
  private static let rules = [
    "", "*.md", "/*.md", "docs/*.md", "docs/**", "**", "a/**/b", "*", "docs", "docs/", "/docs/", "/docs", "docs/a/",
    "docs/a", "a/", "a", "deep.md", "/deep.md", "README.md/", "*.md\n*.txt", "  *.md  ", "\t*.md\t\r",
    "*.md\r\nLICENSE\r\n",
    "# *.md", "  # *.md", "\\#hash", "#hash", "\\!bang", "!bang", "!*.md", "!*.yaml", "!*.yaml\n*.txt",
    "*.txt\n!*.yaml",
    "!*.yaml\n!*.md", "!docs/", "!docs", "!templates/\n", "!/templates/*", "! *.md", "!", "!/", "/", "//", "/ ",
    ".", "./", "./docs", "../x", "docs//a.txt", ".*", ".git", ".git/", ".git/config", ".??*", "..*",
    "templates/.?*", "!templates/.?*", "templates/*", "templates", "templates/", "a?b.txt", "a b.txt", "end ", "end\\ ",
    "a\\ b.txt", "[b].txt", "\\[b\\].txt", "[[]b].txt", "[a-c]*", "[^a-c]*", "[c-a]*", "[!a]*", "[]b]*", "[b", "[",
    "[]",
    "[^]", "[^]a]", "[a-]", "[-a]", "[\\-a]*", "[a\\]]*", "[\\]]*", "x[-]y", "x[\\-]y", "x?y", "x-y", "\\", "a\\",
    "back\\\\slash",
    "back\\slash", "back*", "gr?n.txt", "gr[ü]n.txt", "gr[a-ÿ]n.txt", "GRÜN.txt", "*ü*", "xa[/]yb", "xa/[yz]b",
    "xa/[^y]b",
    "x?/yb", "xa?yb", "x*b", "x*/yb", "*/yb", "*/*", "*/*/*", "a[A-Z]b", "a[a-z]b", "*.m[d", "docs/[", "!docs/[",
    "Chart.yaml",
    "Chart*", "!Chart.yaml", ".helmignore", "\u{FEFF}*.md", "\u{FEFF}# *.md", "*.txt\n\u{FEFF}*.md",
    "\u{A0}*.md\u{2003}", "#\u{301}hash",
    "\u{200B}*.md", "*\u{301}.md", "*.md\u{0}", "*.md\u{0B}", "*.md\u{85}*.txt", "*.md\u{2028}*.txt", "***", "a*",
    "a**", "\\*\\*", "docs/a/*.md\ndocs/a/b/",
  ]

  @Test(.enabled(if: helm != nil, "there is no helm in the PATH or in KSX_HELM"), .endsInTime, arguments: rules)
  func whatIsLeftOutIsWhatHelmLeavesOut(rule: String) async throws {
    let chart = try Self.chart(rule)

    let ours = try? Package(folder: chart.path).files.keys.sorted()

    #expect(try await Self.packed(chart.path) == ours, "\(rule.debugDescription)")
  }

  /// helm 3.17 takes two slashes for one, and to helm 4.2 such a rule says nothing.
  @Test(.enabled(if: helm != nil, "there is no helm in the PATH or in KSX_HELM"), .endsInTime, arguments: ["//docs"])
  func whatBeginsWithTwoSlashesIsReadAsHelm3ReadsIt(rule: String) async throws {
    let chart = try Self.chart(rule)
    let version = try await ChildProcess([Self.helm ?? "", "version", "--short"]).run().outputText

    let ours = try Package(folder: chart.path).files.keys.sorted()

    #expect(!ours.contains("docs/a.txt"))
    #expect(try await Self.packed(chart.path)?.contains("docs/a.txt") == !version.hasPrefix("v3."))
  }

  private static func chart(_ rule: String) throws -> TemporaryFolder {
    let chart = TemporaryFolder()
    for file in Self.files {
      let path = chart.path + "/" + file
      try Files.makeDirectory(try #require(Files.parent(of: path)))
      let text = file == "Chart.yaml" ? "apiVersion: v2\nname: orchard\nversion: 0.1.0\n" : "# x\n"
      try Files.write(Array(text.utf8), to: path)
    }
    try Files.write(Array(rule.utf8), to: chart.path + "/.helmignore")
    return chart
  }

  /// The files that helm packs, or `nil` where it refuses.
  private static func packed(_ chart: String) async throws -> [String]? {
    let target = TemporaryFolder()
    let environment: Environment = [
      "HOME": target.path, "HELM_CACHE_HOME": target.path, "HELM_CONFIG_HOME": target.path,
      "HELM_DATA_HOME": target.path, "PATH": "/usr/bin:/bin",
    ]
    let process = ChildProcess(
      [helm ?? "", "package", chart, "--destination", target.path], environment: environment)
    guard case .exited(0) = try await process.run().end else { return nil }
    let name = try #require(try Files.names(in: target.path).first { $0.hasSuffix(".tgz") })
    return try Package(archive: try Files.read(target.path + "/" + name)).files.keys.sorted()
  }
}
