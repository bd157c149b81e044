import Editor
import Testing

/// Where a cursor is among keys, also in invalid YAML.
@Suite struct YAMLKeyPositionTests {
  /// The place of `|` in `text`.
  private func place(_ text: String) -> YAMLKeyPosition {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    let line = lines.firstIndex { $0.contains("|") } ?? 0
    let column = Array(lines[line]).firstIndex(of: "|") ?? 0
    let clean = lines.map { $0.filter { $0 != "|" } }
    return YAMLKeyPosition(Position(line: line, column: column), in: clean)
  }

  @Test(arguments: [
    ("a: 1\nreceiver:\n  port: 80|", ["receiver", "port"]), ("receiver:\n  |", ["receiver"]), ("|", []),
    ("a: 1|", ["a"]),
    ("receiver:\n  # why\n\n  tls:\n    na|", ["receiver", "tls", "na"]), ("a: [\nb:\n  c|: 1", ["b", "c"]),
    ("list:\n  - name: x\n    port: 1|", ["list", "-", "port"]), ("list:\n- name: x|", ["list", "-", "name"]),
    ("list:\n- name: x\n  port: 1|", ["list", "-", "port"]), ("a:\n  b: 1\nc|", ["c"]), ("\"a b\": 1|", ["a b"]),
  ])
  func keysAboveAreFoundByIndentation(text: String, path: [String]) {
    #expect(place(text).path == path)
  }

  @Test func anIncompleteKeyIsRecognised() {
    #expect(place("rec|").isIncompleteKey)
    #expect(place("  |").isIncompleteKey)
    #expect(!place("rec|eiver").isIncompleteKey)
    #expect(!place("receiver: |").isIncompleteKey)
    #expect(place("two words|").key.isEmpty)
  }

  @Test func theLineOfAKeyIsFound() {
    let lines = ["port: 1", "receiver:", "  port: 2", "list:", "- port: 3"]
    #expect(YAMLKeyPosition.line(of: ["receiver", "port"], in: lines) == 2)
    #expect(YAMLKeyPosition.line(of: ["port"], in: lines) == 0)
    #expect(YAMLKeyPosition.line(of: ["list", "-", "port"], in: lines) == 4)
    #expect(YAMLKeyPosition.line(of: ["other"], in: lines) == nil)
  }
}
