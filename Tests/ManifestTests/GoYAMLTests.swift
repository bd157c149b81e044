import Platform
import Testing

@testable import Manifest

/// What `sigs.k8s.io/yaml` 1.3 over go-yaml 2.4 makes of the same texts, run once and kept.
@Suite struct GoYAMLTests {
  /// A text, and the JSON it is to Go.
  static let read: [(String, String)] = [
    ("\u{feff}a: 1\n", "{\"a\":1}"),
    ("\u{feff}", "null"),
    ("a: 1\n---\n", "{\"a\":1}"),
    ("a: 1\n---\nb: 2\n", "{\"a\":1}"),
    ("---\na: 1\n", "{\"a\":1}"),
    ("---\n---\na: 1\n", "null"),
    ("a: 1\n...\n", "{\"a\":1}"),
    ("a: 1\n--- [\n", "{\"a\":1}"),
    ("a: 1\n---\n\tx: [\n", "{\"a\":1}"),
    ("# c\n---\na: 1\n", "{\"a\":1}"),
    ("a: 1\na: 2\n", "{\"a\":2}"),
    ("a: {b: 1}\nb: 2\na: {c: 1}\n", "{\"a\":{\"c\":1},\"b\":2}"),
    ("%YAML 1.1\n---\na: 1\n", "{\"a\":1}"),
    ("%TAG ! tag:x,2000:\n---\na: 1\n", "{\"a\":1}"),
    ("true: c\n", "{\"true\":\"c\"}"),
    ("yes: c\n", "{\"true\":\"c\"}"),
    ("1: c\n", "{\"1\":\"c\"}"),
    ("1.5: c\n", "{\"1.5\":\"c\"}"),
    ("0x10: c\n", "{\"16\":\"c\"}"),
    ("2001-01-01: x\n", "{\"2001-01-01\":\"x\"}"),
    (".inf: x\n", "{\".inf\":\"x\"}"),
    ("1: a\n'1': b\n", "{\"1\":\"b\"}"),
    ("true: a\n'true': b\n", "{\"true\":\"b\"}"),
    ("a: !!int 1\n", "{\"a\":1}"),
    ("a: !!int '1'\n", "{\"a\":1}"),
    ("a: !!bool 'yes'\n", "{\"a\":true}"),
    ("a: !!bool yes\n", "{\"a\":true}"),
    ("a: !!bool 'true'\n", "{\"a\":true}"),
    ("a: !!float '1.5'\n", "{\"a\":1.5}"),
    ("a: !!float 1\n", "{\"a\":1}"),
    ("a: !!null ''\n", "{\"a\":null}"),
    ("a: !!null 'null'\n", "{\"a\":null}"),
    ("a: !!str 1\n", "{\"a\":\"1\"}"),
    ("a: !!str true\n", "{\"a\":\"true\"}"),
    ("a: !!str\n", "{\"a\":\"\"}"),
    ("a: !!str [1]\n", "{\"a\":[1]}"),
    ("a: ! 1\n", "{\"a\":\"1\"}"),
    ("a: ! x\n", "{\"a\":\"x\"}"),
    ("a: ! '1'\n", "{\"a\":\"1\"}"),
    ("a: ! [1]\n", "{\"a\":[1]}"),
    ("a: ! {b: 1}\n", "{\"a\":{\"b\":1}}"),
    ("a: !foo 1\n", "{\"a\":\"1\"}"),
    ("a: !foo [1]\n", "{\"a\":[1]}"),
    ("a: !foo 'x'\n", "{\"a\":\"x\"}"),
    ("a: !!timestamp 2001-01-01\n", "{\"a\":\"2001-01-01\"}"),
    ("a: !!map {b: 1}\n", "{\"a\":{\"b\":1}}"),
    ("a: !!seq [1]\n", "{\"a\":[1]}"),
    ("a: !!set {b, c}\n", "{\"a\":{\"b\":null,\"c\":null}}"),
    ("a: !!omap [b: 1]\n", "{\"a\":[{\"b\":1}]}"),
    ("a: !!merge x\n", "{\"a\":\"x\"}"),
    ("a: !<tag:yaml.org,2002:int> 5\n", "{\"a\":5}"),
    ("a: !!map 1\n", "{\"a\":\"1\"}"),
    ("a: !!int [1]\n", "{\"a\":[1]}"),
    ("!!int '1': x\n", "{\"1\":\"x\"}"),
    ("a: !!int 0x1f\n", "{\"a\":31}"),
    ("a: !!int 1_000\n", "{\"a\":1000}"),
    ("a: !!float 1_0.5\n", "{\"a\":10.5}"),
    ("a: !!bool on\n", "{\"a\":true}"),
    ("a: !!bool y\n", "{\"a\":true}"),
    ("a: 1_000\n", "{\"a\":1000}"),
    ("a: 0b11\n", "{\"a\":3}"),
    ("a: 0o17\n", "{\"a\":15}"),
    ("a: 017\n", "{\"a\":15}"),
    ("a: 0644\n", "{\"a\":420}"),
    ("a: 089\n", "{\"a\":89}"),
    ("a: 0x1F\n", "{\"a\":31}"),
    ("a: -0x1F\n", "{\"a\":-31}"),
    ("a: 1:30\n", "{\"a\":\"1:30\"}"),
    ("a: +1\n", "{\"a\":1}"),
    ("a: 1e3\n", "{\"a\":1000}"),
    ("a: 1.\n", "{\"a\":1}"),
    ("a: .5\n", "{\"a\":0.5}"),
    ("a: 1.0\n", "{\"a\":1}"),
    ("a: 2.0\n", "{\"a\":2}"),
    ("a: -0\n", "{\"a\":0}"),
    ("a: y\n", "{\"a\":true}"),
    ("a: on\n", "{\"a\":true}"),
    ("a: On\n", "{\"a\":true}"),
    ("a: oN\n", "{\"a\":\"oN\"}"),
    ("a: ~\n", "{\"a\":null}"),
    ("a: Null\n", "{\"a\":null}"),
    ("a: nULL\n", "{\"a\":\"nULL\"}"),
    ("a: 2001-01-01\n", "{\"a\":\"2001-01-01\"}"),
    ("a: 2001-01-01T00:00:00Z\n", "{\"a\":\"2001-01-01T00:00:00Z\"}"),
    ("a: 9223372036854775808\n", "{\"a\":9223372036854775808}"),
    ("a: 18446744073709551615\n", "{\"a\":18446744073709551615}"),
    ("a: -9223372036854775809\n", "{\"a\":-9223372036854776000}"),
    ("a: 1e400\n", "{\"a\":\"1e400\"}"),
    ("a: 1.5e3\n", "{\"a\":1500}"),
    ("a: +.5\n", "{\"a\":0.5}"),
    ("a: 0.1_5\n", "{\"a\":0.15}"),
    ("a: _1\n", "{\"a\":\"_1\"}"),
    ("a: 1_\n", "{\"a\":1}"),
    ("a: +0x1f\n", "{\"a\":31}"),
    ("a: 0b\n", "{\"a\":\"0b\"}"),
    ("a: -0b11\n", "{\"a\":-3}"),
    ("a: 0o8\n", "{\"a\":\"0o8\"}"),
    ("a: 00\n", "{\"a\":0}"),
    ("a: 1e\n", "{\"a\":\"1e\"}"),
    ("a: <<\n", "{\"a\":\"\\u003c\\u003c\"}"),
    ("<<: {a: 1}\nb: 2\n", "{\"a\":1,\"b\":2}"),
    ("a: '<<'\n", "{\"a\":\"\\u003c\\u003c\"}"),
    ("'<<': {a: 1}\n", "{\"\\u003c\\u003c\":{\"a\":1}}"),
    ("<<: {a: 1}\n<<: {b: 1}\n", "{\"a\":1,\"b\":1}"),
    ("b: &b {t: m, u: 2}\na: {t: own, <<: *b}\n", "{\"a\":{\"t\":\"m\",\"u\":2},\"b\":{\"t\":\"m\",\"u\":2}}"),
    ("b: &b {t: m, u: 2}\na: {<<: *b, t: own}\n", "{\"a\":{\"t\":\"own\",\"u\":2},\"b\":{\"t\":\"m\",\"u\":2}}"),
    ("a: {t: own, <<: [{t: m}, {t: n, z: 1}]}\n", "{\"a\":{\"t\":\"m\",\"z\":1}}"),
    ("a: {<<: {t: 1}, <<: {t: 2}}\n", "{\"a\":{\"t\":2}}"),
    ("a: {t: 1, <<: {t: 2}, t: 3}\n", "{\"a\":{\"t\":3}}"),
    ("a: !!binary aGVsbG8=\n", "{\"a\":\"hello\"}"),
    ("a: !!binary |\n  aGVs\n  bG8=\n", "{\"a\":\"hello\"}"),
    ("a: 'x\\/y'\nb: x\\/y\nc: \"x\\\\/y\"\n", "{\"a\":\"x\\\\/y\",\"b\":\"x\\\\/y\",\"c\":\"x\\\\/y\"}"),
    ("a: =\n", "{\"a\":\"=\"}"),
    ("a: 0x\n", "{\"a\":\"0x\"}"),
    ("a: +\n", "{\"a\":\"+\"}"),
    ("a: .\n", "{\"a\":\".\"}"),
    ("a: 1.2.3\n", "{\"a\":\"1.2.3\"}"),
    ("a: NaN\n", "{\"a\":\"NaN\"}"),
    ("a: inf\n", "{\"a\":\"inf\"}"),
    ("a: Infinity\n", "{\"a\":\"Infinity\"}"),
    ("a: 0x1p4\n", "{\"a\":\"0x1p4\"}"),
    ("a: 1__0\n", "{\"a\":10}"),
    ("a: 1e1_0\n", "{\"a\":10000000000}"),
    ("a: 0.\n", "{\"a\":0}"),
    ("a: 012.5\n", "{\"a\":12.5}"),
    ("a: 1\r\nb: 2\r\n", "{\"a\":1,\"b\":2}"),
    ("a: |\r\n  x\r\n  y\r\n", "{\"a\":\"x\\ny\\n\"}"),
    ("a: 1\rb: 2\r", "{\"a\":1,\"b\":2}"),
    ("", "null"),
    (" ", "null"),
    ("#c\n", "null"),
    ("---\n", "null"),
    ("a\n", "\"a\""),
    ("[1]\n", "[1]"),
    ("1\n", "1"),
    ("a:\tb\n", "{\"a\":\"b\"}"),
    ("a: [1,\n2]\n", "{\"a\":[1,2]}"),
    ("a: &x 1\nb: *x\n", "{\"a\":1,\"b\":1}"),
    ("--- a\n--- b\n", "\"a\""),
    ("a: \u{feff}b\n", "{\"a\":\"\u{feff}b\"}"),
    ("- 1\n b\n", "[\"1 b\"]"),
  ]

  @Test(arguments: read)
  func aTextIsWhatItIsToGo(text: String, json: String) throws {
    let value = try YAML.parse(text)

    #expect(try JSON.parse(JSON.bytes(value)).isNumericallyEqual(to: JSON.parse(json.utf8)), "\(JSON.text(value))")
  }

  @Test(arguments: [
    "%YAML 1.2\n---\na: 1\n", "a: .inf\n", "a: -.INF\n", "a: .nan\n", "? [a, b]\n: 1\n", "{a: 1}: 2\n", "null: c\n",
    "~: c\n", ": c\n", "[a]: 1\n", "a: !!int x\n", "a: !!int 1.5\n", "a: !!int 1.0\n", "a: !!bool 1\n",
    "a: !!float x\n", "a: !!null x\n", "a: !!int ''\n", "a: !!int\n",
    "a: !!bool\n", "a: !!float\n", "a: !!float .inf\n", "!!null x: y\n", "<<: [1]\n", "<<: 1\n", "a: -\n",
    "a: \"x\\ud800\"\n", "a: \u{1}\n", "a: \u{7f}\n", "\ta: b\n", "a: *x\n", "a: &a [*a]\n", "a: b: c\n", "a: 'x'y\n",
    "a: \"x\\/y\"\n", "a: {\"b\\/\": 1}\n", "a: !!binary x\n", "a: !!binary \"aGVs\n  bG8=\"\n", "a: {<<: null}\n",
    "a: @x\n", "a: `x\n", "a: %x\n", "a: [\n",
  ])
  func whatGoRefusesIsRefused(text: String) {
    let error = #expect(throws: SyntaxError.self) { try YAML.parse(text) }

    #expect((error?.line ?? 0) >= 1)
  }

  @Test func whatStandsInTheWayIsSaidAtItsLine() {
    let texts = [
      ("# c\n%YAML 1.2\n---\na: 1\n", 2), ("a: 1\nb: .inf\n", 2), ("a: 1\nb: [-.inf]\n", 2), ("a: 1\nb: .nan\n", 2),
      ("a: 1\n? [a, b]\n: 1\n", 2), ("a: 1\nnull: c\n", 2), ("a: 1\nb: !!int x\n", 2),
      ("a: 'x\\/y'\nb: \"é\\\\\\/\"\n", 2), ("a: \"b\n  c\\/d\"\n", 2),
    ]

    for (text, line) in texts { #expect(ConfigReview(text).mistake?.line == line, "\(text)") }
  }

  @Test(arguments: [("a: 1\nb: x\u{7}y\n", 2, 5), ("a: 1\n# \u{0}\nb: 2\n", 2, 3), ("é: \u{1b}[31m\n", 1, 4)])
  func aCharacterThatNoYAMLHasIsFoundAtItsPlace(text: String, line: Int, column: Int) {
    let mistake = ConfigReview(text).mistake

    #expect(mistake?.problem == "control characters are not allowed")
    #expect([mistake?.line, mistake?.column] == [line, column])
  }

  @Test func aRepeatedKeyIsAWarningWithBothLines() {
    let review = ConfigReview("a: 1\nb: 2\na: 3\n")

    #expect(review.mistake == nil)
    #expect(
      review.warnings.map(\.description)
        == ["line 3, column 1: the key a comes twice: line 1 has it too, and the last counts"])
    #expect(throws: SyntaxError.self) { try YAML.strictNode("a: 1\na: 2\n") }
  }

  @Test(arguments: [
    ("a: 1\n---\nb: 2\n", [3]), ("a: 1\n---\n", []), ("---\na: 1\n...\n", []), ("a: 1\n---\nb: [\n", [3]),
    ("a: 1\n... x\n", [2]),
  ])
  func aSecondDocumentIsAWarningUnlessItIsEmpty(text: String, lines: [Int]) {
    let review = ConfigReview(text)

    #expect(review.mistake == nil)
    #expect(review.warnings.map(\.line) == lines)
  }

  @Test func anIndexIsHandedOutItemByItem() throws {
    let text = "apiVersion: v1\nentries:\n  a:\n  - &x {v: 1}\n  - *x\n  b: [{v: 2}]\n  c: 5\n"
    var seen: [String] = []

    let isThere = try YAML.forEachItem(under: "entries", in: text) { seen.append("\($0) \($1["v"]?.text ?? "")") }

    #expect(isThere)
    #expect(seen == ["a 1", "a 1", "b 2"])
    #expect(try !YAML.forEachItem(under: "entries", in: "a: 1\n") { _, _ in })
  }

  @Test func eachLimitSaysWhatItLimits() {
    var limits = YAML.Limits()
    (limits.written, limits.aliased) = (8, 3)
    let long = #expect(throws: SyntaxError.self) {
      try YAML.forEachItem(under: "e", in: "e: {a: [1, 2, 3, 4, 5, 6, 7]}", limits: limits) { _, _ in }
    }
    let repeated = #expect(throws: SyntaxError.self) {
      try YAML.forEachItem(under: "e", in: "e: {a: [&x [1], *x, *x]}", limits: limits) { _, _ in }
    }

    #expect(long?.problem == "the document has more than 8 values")
    #expect(repeated?.problem == "aliases make the document too large: they repeat more than 3 values")
  }
}

extension Value {
  /// Equal where `1` and `1.0` are.
  fileprivate func isNumericallyEqual(to other: Value) -> Bool {
    switch (self, other) {
    case (.number(let left), .integer(let right)): left == Double(right)
    case (.integer(let left), .number(let right)): Double(left) == right
    case (.sequence(let left), .sequence(let right)):
      left.count == right.count && zip(left, right).allSatisfy { $0.isNumericallyEqual(to: $1) }
    case (.mapping(let left), .mapping(let right)):
      left.pairs.count == right.pairs.count
        && left.pairs.allSatisfy { pair in right[pair.key].map { pair.value.isNumericallyEqual(to: $0) } ?? false }
    default: self == other
    }
  }
}
