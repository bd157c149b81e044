import Manifest
import Packages
import Testing

@testable import Operations

/// A chart's values, for who changes them.
@Suite struct ValuesGuideTests {
  private let guide = ValuesGuide(
    """
    # The whole chart.

    # -- Days that lines are kept
    keepDays: 7 # at least one
    receiver:
      # Where lenses send
      # and from where they are read.
      port: 9000
      hosts:
        - a
        - b

      # Not set by most.
      tls: {}
    list:
    - x
    # The end
    mode: fast

    """)

  @Test func everyKeyHasItsCommentItsDefaultAndItsPlace() {
    #expect(
      guide.entries.map { $0.path.joined(separator: ".") } == [
        "keepDays", "receiver", "receiver.port", "receiver.hosts", "receiver.tls", "list", "mode",
      ])
    #expect(guide[["keepDays"]]?.comment == ["Days that lines are kept"])
    #expect(guide[["keepDays"]]?.value == 7)
    #expect(guide[["receiver", "port"]]?.comment == ["Where lenses send", "and from where they are read."])
    #expect(guide[["receiver", "hosts"]].map { guide.excerpt(of: $0) } == ["hosts:", "  - a", "  - b"])
    #expect(guide[["list"]].map { guide.excerpt(of: $0) } == ["list:", "- x"])
    #expect(guide[["mode"]].map { guide.excerpt(of: $0) } == ["# The end", "mode: fast"])
    #expect(guide.entry(inLine: 3)?.path == ["keepDays"])
  }

  @Test func keysAreFoundByWhatStandsAboveThem() {
    #expect(guide.children(of: []).map(\.key) == ["keepDays", "receiver", "list", "mode"])
    #expect(guide.children(of: ["receiver"]).map(\.key) == ["port", "hosts", "tls"])
    #expect(guide.nearest(to: ["receiver", "tls", "name"])?.path == ["receiver", "tls"])
    #expect(guide.nearest(to: ["nothing"]) == nil)
  }

  @Test func whatAnAliasRepeatsStandsNowhereElse() {
    let guide = ValuesGuide(
      """
      list: [&first {port: 1}]
      base: &base
        # Where it listens
        host: a
      one: *base
      two:
        <<: *base
        mode: fast
      three: *first

      """)

    #expect(guide.entry(inLine: 0)?.path == ["list"])
    #expect(guide.entry(inLine: 3)?.path == ["base", "host"])
    #expect(guide.entry(inLine: 4)?.path == ["one"])
    #expect(guide[["one"]].map { guide.excerpt(of: $0) } == ["one: *base"])
    // It is known what the author wrote of it, and where it is repeated.
    #expect(guide[["one", "host"]].map { guide.excerpt(of: $0) } == ["# Where it listens", "host: a"])
    #expect(guide.children(of: ["two"]).map(\.key) == ["host", "mode"])
    #expect(guide.children(of: ["two"]).map(\.isRepeated) == [true, false])
    let above = guide.entries.map { guide.standing(above: $0)?.path }
    #expect(above.compactMap { $0 } == [["one"], ["two"], ["three"]])
  }

  @Test func valuesThatAreNoYAMLHaveNoKeys() {
    let broken = ValuesGuide("a: [\n")
    #expect(broken.entries.isEmpty)
    #expect(broken.lines.count == 2)
  }
}

/// A config beside the chart's values.
@Suite struct ConfigSheetTests {
  private func sheet(_ values: String, _ config: String, _ overrides: [String: Value] = [:]) -> [String] {
    let package = Package(files: ["values.yaml": Array(values.utf8), "Chart.yaml": Array("name: x\n".utf8)])
    return ConfigSheet(package, config: config, overrides: overrides).rows.map { row in
      switch row.kind {
      case .own, .comment, .note: row.text
      case .overridden(let origin): "\(row.text) <- \(origin.word)"
      case .unknown(let origin): "\(row.text) ?? \(origin.word)"
      }
    }
  }

  @Test func whatIsSetStandsInThePlaceOfTheDefaultWithItsOrigin() {
    #expect(
      sheet("# Days\nkeepDays: 7\nreceiver:\n  port: 9000\n  host: a\n", "keepDays: 9\nreceiver: {port: 80}\n") == [
        "# Days", "keepDays: 9 <- config", "receiver:", "  port: 80 <- config", "  host: a",
      ])
  }

  @Test func anOverrideOfAClusterStandsBesideTheValueItIsOver() {
    #expect(
      sheet("keepDays: 7\nmode: fast\n", "", ["east": ["keepDays": 3]])
        == ["keepDays: 3 <- cluster east", "keepDays: 7", "mode: fast"])
  }

  @Test func whatTheChartDoesNotKnowStandsBelow() {
    #expect(
      sheet("a: 1\n", "b: {c: 2}\n") == ["a: 1", "", "Set, and not among the chart's values:", "b.c: 2 ?? config"])
  }

  @Test func whatIsSetOfAnAliasStandsBelowIt() {
    let values = "base: &base\n  host: a\n  tls: {enabled: true}\none: *base\ntwo:\n  <<: *base\n  mode: fast\n"
    #expect(
      sheet(values, "one: {host: b, tls: {enabled: false}}\ntwo: {host: c, mode: slow}\n") == [
        "base: &base", "  host: a", "  tls: {enabled: true}", "one: *base", "  host: b <- config",
        "  tls.enabled: false <- config",
        "two:", "  host: c <- config", "  <<: *base", "  mode: slow <- config",
      ])
    #expect(
      sheet("base: &base\n  host: a\n<<: *base\n", "host: b\n")
        == ["base: &base", "  host: a", "<<: *base", "host: b <- config"])
    // What stands first is not what an alias repeats.
    #expect(
      sheet("list: [&first {port: 1}]\none: *first\n", "one: {port: 2}\n")
        == ["list: [&first {port: 1}]", "one: *first", "  port: 2 <- config"])
  }

  @Test func aListAndABlockAreReplacedWhole() {
    #expect(sheet("list:\n  - 1\n  - 2\nb: c\n", "list: [7]\n") == ["list: [7] <- config", "b: c"])
    #expect(sheet("text: |\n  one\n  two\nb: c\n", "text: x\n") == ["text: x <- config", "b: c"])
  }

  @Test func secretsAreMaskedInDefaultsAndInWhatIsSet() {
    let package = Package(files: ["values.yaml": Array("password: changeme\ntoken: a\n".utf8)])
    let rows = ConfigSheet(package, config: "password: hunter2\n").rows

    #expect(rows.map(\.text) == ["password: •••", "token: •••"])
    #expect(rows.map(\.unmaskedText) == ["password: hunter2", "token: a"])
  }
}
