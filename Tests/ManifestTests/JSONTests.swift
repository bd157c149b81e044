import Platform
import Testing

@testable import Manifest

@Suite struct JSONTests {
  @Test(
    arguments: [
      (#"{"a":1,"b":{"a":2}}"#, []), (#"{"a":1,"a":2,"a":3}"#, ["a"]),
      (#"{"a":[{"b":1},{"c":[[{"d":1,"d":2}]],"c":0}]}"#, ["a[1].c[0][0].d", "a[1].c"]),
    ] as [(String, [String])])
  func keysThatComeTwiceAreNoted(text: String, places: [String]) throws {
    #expect(try JSON.parseNotingRepeats(Array(text.utf8)).repeated == places)
  }

  @Test(
    arguments: [
      ("null", .null), ("true", true), (" false ", false), ("0", 0), ("-0", 0), ("42", 42), ("-7", -7),
      ("9223372036854775807", .integer(.max)), ("-9223372036854775808", .integer(.min)),
      ("9223372036854775808", .number(9_223_372_036_854_775_808)), ("1.5", 1.5), ("1e3", .number(1000)),
      ("-2.5E-1", -0.25), ("\"\"", ""), ("[]", []), ("{}", [:]), ("[1, [2], {}]", [1, [2], [:]]),
      (#"{"a":{"b":null}}"#, ["a": ["b": nil]]), (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{c}\n\r\t"),
      (#""\u00e9\u4e2d\ud83d\ude00""#, "é中😀"), (#""\u0000""#, "\0"), ("\"中文 😀\"", "中文 😀"),
    ] as [(String, Value)])
  func aTextIsReadAsItsValue(text: String, value: Value) throws {
    #expect(try JSON.parse(text.utf8) == value)
    #expect(try JSON.parse(JSON.bytes(value)) == value)
    #expect(try JSON.parse(JSON.prettyText(value).utf8) == value)
  }

  @Test(arguments: [
    "", " ", "nul", "nulll", "tru", "+1", "01", "-", "-01", "1.", ".5", "1e", "1e+", "1e999", "0x10", "NaN", "Infinity",
    "'a'", "\"a", "\"\\", "\"\\x\"", "\"\\u12\"", "\"\\u+123\"", "\"\\u12g4\"", "\"a\nb\"", "\"\u{1}\"", "[", "[1",
    "[1,]", "[,1]", "[1 2]", "{", "{\"a\"", "{\"a\":", "{\"a\":1,}", "{a:1}", "{\"a\" 1}", "{1:2}", "]", "}", "1 2",
    "{} {}", "[1}", "{\"a\":1]", "// a\n1", "\u{FEFF}1", "\u{c}1", "1\u{b}",
  ])
  func whatIsNoJSONIsRefused(text: String) {
    #expect(throws: SyntaxError.self) { try JSON.parse(text.utf8) }
  }

  @Test(arguments: [
    ("", 1, 1), ("{\n  \"a\": 1,\n  b\n}", 3, 3), ("[1,\n 中, 2]", 2, 2), ("\n\n[\"中文\", x]", 3, 8),
    ("\"ab\\qc\"", 1, 4),
  ])
  func aMistakeIsPlacedByLineAndCharacter(text: String, line: Int, column: Int) {
    let error = #expect(throws: SyntaxError.self) { try JSON.parse(text.utf8) }

    #expect(error?.line == line)
    #expect(error?.column == column)
  }

  @Test func aKeyThatComesTwiceKeepsItsLastValue() throws {
    #expect(try JSON.parse(#"{"a":1,"b":2,"a":3}"#.utf8) == ["a": 3, "b": 2])
    let many = (0..<100).map { "\"k\($0 % 50)\":\($0)" }.joined(separator: ",")

    let mapping = try #require(try JSON.parse("{\(many)}".utf8).mapping)

    #expect(mapping.pairs.count == 50)
    #expect(mapping["k7"] == 57)
  }

  @Test func bytesThatAreNotUTF8AreReplaced() throws {
    #expect(try JSON.parse([34, 0xFF, 0x61, 0xC3, 34]) == "\u{FFFD}a\u{FFFD}")
    #expect(try JSON.parse(#""\ud800x\udc00\ud83d\u0041""#.utf8) == "\u{FFFD}x\u{FFFD}\u{FFFD}A")
  }

  @Test func nestingHasALimitAndNoTextExhaustsTheStack() throws {
    func nested(_ depth: Int, _ open: String, _ close: String) -> String {
      String(repeating: open, count: depth) + "1" + String(repeating: close, count: depth)
    }

    #expect(throws: Never.self) { try JSON.parse(nested(JSON.maximumDepth, "[", "]").utf8) }
    #expect(throws: SyntaxError.self) { try JSON.parse(nested(JSON.maximumDepth + 1, "[", "]").utf8) }
    #expect(throws: SyntaxError.self) { try JSON.parse(nested(1_000_000, "{\"a\":", "}").utf8) }
    #expect(throws: SyntaxError.self) {
      try JSON.parse(("{\"s\":" + nested(1_000_000, "[", "]") + "}").utf8, skipping: JSONPaths(["s"]))
    }
  }

  @Test func whatIsSkippedLeavesNoTrace() throws {
    let text =
      #"{"a":{"icon":"}\"]{","x":1},"b":[{"icon":2}],"icon":{"deep":[[{}],"]"]},"n":12,"z":[true,null],"end":"e"}"#

    let value = try JSON.parse(text.utf8, skipping: JSONPaths(["a", "icon"], ["icon"], ["n"], ["z"], ["b", "icon"]))

    #expect(value == ["a": ["x": 1], "b": [["icon": 2]], "end": "e"])
    #expect(try JSON.parse(text.utf8, skipping: JSONPaths(["icon"]).under("a"))["a"] == ["x": 1])
  }

  @Test(arguments: [
    #"{"s":}"#, #"{"s":,"a":1}"#, #"{"s":"x}"#, #"{"s":[1}"#, #"{"s":["#, #"{"s"}"#, #"{"s":1"#, #"{"s":{}"#,
  ])
  func whatIsSkippedMustStillEnd(text: String) {
    #expect(throws: SyntaxError.self) { try JSON.parse(text.utf8, skipping: JSONPaths(["s"])) }
  }

  @Test func aHundredMegabytesOfStringAreNoTrouble() throws {
    let bytes = Array("{\"a\":\"".utf8) + Array(repeating: UInt8(ascii: "x"), count: 100 << 20) + Array("\"}".utf8)

    #expect(try JSON.parse(bytes, skipping: JSONPaths(["a"])) == [:])
    #expect(try JSON.parse(bytes)["a"]?.string?.utf8.count == 100 << 20)
  }

  @Test(arguments: 0..<300)
  func whateverIsWrittenIsReadBack(seed: UInt64) throws {
    var maker = ValueMaker(seed: seed)
    let value = maker.value(depth: 5)

    #expect(try JSON.parse(JSON.bytes(value)) == value)
    #expect(try JSON.parse(JSON.prettyText(value).utf8) == value)
  }

  @Test(arguments: 0..<500)
  func brokenTextNeverDoesWorseThanAnError(seed: UInt64) {
    var maker = ValueMaker(seed: seed)
    var bytes = JSON.bytes(maker.value(depth: 4))
    maker.damage(&bytes)

    for paths in [JSONPaths(), JSONPaths(["a"], ["b", "c"])] {
      do {
        _ = try JSON.parse(bytes, skipping: paths)
      } catch {
        #expect(error.line >= 1 && error.column >= 1 && !error.problem.isEmpty)
      }
    }
  }

  @Test func stringsAreWrittenWithTheFewestEscapes() {
    #expect(JSON.text("a\"b\\c\n\u{1}\u{7F}é😀/") == #""a\"b\\c\n\u0001"# + "\u{7F}é😀/\"")
    #expect(JSON.prettyText(["a": [1, [:]], "b": []]) == "{\n  \"a\": [\n    1,\n    {}\n  ],\n  \"b\": []\n}")
  }
}
