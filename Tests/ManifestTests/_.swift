import Manifest
import Testing

@Test func jsonAndYAMLRoundTrip() throws {
  let text =
    "a: 1\nb:\n- x: |\n    hello\n    world\n  y: [1, 2.5, \"true\", null]\n- - 1\n  - 2\nc: &A {k: 'v: #'}\nd: *A\n"
  let v = try YAML.parse(text)
  #expect(try YAML.parse(YAML.text(v)) == v, "\(YAML.text(v))")
  #expect(try JSON.parse(JSON.bytes(v)) == v)
  #expect(
    try JSON.parse(
      Array(#"{"a":{"icon":"x\"}{","b":[1,-2e3]},"m":[{"q":1}],"n":tru}"#.utf8.dropLast(5)) + Array("true}".utf8),
      skipping: JSONPaths(["a", "icon"], ["m"])) == ["a": ["b": [1, .number(-2000)]], "n": true])
}
