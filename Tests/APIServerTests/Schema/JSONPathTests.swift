import Manifest
import Testing

@testable import APIServer

/// Columns find their cells by kubectl's JSONPath, as far as it is carried out.
@Suite struct JSONPathTests {
  private let object: Value = [
    "spec": ["size": 3, "ports": [["name": "a", "n": 1], ["name": "b"]]],
    "metadata": ["annotations": ["a.b/c": "x"]],
    "status": ["conditions": [["type": "Old", "status": "False"], ["type": "Ready", "status": "True"]]],
  ]

  @Test(
    arguments: [
      (".spec.size", [3]), (".spec.ports[0].name", ["a"]), (".spec.ports[-1].name", ["b"]),
      (".spec.ports[*].name", ["a", "b"]), (#".metadata.annotations.a\.b/c"#, ["x"]),
      (".metadata.annotations['a.b/c']", ["x"]), (#".status.conditions[?(@.type=="Ready")].status"#, ["True"]),
      (".status.conditions[?(@.type != 'Ready')].status", ["False"]), (".spec.ports[?(@.n==1)].name", ["a"]),
      (".spec.none.deeper", []), (".spec.ports[7]", []),
    ] as [(String, [Value])])
  func pathsFindValues(text: String, expected: [Value]) throws {
    let path = try #require(JSONPath(text))

    #expect(path.values(in: object) == expected)
  }

  @Test(arguments: ["", "spec", "..name", ".a[", ".a[1:2]", ".a[?(@.b>1)]", ".a[1,2]", ".a b", "{.a}"])
  func whatIsNotCarriedOutIsRefused(text: String) {
    #expect(JSONPath(text) == nil)
  }
}
