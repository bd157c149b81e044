import Testing

@testable import Manifest

/// What helm 3.17.3 makes of `--set`, as `helm template` showed it on these words.
@Suite struct HelmValueTests {
  /// What is there before.
  private static let base = "web:\n  replicas: 2\n  host: a\nlist: [1, 2, 3]\nobjs:\n- name: x\n  v: 1\n"

  private func set(_ words: String, asTexts: Bool = false) throws -> Value {
    var text = Self.base
    for pair in try HelmValue.pairs(words, asTexts: asTexts) {
      text = try YAMLEdit.set(pair.path, to: YAMLEdit.Written(pair.value), in: text)
    }
    return try YAML.parse(text)
  }

  @Test(
    arguments: [
      ("3", 3), ("03", "03"), ("0", 0), ("-5", -5), ("+5", 5), ("1.5", "1.5"), ("1.10", "1.10"), ("1e3", "1e3"),
      ("true", true), ("TRUE", true), ("False", false), ("null", .null), ("NULL", .null), ("yes", "yes"), ("on", "on"),
      ("", ""), (" 3", " 3"), ("{a,b}", ["a", "b"]), ("{1,true,x}", [1, true, "x"]), ("{a\\,b,c}", ["a,b", "c"]),
      ("{ a , b }", [" a ", " b "]), ("[1]", "[1]"), ("\"x\"", "\"x\""), ("a=b", "a=b"),
      ("9223372036854775808", "9223372036854775808"), ("a}", "a}"), ("0x10", "0x10"), ("00", "00"), ("-0", 0),
      ("~", "~"), ("{1.5,01}", ["1.5", "01"]), ("a: b", "a: b"), ("{a=b}", ["a=b"]), ("#x", "#x"), ("1_000", "1_000"),
      ("x\\,y", "x,y"), ("\\\\x", "\\x"), ("x\\y", "xy"), ("x\\{y", "x{y"), ("{x,,y}", ["x", "", "y"]),
      ("{x,}", ["x", ""]), ("{null,true,1,x}", [.null, true, 1, "x"]), ("{ }", [" "]), ("1,", 1), ("=", "="),
    ] as [(String, Value)])
  func helmReadsTheSame(text: String, value: Value) throws {
    #expect(try HelmValue.pairs("a=\(text)").map(\.value) == [value])
  }

  @Test(
    arguments: [
      ("a=1,b=2", ["a": 1, "b": 2]), ("a=,b=2", ["a": "", "b": 2]), ("a\\.b=1", ["a.b": 1]),
      ("a\\=b=1", ["a=b": 1]), ("a\\,b=1", ["a,b": 1]), ("a\\[0\\]=1", ["a[0]": 1]), ("a =1", ["a ": 1]),
      ("a={a,b},c=1", ["a": ["a", "b"], "c": 1]), ("list[1]=9", ["list": [1, 9, 3]]),
      ("list[3]=9", ["list": [1, 2, 3, 9]]), ("list[5]=9", ["list": [1, 2, 3, .null, .null, 9]]),
      ("objs[0].v=2", ["objs": [["name": "x", "v": 2]]]),
      ("objs[1].name=y", ["objs": [["name": "x", "v": 1], ["name": "y"]]]), ("a[0]=x", ["a": ["x"]]),
      ("a[2]=x", ["a": [.null, .null, "x"]]), ("a[0][1]=x", ["a": [[.null, "x"]]]), ("web=null", ["web": .null]),
      ("web.replicas=null", ["web": ["replicas": .null, "host": "a"]]), ("list=x", ["list": "x"]),
      ("web={9}", ["web": [9]]), ("list[0]=null", ["list": [.null, 2, 3]]), ("a[0]=1,a[1]=2", ["a": [1, 2]]),
      ("a={1,2},a[0]=9", ["a": [9, 2]]), ("a.b=1,a=2", ["a": 2]), ("a[0].b=1,a[0].c=2", ["a": [["b": 1, "c": 2]]]),
      ("a=1\\\\,b=2", ["a": "1\\", "b": 2]), ("web.replicas=3,web.host=b", ["web": ["replicas": 3, "host": "b"]]),
    ] as [(String, Value)])
  func helmMakesTheSameOfPairs(words: String, different: Value) throws {
    var wanted = try YAML.parse(Self.base)
    for pair in different.mapping?.pairs ?? [] { wanted = wanted.setting([pair.key], to: pair.value) }

    #expect(try set(words) == wanted)
  }

  @Test(
    arguments: [
      ("a=1,b={1,true}", ["a": "1", "b": ["1", "true"]]), ("a=null", ["a": "null"]),
      ("a=+1,b=007", ["a": "+1", "b": "007"]),
    ] as [(String, Value)])
  func helmMakesTheSameTextsOfThem(words: String, different: Value) throws {
    var wanted = try YAML.parse(Self.base)
    for pair in different.mapping?.pairs ?? [] { wanted = wanted.setting([pair.key], to: pair.value) }

    #expect(try set(words, asTexts: true) == wanted)
  }

  @Test(arguments: [
    "a", "a,b=1", ",a=1", "a=1,,b=2", "a={1,2", "a={1}x", "a..b=1", "a.=1", "a[x]=1", "a[-1]=1", "a[]=1",
    "a={{1,2},{3}}", "a={a={b}}", "web.host.deep=1", "list.x=1", "web[0]=1", "a=2,a.b=1", "a[65537]=1",
  ])
  func helmRefusesTheSame(words: String) {
    #expect(throws: (any Error).self) { try set(words) }
  }

  /// helm makes `[""]` of `{}`, and takes quotes for a part of a key.
  @Test func whatDiffersIsOnPurpose() throws {
    #expect(try HelmValue.pairs("a={}").map(\.value) == [[]])
    #expect(try set("\"a.b\"=1")["a.b"] == 1)
  }
}
