import Platform
import Testing

@testable import Manifest

/// One place changed, and every other byte as it was.
@Suite struct YAMLEditTests {
  private static let text = """
    # how it runs
    replicas: 3   # three, for now
    web:
      # the address
      host: "a.example"
      ports: [80, 443]
      tls: {safe: true, names: [a]}
    list:
    - name: one
      size: 1

    - name: two
    notes: |
      line one
      line two

    empty:
    anchor: &x {a: 1}
    alias: *x
    last: 'end'

    """

  private func set(_ path: String, _ value: String, in text: String = text) throws -> String {
    try YAMLEdit.set(try #require(YAMLEdit.Path(path)), to: try .init(yaml: value), in: text)
  }

  private func unset(_ path: String, in text: String = text) throws -> String {
    try YAMLEdit.unset(try #require(YAMLEdit.Path(path)), in: text)
  }

  @Test(arguments: [
    ("replicas", "5", "replicas: 3   #", "replicas: 5   #"), ("web.host", "b.example", "\"a.example\"", "b.example"),
    ("web.host", "a: b", "\"a.example\"", "{\"a\":\"b\"}"), ("web.ports[1]", "8443", "443]", "8443]"),
    ("web.ports[2]", "8080", "443]", "443, 8080]"), ("web.tls.safe", "false", "{safe: true", "{safe: false"),
    ("web.tls.mode", "strict", "[a]}", "[a], mode: strict}"), ("list[0].size", "2", "size: 1", "size: 2"),
    ("list[1].size", "9", "- name: two\n", "- name: two\n  size: 9\n"),
    ("list[2].name", "three", "- name: two\n", "- name: two\n- name: three\n"),
    ("notes", "short", "|\n  line one\n  line two", "short"), ("empty", "1", "empty:\n", "empty: 1\n"),
    ("empty.a.b", "1", "empty:\n", "empty:\n  a:\n    b: 1\n"), ("last", "", "'end'", "\"\""),
    ("web.limits.cpu", "2", "names: [a]}\n", "names: [a]}\n  limits:\n    cpu: 2\n"),
    ("new.key", "[1, 2]", "last: 'end'\n", "last: 'end'\nnew:\n  key: [1, 2]\n"),
    (
      "web", "null",
      "web:\n  # the address\n  host: \"a.example\"\n  ports: [80, 443]\n  tls: {safe: true, names: [a]}",
      "web: null"
    ),
    ("a\\.b", "1", "last: 'end'\n", "last: 'end'\na.b: 1\n"),
    ("web.\"x.example/y\".z", "1", "names: [a]}\n", "names: [a]}\n  x.example/y:\n    z: 1\n"),
  ])
  func aValueIsSetAndNothingElse(path: String, value: String, old: String, new: String) throws {
    let expected = try #require(Self.text.replacingOnce(old, new))

    #expect(try set(path, value) == expected)
  }

  @Test(arguments: [
    ("replicas", "replicas: 3   # three, for now\n", ""), ("web.host", "  host: \"a.example\"\n", ""),
    ("web.tls.safe", "{safe: true, names", "{names"), ("web.tls.names", ", names: [a]}", "}"),
    ("list[0].name", "- name: one\n  size: 1", "- size: 1"), ("list[0].size", "  size: 1\n", ""),
    ("list[1].name", "- name: two\n", "- {}\n"), ("notes", "notes: |\n  line one\n  line two\n", ""),
    ("empty", "empty:\n", ""), ("last", "last: 'end'\n", ""), ("web.ports[0]", "[80, 443]", "[443]"),
    ("web.ports[1]", "[80, 443]", "[80]"), ("web.tls.names[0]", "[a]", "[]"),
    ("list[0]", "- name: one\n  size: 1\n", ""), ("list[1]", "- name: two\n", ""),
  ])
  func aKeyIsTakenAwayAndNothingElse(path: String, old: String, new: String) throws {
    let expected = try #require(Self.text.replacingOnce(old, new))

    #expect(try unset(path) == expected)
  }

  @Test(arguments: [
    ("a.b", "a:\n  b: 1\nc: 2\n", "c: 2\n"), ("a.b.c", "x: 1\na:\n  b:\n    c: 1\n", "x: 1\n"),
    ("a.b.c", "a:\n  b:\n    c: 1\n  d: 2\n", "a:\n  d: 2\n"), ("a.b", "{a: {b: 1}, c: 2}\n", "{c: 2}\n"),
    ("a.b", "c: 2\na: {b: 1}\n", "c: 2\n"),
    // Comments beside the keys that go, and between them, stay; that beside the value goes with it.
    ("a.b", "a: # first\n  # second\n\n  b: 1 # third\n  # fourth\nc: 2\n", "# first\n  # second\n  # fourth\nc: 2\n"),
    ("a.b", "a: # first\r\n  b: 1\r\nc: 2\r\n", "# first\r\nc: 2\r\n"),
    // An empty list is none of the chart's default; an item is not its list's to lose.
    ("a.b[0]", "a:\n  b: [1]\n", "a:\n  b: []\n"), ("a[0].b", "a:\n- b: 1\n- c: 2\n", "a:\n- {}\n- c: 2\n"),
    ("a[0].b.c", "a:\n- b:\n    c: 1\n  d: 2\n", "a:\n- d: 2\n"),
    ("a[0].b.c", "a:\n- b: # why\n    c: 1\n  d: 2\n", "a:\n- # why\n  d: 2\n"),
    ("a[0].b.c", "a:\n- b: # why\n    c: 1\nd: 2\n", "a:\n- {}\n  # why\nd: 2\n"),
    // What was empty before is not touched.
    ("a.b", "a:\n  b: 1\n  c: {}\n", "a:\n  c: {}\n"),
  ])
  func aMappingThatIsEmptiedGoesAndItsCommentsStay(path: String, text: String, expected: String) throws {
    #expect(try unset(path, in: text) == expected)
  }

  @Test func whatStandsByAnAliasOrIsNoMappingIsNotGuessed() {
    #expect(throws: SyntaxError.self) { try set("alias.a", "2") }
    #expect(throws: SyntaxError.self) { try set("alias", "2") }
    #expect(throws: SyntaxError.self) { try set("replicas.a", "2") }
    #expect(throws: SyntaxError.self) { try set("list[2000]", "2") }
    #expect(throws: SyntaxError.self) { try set("a", "1", in: "a: [") }
    // A key that is none of text in JSON.
    #expect(throws: SyntaxError.self) { try set("on", "2", in: "on: 1\n") }
  }

  @Test func anEmptyTextBecomesOneWithTheKey() throws {
    #expect(try set("a.b", "1", in: "") == "a:\n  b: 1\n")
    #expect(try set("a", "1", in: "# only a comment") == "# only a comment\na: 1\n")
    #expect(try set("a", "1", in: "{}") == "{a: 1}")
    #expect(try unset("a", in: "a: 1\n") == "")
    #expect(try unset("a.b", in: "a:\n  b: 1\n") == "")
    #expect(try unset("a[0]", in: "a:\n- 1\n") == "a: []\n")
    #expect(try unset("a[0]", in: "a:\n  - 1\n") == "a:\n  []\n")
    #expect(try unset("a[0][0]", in: "a:\n- - 1\n  - 2\n") == "a:\n- - 2\n")
  }

  @Test(arguments: [
    ("x", "x is not set"), ("web.hots", "web.hots is not set; did you mean host?"),
    ("list[0].sice", "list[0].sice is not set; did you mean size?"),
    ("list[5]", "list[5] is not set; the list has 2 items"),
  ])
  func whatIsNotThereCannotBeTakenAway(path: String, problem: String) {
    #expect {
      try unset(path)
    } throws: {
      ($0 as? SyntaxError)?.problem.english == problem
    }
  }

  @Test(arguments: [
    ("a=1", ["a"], "1"), ("a.b=", ["a", "b"], ""), ("a\\=b=c=d", ["a=b"], "c=d"),
    ("\"a.b=c\".d=e", ["a.b=c", "d"], "e"),
    ("\"a\\\"b\"=1", ["a\"b"], "1"),
  ])
  func anAssignmentEndsAtTheFirstEqualsSignBehindItsPlace(text: String, keys: [String], value: String) throws {
    let (path, written) = try #require(YAMLEdit.Path.assignment(text))

    #expect(path.steps == keys.map { .key($0) })
    #expect(written == value)
  }

  @Test func whatIsSetIsWrittenSoThatItReadsBack() throws {
    #expect(try set("a", "é, ü", in: "a: [x] # ö\n") == "a: é, ü # ö\n")
    #expect(try YAMLEdit.set(try #require(.init("a")), to: .init("1.10"), in: "a: 1\n") == "a: \"1.10\"\n")
    #expect(try YAMLEdit.set(try #require(.init("a")), to: .init("x"), in: "a: 'y'\n") == "a: x\n")
    #expect(try YAMLEdit.set(try #require(.init("a.b")), to: .init("x, y"), in: "a: {b: 1}\n") == "a: {b: \"x, y\"}\n")
    #expect(try YAMLEdit.set(try #require(.init("a")), to: .init(["x", 1]), in: "a: 0\n") == "a: [\"x\",1]\n")
    #expect(try YAMLEdit.set(try #require(.init("a")), to: .init("1\n2"), in: "a: 0\n") == "a: \"1\\n2\"\n")
  }

  @Test func whatHasTheValueAlreadyKeepsItsOwnWay() throws {
    #expect(try set("last", "end") == Self.text)
  }

  @Test(arguments: ["", ".a", "a..b", "a[", "a[x]", "a[-1]", "[0]", "a=1", "\"a", "a[+1]"])
  func whatIsNoPlaceIsNone(text: String) {
    #expect(YAMLEdit.Path(text) == nil)
  }
}

extension String {
  /// This text with the first `old` in it replaced; `nil` where there is none.
  fileprivate func replacingOnce(_ old: String, _ new: String) -> String? {
    guard let range = firstRange(of: old) else { return nil }
    return String(self[..<range.lowerBound]) + new + self[range.upperBound...]
  }
}
