import Client
import Extensions
import HTTP
import KubernetesAPI
import Manifest
import TestSupport
import Testing

@testable import Commands

/// `-w`: what is there, and then what changes.
@Suite struct WatchingTests {
  private func object(_ name: String, _ version: String) -> Object {
    Object([
      "kind": "Extension", "metadata": ["name": .string(name), "resourceVersion": .string(version)],
    ])
  }

  private func names(_ news: [ObjectNews]) -> [String] {
    news.map { news in
      switch news {
      case .initial(let all): "all " + all.map(\.name).joined(separator: ",")
      case .changed(let object): "changed \(object.name)"
      case .gone(let object): "gone \(object.name)"
      case .interrupted: "interrupted"
      }
    }
  }

  @Test func aListThatComesAgainTellsOnlyWhatIsNewInIt() {
    var state = WatchedObjects(count: 2)

    #expect(names(state.take(.replaced([object("a", "1"), object("b", "2")]), of: 0)) == [])
    #expect(names(state.take(.applied(object("c", "3")), of: 0)) == [])
    #expect(names(state.take(.replaced([object("z", "1")]), of: 1)) == ["all a,b,c,z"])
    #expect(names(state.take(.applied(object("a", "4")), of: 0)) == ["changed a"])
    #expect(names(state.take(.interrupted(.transport(.cancelled), delay: .zero), of: 0)) == ["interrupted"])
    #expect(names(state.take(.replaced([object("a", "4"), object("b", "9")]), of: 0)) == ["changed b", "gone c"])
    #expect(names(state.take(.deleted(object("z", "5")), of: 1)) == ["gone z"])
  }

  /// Runs a command that never ends until `isDone` says so of what it has printed.
  private func watch(
    _ bench: Workbench, _ words: String..., steps: [(until: String, then: () async throws -> Void)]
  ) async throws -> String {
    bench.said.clear()
    let running = Task { try await bench.run(words) }
    for step in steps {
      await eventually("\(step.until) is printed; it is\n\(bench.said.printed)") {
        bench.said.printed.contains(step.until)
      }
      try await step.then()
    }
    running.cancel()
    _ = try? await running.value
    return bench.said.printed
  }

  @Test(.endsInTime, arguments: [Dialect.installPlan, .subscription])
  func aRowComesAgainWheneverItChanges(dialect: Dialect) async throws {
    let bench = try Workbench(dialect)
    try await bench.offer()
    try await bench.offer("devops", title: "DevOps")
    try await bench.run("install", "whizard", "--version=1.0.0", "--yes")

    let printed = try await watch(
      bench, "list", "-w",
      steps: [
        ("\nwhizard", { try await bench.report("whizard", ["state": "Installing"]) }),
        ("Installing", { try await bench.report("whizard", ["state": "Installed"]) }),
        ("Installed", { try await bench.cluster.delete(dialect.extensions, "devops") }),
        ("-             -         -\n", {}),
      ])

    let rows = printed.split(separator: "\n").map { $0.split(separator: " ").prefix(2).joined(separator: " ") }
    #expect(rows.prefix(5) == ["NAME STATE", "devops -", "whizard Waiting", "whizard Installing", "whizard Installed"])
  }

  @Test(.endsInTime) func oneExtensionIsFollowedByItself() async throws {
    let bench = try Workbench()
    try await bench.offer()
    try await bench.offer("devops", title: "DevOps")
    try await bench.run("install", "whizard", "--yes")

    let printed = try await watch(
      bench, "get", "whizard", "-w", "--no-headers",
      steps: [("whizard", { try await bench.report("whizard", ["state": "Installed"]) }), ("Installed", {})])

    #expect(printed.split(separator: "\n").count == 2 && !printed.contains("devops"))
  }

  @Test(.endsInTime) func objectsAndVersionsComeAsTheyAre() async throws {
    let bench = try Workbench()
    try await bench.offer()

    let names = try await watch(
      bench, "versions", "whizard", "-w", "-o", "name",
      steps: [
        (
          "whizard-1.1.0",
          {
            _ = try await bench.cluster.create(
              bench.dialect.extensionVersions,
              Object(
                bench.dialect.extensionVersions, name: "whizard-2.0.0",
                labels: [bench.dialect.extensionLabel: "whizard"], ["spec": ["version": "2.0.0"]]))
          }
        ), ("whizard-2.0.0", {}),
      ])
    #expect(names == "whizard-1.0.0\nwhizard-1.1.0\nwhizard-2.0.0\n")
    let kinds = try await watch(
      bench, "list", "-w", "-o", "jsonpath={.metadata.name} ",
      steps: [("whizard", { try await bench.offer("devops") }), ("devops", {})])
    #expect(kinds.hasPrefix("whizard devops "))
  }

  @Test func aFilterThatLooksAtAllDoesNotGoWithWatching() async throws {
    let bench = try Workbench()

    #expect(
      try await bench.failure("list", "-w", "--where", "installed")
        == "--where does not go with -w; -l and --field-selector do")
  }
}
