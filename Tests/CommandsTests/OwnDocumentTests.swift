import Client
import Extensions
import KubernetesAPI
import Manifest
import Operations
import Platform
import TestSupport
import Testing

@testable import Commands

/// JSON of ksx's own is what docs/output.schema.json says it is.
@Suite struct OwnDocumentTests {
  private static let project = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")

  private func definitions() throws -> Mapping {
    let schema = try JSON.parse(Array(try Files.text(Self.project + "/docs/output.schema.json").utf8))
    return try #require(schema["definitions"]?.mapping)
  }

  /// What `value` says and `schema` does not, or the other way round.
  private func mistakes(_ value: Value, _ schema: Value) throws -> [String] {
    let checked = try #require(ValuesSchema(JSON.text(schema)))
    #expect(checked.unchecked.isEmpty)
    return checked.mistakes(in: value).map(\.english) + Self.undescribed(value, schema, at: "")
  }

  private static func undescribed(_ value: Value, _ schema: Value, at place: String) -> [String] {
    switch value {
    case .mapping(let mapping):
      guard let known = schema["properties"] else { return [] }
      return mapping.pairs.flatMap { pair in
        known[pair.key].map { undescribed(pair.value, $0, at: "\(place).\(pair.key)") }
          ?? ["\(place).\(pair.key) is not described"]
      }
    case .sequence(let all): return all.flatMap { undescribed($0, schema["items"] ?? .null, at: place + "[]") }
    default: return []
    }
  }

  private func bench() async throws -> Workbench {
    let bench = try Workbench()
    try await bench.offer()
    try await bench.run("install", "whizard", "--version=1.0.0", "--yes", "--config", "-", input: "a: 1\n")
    try await bench.report(
      "whizard",
      [
        "state": "Installed", "version": "1.0.0",
        "stateHistory": [["state": "Installed", "lastTransitionTime": "2026-01-01T10:00:00Z"]],
      ])
    try await bench.run("config", "set", "whizard", "a=2", "--yes", "--reason", "ticket 7")
    return bench
  }

  @Test func everyDocumentThatACommandPrintsIsDescribed() async throws {
    let (bench, definitions) = (try await bench(), try definitions())
    let commands = [
      "history whizard", "config history whizard", "config diff whizard", "plan upgrade whizard",
      "plan disable whizard",
      "upgrade whizard --dry-run", "doctor", "operations", "watch --timeout=1s", "safe-mode status",
    ]
    try await bench.run("safe-mode", "on", "--yes")
    try await bench.report("whizard", ["state": "UpgradeFailed"])

    for command in commands {
      do { try await bench.run(command.split(separator: " ").map(String.init) + ["-o", "json"]) } catch is CommandError
      {}
      let value = try JSON.parse(Array(bench.said.printed.utf8))
      let kind = try #require(value["kind"]?.string, "\(command)")
      let schema = try #require(definitions[kind], "\(command): \(kind)")
      #expect(try mistakes(value, schema) == [], "\(command)")
    }
  }

  @Test func everyKindInTheSourcesIsDescribedAndNoOther() throws {
    var kinds: Set<String> = []
    for path in try swiftFiles(in: Self.project + "/Sources/Commands") {
      let text = try Files.text(path)
      for mark in [".ours(", "kind: "] {
        var rest = text[...]
        while let found = rest.rangeOfText(mark) {
          rest = rest[found.upperBound...]
          let quoted = rest.drop { $0.isWhitespace }
          let word = quoted.dropFirst().prefix { $0.isLetter }
          if quoted.first == "\"", word.first?.isUppercase == true { kinds.insert(String(word)) }
        }
      }
    }

    #expect(Set(try definitions().keys) == kinds)
  }

  private func swiftFiles(in folder: String) throws -> [String] {
    try Files.names(in: folder).flatMap { name -> [String] in
      let path = "\(folder)/\(name)"
      if Files.isDirectory(path) { return try swiftFiles(in: path) }
      return name.hasSuffix(".swift") ? [path] : []
    }
  }

  @Test func documentsOfCommandsWithoutAClusterAreDescribedToo() throws {
    let context: Value = [
      "name": "a", "source": "profile", "current": true, "ways": ["gateway"], "server": "s",
      "login": ["state": "loggedIn", "renewed": true, "user": "ada"],
    ]
    let documents = [
      Value.ours("Version", ["ksx": "1", "Kubernetes": "v1"]), .ours("ContextList", ["items": [context]]),
    ]

    for document in documents {
      let kind = document["kind"]?.string ?? ""
      #expect(try mistakes(document, try #require(try definitions()[kind])) == [], "\(kind)")
    }
  }
}
