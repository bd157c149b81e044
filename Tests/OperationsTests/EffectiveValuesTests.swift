import Manifest
import Packages
import Platform
import Testing

@testable import Operations

/// What a chart is given, and where each value is from.
@Suite struct EffectiveValuesTests {
  private func values(_ defaults: String, _ config: String, _ overrides: [String: String] = [:]) throws
    -> EffectiveValues
  {
    EffectiveValues(
      defaults: try YAML.parse(defaults), config: try YAML.parse(config), overrides: try overrides.mapValues(YAML.parse)
    )
  }

  @Test func everyKeyHasItsOrigin() throws {
    let found = try values(
      "a: 1\nb: {c: 2, d: 3}\nlist: [1, 2]\nnone: {}\n", "b: {c: 9}\nlist: [7]\nnone: {free: true}\n",
      ["east": "a: 5"])

    #expect(
      found.entries.map { "\($0.key)=\(JSON.text($0.value)) \($0.origin.word)" } == [
        "a=1 chart", "b.c=9 config", "b.d=3 chart", "list=[7] config", "none.free=true config", "a=5 cluster east",
      ])
    #expect(found.valueWarnings.isEmpty)
  }

  @Test(arguments: [
    ("recevier: {port: 1}", "recevier is none of the chart's values; did you mean receiver?"),
    ("receiver: {prot: 1}", "receiver.prot is none of the chart's values; did you mean port?"),
    ("receiver: 4", "receiver is a number, and a mapping in the chart's defaults"),
    ("receiver: {port: \"80\"}", "receiver.port is a text, and a number in the chart's defaults"),
    ("lit: [1]", "lit is a list, and true or false in the chart's defaults"),
  ])
  func whatTheChartDoesNotKnowIsSaid(config: String, concern: String) throws {
    #expect(
      try values("receiver: {port: 80, name: x}\nlit: true\nfree: {}\nnothing:\n", config).valueWarnings.map(\.text)
        == [concern])
  }

  @Test func whatEveryChartIsGivenAndWhatADefaultLeavesOpenIsNoConcern() throws {
    let config =
      "global: {imageRegistry: r}\ntags: {agent: false}\nfree: {any: 1}\nnothing: [1]\nport: 8.5\ngone: null\n"

    #expect(try values("free: {}\nnothing:\nport: 80\ngone: 1\n", config).valueWarnings.isEmpty)
    #expect(try !values("gone: 1\n", "gone: null").entries.contains { $0.key == "gone" })
  }

  @Test func subchartDefaultsAreNestedUnderTheirNameOrAlias() throws {
    let files = [
      "Chart.yaml": "name: whizard\ndependencies: [{name: store, alias: db}]\n", "values.yaml": "a: 1\ndb: {size: 2}\n",
      "charts/store/Chart.yaml": "name: store\n", "charts/store/values.yaml": "size: 1\nmode: fast\n",
    ]
    let package = Package(files: files.mapValues { Array($0.utf8) })

    #expect(package.defaults == ["a": 1, "db": ["size": 2, "mode": "fast"]])
  }

  @Test func aSchemaIsHeldAgainstTheMergedValues() throws {
    let schema = try #require(
      ValuesSchema(
        #"""
        {"type":"object","required":["name"],"additionalProperties":false,"properties":{
          "name":{"type":"string","minLength":2},"port":{"type":"integer","maximum":65535},
          "mode":{"enum":["fast","slow"]},"hosts":{"type":"array","items":{"type":"string","pattern":"^a"}}}}
        """#))

    #expect(schema.violations(in: ["name": "ab", "port": 80, "mode": "slow", "hosts": ["a"]]).isEmpty)
    #expect(
      schema.violations(in: ["port": 70_000, "mode": "quick", "hosts": [1], "prot": 1]) == [
        "name is required by the chart's schema", "port must be at most 65535",
        #"mode must be one of "fast", "slow""#, "hosts[0] must be string, says the chart's schema",
        "prot is not allowed by the chart's schema; did you mean port?",
      ])
    #expect(schema.violations(in: ["name": "a"]) == ["name must have a length of at least 2"])
    #expect(schema.unsupportedKeywords == ["pattern"])
  }
}
