import Testing

@testable import Manifest

@Suite struct ValueTests {
  @Test func aPathLeadsThroughMappings() {
    let value: Value = ["spec": ["config": ["a": 1]], "list": [1]]

    #expect(value[path: "spec", "config", "a"] == 1)
    #expect(value[path: "spec", "none", "a"] == nil)
    #expect(value[path: "list", "a"] == nil)
    #expect(value[path: []] == value)
    #expect(Value.null["a"] == nil)
  }

  @Test func settingMakesTheMappingsOnTheWay() {
    #expect(Value.null.setting(["a", "b"], to: 1) == ["a": ["b": 1]])
    #expect(Value.string("x").setting(["a"], to: true) == ["a": true])
    #expect((["a": ["b": 1, "c": 2]] as Value).setting(["a", "b"], to: nil) == ["a": ["c": 2]])
    #expect((["a": 1] as Value).setting([], to: 2) == 2)
  }

  @Test func theOrderOfKeysIsKeptAndMeansNothing() {
    let left: Mapping = ["b": 1, "a": ["x": 1, "y": 2]]
    let right: Mapping = ["a": ["y": 2, "x": 1], "b": 1]

    #expect(left.keys == ["b", "a"])
    #expect(left == right)
    #expect(left.hashValue == right.hashValue)
    #expect(left != ["b": 1])
    #expect(left != ["b": 1, "a": ["x": 1, "y": 3]])
    #expect(left != ["b": 1, "c": ["x": 1, "y": 2]])
  }

  @Test func largeMappingsCompareTheSameWay() {
    let pairs = (0..<5000).map { Mapping.Pair(key: "k\($0)", value: .integer($0)) }

    #expect(Mapping(pairs) == Mapping(pairs.reversed()))
    #expect(Mapping(pairs) != Mapping(pairs.dropLast() + [Mapping.Pair(key: "k4999", value: 0)]))
    #expect(Mapping(pairs) != Mapping(pairs.dropLast() + [Mapping.Pair(key: "other", value: 4999)]))
  }

  @Test func aKeyIsReplacedWhereItStands() {
    var mapping: Mapping = ["a": 1, "b": 2, "c": 3]

    mapping["b"] = 20
    mapping["a"] = nil
    mapping["d"] = 4
    mapping["e"] = nil

    #expect(mapping.pairs.map(\.key) == ["b", "c", "d"])
    #expect(mapping["b"] == 20)
  }

  @Test func numbersAndTheirKindsAreKeptApart() {
    #expect(Value.integer(1) != .number(1))
    #expect(Value.integer(1).string == nil)
    #expect(Value.number(1).integer == nil)
    #expect(Value.string("true").bool == nil)
  }
}

@Suite struct MergePatchTests {
  /// A linear search for each key took a minute of 30,000 keys.
  @Test func aPatchOfManyKeysCostsAsMuchAsItIsLong() {
    func mapping(_ count: Int, _ value: Int) -> Value {
      .mapping(Mapping((0..<count).map { Mapping.Pair(key: "key\($0)", value: .integer(value)) }))
    }
    let (old, new) = (mapping(60_000, 1), mapping(30_000, 2))
    let start = ContinuousClock.now

    let patch = MergePatch.difference(from: old, to: new)
    let patched = MergePatch.apply(patch, to: old)

    #expect(patched == new)
    #expect(ContinuousClock.now - start < .seconds(20))
  }

  /// The examples of RFC 7386, appendix A.
  @Test(arguments: [
    (#"{"a":"b"}"#, #"{"a":"c"}"#, #"{"a":"c"}"#), (#"{"a":"b"}"#, #"{"b":"c"}"#, #"{"a":"b","b":"c"}"#),
    (#"{"a":"b"}"#, #"{"a":null}"#, "{}"), (#"{"a":"b","b":"c"}"#, #"{"a":null}"#, #"{"b":"c"}"#),
    (#"{"a":["b"]}"#, #"{"a":"c"}"#, #"{"a":"c"}"#), (#"{"a":"c"}"#, #"{"a":["b"]}"#, #"{"a":["b"]}"#),
    (#"{"a":{"b":"c"}}"#, #"{"a":{"b":"d","c":null}}"#, #"{"a":{"b":"d"}}"#),
    (#"{"a":[{"b":"c"}]}"#, #"{"a":[1]}"#, #"{"a":[1]}"#), (#"["a","b"]"#, #"["c","d"]"#, #"["c","d"]"#),
    (#"{"a":"b"}"#, #"["c"]"#, #"["c"]"#), (#"{"a":"foo"}"#, "null", "null"), (#"{"a":"foo"}"#, #""bar""#, #""bar""#),
    (#"{"e":null}"#, #"{"a":1}"#, #"{"e":null,"a":1}"#), ("[1,2]", #"{"a":"b","c":null}"#, #"{"a":"b"}"#),
    ("{}", #"{"a":{"bb":{"ccc":null}}}"#, #"{"a":{"bb":{}}}"#),
  ])
  func aPatchChangesWhatItNames(target: String, patch: String, result: String) throws {
    let patched = MergePatch.apply(try JSON.parse(patch.utf8), to: try JSON.parse(target.utf8))

    #expect(patched == (try JSON.parse(result.utf8)))
  }
}
