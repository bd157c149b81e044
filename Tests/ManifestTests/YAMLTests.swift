import Platform
import Testing

@testable import Manifest

@Suite struct YAMLTests {
  @Test(
    arguments: [
      ("", .null), ("~", .null), ("# only a comment\n", .null), ("a", "a"), ("'1'", "1"), ("!!str 1", "1"), ("1", 1),
      ("0644", 420), ("0o17", 15), ("0x1F", 31), ("-3", -3), ("1.5", 1.5), ("1e3", .number(1000)), ("1.2.3", "1.2.3"),
      ("yes", true), ("Off", false), ("nope", "nope"), ("nan", "nan"),
      ("a: 1\nb:\n- x\n- {z: [1, null]}\n", ["a": 1, "b": ["x", ["z": [1, nil]]]]),
      ("a: |\n  x\n  y\n", ["a": "x\ny\n"]),
      ("a: >-\n  x\n  y\n", ["a": "x y"]),
      ("base: &b {x: 1, z: 2}\nown:\n  <<: *b\n  z: 3\n", ["base": ["x": 1, "z": 2], "own": ["x": 1, "z": 3]]),
      ("a: &x 1\nb: {<<: [{p: 1}, {p: 2, q: 3}]}\n", ["a": 1, "b": ["p": 1, "q": 3]]),
      ("\"<<\": 1", ["<<": 1]), ("1: a\ntrue: b\n", ["1": "a", "true": "b"]),
    ] as [(String, Value)])
  func aTextIsReadAsItsValue(text: String, value: Value) throws {
    #expect(try YAML.parse(text) == value)
  }

  @Test(arguments: [
    ("a: b: c", 1), ("a: 1\n b: 2", 2), ("a:\n\t- b", 2), ("a: [1", 1), ("a: \"x", 1), ("*no", 1),
    ("<<: 1", 1), ("a: \u{1}", 1), ("}", 1), ("a: 1\n]\n", 2), ("'", 1),
  ])
  func aMistakeIsPlacedByItsLine(text: String, line: Int) {
    let error = #expect(throws: SyntaxError.self) { try YAML.parse(text) }

    #expect(error?.line == line, "\(String(describing: error))")
    #expect(error.map { $0.column >= 1 } == true)
  }

  @Test func aNodeKnowsWhereItStands() throws {
    let node = try #require(try YAML.node("# top\nname: x\nlist:\n  - a: 1\n    b: 中\n"))

    #expect(node["list"]?.line == 4)
    guard case .sequence(let items)? = node["list"]?.content else {
      Issue.record("no list")
      return
    }
    #expect(items[0]["b"]?.line == 5)
    #expect(items[0]["b"]?.column == 8)
    #expect(items[0].mistake("wrong") == SyntaxError(line: 4, column: 5, problem: "wrong"))
  }

  @Test func everyDocumentOfAStreamIsRead() throws {
    #expect(try YAML.documents("a: 1\n---\n---\nb: 2\n...\n").map(\.value) == [["a": 1], .null, ["b": 2]])
  }

  @Test func anchorsDoNotReachIntoTheNextDocument() {
    #expect(throws: SyntaxError.self) { try YAML.documents("a: &x 1\n---\nb: *x\n") }
  }

  @Test func aliasesCannotMakeADocumentExplode() {
    var text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    for level in 1...12 {
      text += "a\(level): &a\(level) [" + Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ") + "]\n"
    }

    let error = #expect(throws: SyntaxError.self) { try YAML.parse(text) }

    #expect(error?.problem == "aliases make the document too large: they repeat more than 1000000 values")
  }

  @Test func mergesCannotMakeADocumentExplodeEither() {
    var text = "a0: &a0 {" + (0..<100).map { "k\($0): 1" }.joined(separator: ", ") + "}\n"
    for level in 1...12 {
      text +=
        "a\(level): &a\(level)\n  <<: [" + Array(repeating: "*a\(level - 1)", count: 50).joined(separator: ", ") + "]\n"
    }

    let value = try? YAML.parse(text)

    #expect(value == nil || value?["a12"]?.mapping?.pairs.count == 100)
  }

  @Test func nestingHasALimit() {
    #expect(throws: SyntaxError.self) { try YAML.parse(String(repeating: "[", count: 100_000)) }
    #expect(throws: SyntaxError.self) { try YAML.parse(String(repeating: "- ", count: 5000) + "a") }
    #expect(throws: SyntaxError.self) { try YAML.parse(String(repeating: "{a: ", count: 5000)) }
  }

  @Test func aMappingOfManyKeysTakesNoLongerThanItMust() throws {
    let text = (0..<100_000).map { "key\($0): \($0)\n" }.joined()
    let shuffled = (0..<100_000).reversed().map { "key\($0): \($0)\n" }.joined()

    #expect(try YAML.parse(text) == YAML.parse(shuffled))
  }

  @Test(arguments: 0..<500)
  func whateverIsWrittenIsReadBack(seed: UInt64) throws {
    var maker = ValueMaker(seed: seed)
    let value = maker.value(depth: 5)

    #expect(try YAML.parse(YAML.text(value)) == value, "\(YAML.text(value))")
  }

  @Test(arguments: 0..<500)
  func brokenTextNeverDoesWorseThanAnError(seed: UInt64) {
    var maker = ValueMaker(seed: seed)
    var bytes = Array(YAML.text(maker.value(depth: 4)).utf8)
    maker.damage(&bytes)

    do {
      _ = try YAML.documents(String(decoding: bytes, as: UTF8.self))
    } catch {
      #expect(error.line >= 1 && error.column >= 1 && !error.problem.isEmpty)
    }
  }

  @Test func whatIsWrittenIsWhatAPersonWouldWrite() throws {
    let value: Value = [
      "name": "devops", "version": "1.2.3", "port": 80, "flag": "yes", "time": "1:30", "letter": "y", "empty": [:],
      "list": [["a": 1, "b": [2]], "x: y", ""], "text": "one\ntwo\n", "cut": "one\ntwo", "url": "https://x/#y", "": nil,
    ]

    #expect(
      YAML.text(value) == """
        name: devops
        version: 1.2.3
        port: 80
        flag: "yes"
        time: "1:30"
        letter: "y"
        empty: {}
        list:
        - a: 1
          b:
          - 2
        - "x: y"
        - ""
        text: |
          one
          two
        cut: |-
          one
          two
        url: https://x/#y
        "": null

        """)
  }

  @Test func aVeryLongKeyIsReadBack() throws {
    let value: Value = [String(repeating: "k", count: 3000): ["a": 1], String(repeating: "\"", count: 1000): "x"]

    #expect(try YAML.parse(YAML.text(value)) == value)
  }
}
