import Manifest
import Packages
import Testing

/// What the checks find in packages, each with the file and the line.
@Suite struct ChartCheckTests {
  private static let good = [
    "Chart.yaml": "name: bell\nversion: 1.2.0\n", "README.md": "Bell", "static/bell.svg": "<svg/>",
    "extension.yaml": "name: bell\nkubeVersion: '>=1.19.0'\nicon: ./static/bell.svg\n",
  ]

  private func findings(_ changes: [String: String?]) -> [String] {
    let files = Self.good.map { ($0.key, Optional($0.value)) } + changes.map { ($0.key, $0.value) }
    let texts = Dictionary(files, uniquingKeysWith: { $1 }).compactMapValues { $0.map { Array($0.utf8) } }
    return ChartCheck.findings(in: Package(files: texts)).map { finding in
      "\(finding.check) \(finding.file):\(finding.line.map(String.init) ?? "-") \(finding.text)"
    }
  }

  @Test func aGoodPackageHasNoFindings() {
    #expect(findings([:]) == [])
  }

  /// For each check what it finds when `file` has this text, or is not there.
  private static let mistakes: [(file: String, text: String?, finding: String)] = [
    ("Chart.yaml", "name: bell\nversion: two\n", "version Chart.yaml:2 two is not a version such as 1.2.0"),
    ("Chart.yaml", "name: bell\n", "version Chart.yaml:- there is no version"),
    (
      "extension.yaml", "displayName: {en: Bell}\nname: gong\n",
      "names-agree extension.yaml:2 the name is gong, and Chart.yaml says bell"
    ),
    (
      "extension.yaml", "name: bell\nksVersion: about four\n",
      "constraints extension.yaml:2 ksVersion is not a constraint such as >=1.19.0: about four"
    ),
    (
      "extension.yaml", "name: bell\nicon: static/gong.svg\n",
      "icon extension.yaml:2 the icon static/gong.svg is not in the package"
    ),
    ("README.md", nil, "readme README.md:- there is no README"),
    ("extension.yaml", "name: bell\nicon: [\n", "readable extension.yaml:"),
  ]

  @Test(arguments: mistakes)
  func eachMistakeIsFoundAtItsLine(file: String, text: String?, finding: String) {
    let check = String(finding.prefix { $0 != " " })
    // Without the rest of the good file, other checks miss what they ask for.
    let found = findings([file: text]).filter { $0.hasPrefix(check + " ") }

    #expect(found.count == 1 && found[0].hasPrefix(finding), "\(found)")
  }

  @Test(arguments: ChartCheck.all.map(\.id))
  func everyCheckHasAMistakeThatItFinds(id: String) {
    #expect(Self.mistakes.contains { $0.finding.hasPrefix(id + " ") })
  }

  @Test func everyCheckHasANameOfItsOwn() {
    #expect(Set(ChartCheck.all.map(\.id)).count == ChartCheck.all.count)
  }
}
