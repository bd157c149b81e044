import Client
import Extensions
import HTTP
import KubernetesAPI
import Manifest
import Operations
import Platform
import TestSupport
import Testing

@testable import Commands

/// Many extensions off and on again, whatever happens in between.
@Suite struct SafeModeCommandTests {
  private static let names = ["ant", "bee", "cat", "dog", "eel"]

  /// Five extensions, of which `eel` is off already; `ant` needs `dog`.
  private func bench(_ dialect: Dialect = .installPlan) async throws -> Workbench {
    let bench = try Workbench(dialect)
    _ = try await bench.cluster.create(.namespaces, Object(.namespaces, name: "kubesphere-system"))
    for name in Self.names {
      // The first design has no dependencies.
      let needs: Mapping =
        name == "ant" && dialect == .installPlan
        ? ["externalDependencies": [["name": "dog", "version": "", "required": true]]] : [:]
      try await bench.offer(name, versions: ["1.0.0"], recommended: "1.0.0", spec: needs)
    }
    for name in Self.names.reversed() {
      let spec: Value = [
        "extension": ["name": .string(name), "version": "1.0.0"], "enabled": .bool(name != "eel"),
      ]
      _ = try await bench.cluster.create(
        dialect.installations, Object(dialect.installations, name: name, ["spec": spec]))
      try await bench.report(name, ["state": "Installed"])
    }
    bench.transport.forget()
    return bench
  }

  private func enabled(_ bench: Workbench) async throws -> [String] {
    try await bench.cluster.list(bench.dialect.installations).map(Installation.init).filter(
      \.isEnabled
    ).map(\.name)
      .sorted()
  }

  private func marked(_ bench: Workbench) async throws -> [String] {
    try await bench.cluster.list(bench.dialect.installations)
      .filter {
        $0.annotations[SafeMode.annotation] != nil || $0.annotations[Bisect.annotation] != nil
      }.map(\.name)
  }

  @Test(arguments: [Dialect.installPlan, .subscription])
  func allButAFewGoOffByOneWriteEachAndExactlyTheyComeBack(dialect: Dialect) async throws {
    let bench = try await bench(dialect)

    #expect(
      try await bench.run("safe-mode", "on", "--except", "bee", "--yes")
        == "3 extensions disabled in test\n")
    #expect(try await enabled(bench) == ["bee"])
    let writes = bench.transport.requests.filter {
      $0.method == .patch && $0.target.contains(dialect.installations.plural)
    }
    #expect(writes.count == 3)
    let status = try await bench.run("safe-mode", "status")
    #expect(status.contains("ant") && status.contains("ada") && !status.contains("bee"))
    #expect(try await bench.run("safe-mode", "off", "--yes") == "3 extensions enabled in test\n")
    #expect(try await enabled(bench) == ["ant", "bee", "cat", "dog"])
    #expect(try await marked(bench).isEmpty)
    try await bench.run("safe-mode", "off", "--yes")
    #expect(bench.said.noted == "safe mode is not on in test; nothing was changed\n")
  }

  @Test func aProgramThatEndsAfterAnyRequestForgetsNothing() async throws {
    for count in 0..<40 {
      let bench = try await bench()
      let isWhole = try await bench.runCut(after: count, ["safe-mode", "on", "--yes"])
      // It goes on, or it is given up: both lead to what there was.
      if count.isMultiple(of: 2) { try await bench.run("safe-mode", "on", "--yes") }
      if try await !marked(bench).isEmpty {
        _ = try await bench.runCut(after: count, ["safe-mode", "off", "--yes"])
      }
      if try await !marked(bench).isEmpty { try await bench.run("safe-mode", "off", "--yes") }

      #expect(try await enabled(bench) == ["ant", "bee", "cat", "dog"], "cut after \(count)")
      #expect(try await marked(bench).isEmpty)
      if isWhole { return }
    }
    Issue.record("forty requests were not enough")
  }

  @Test func whatOthersChangedMeanwhileIsLeftAndTold() async throws {
    let bench = try await bench()
    try await bench.run("safe-mode", "on", "--yes")
    try bench.forgetAllKeptHere()
    _ = try await bench.cluster.patch(
      bench.dialect.installations, "cat", ["spec": ["enabled": true]])
    try await bench.cluster.delete(bench.dialect.installations, "dog")

    try await bench.run("safe-mode", "off", "--yes")

    #expect(try await enabled(bench) == ["ant", "bee", "cat"])
    #expect(bench.said.noted.contains("note: cat has been enabled by another meanwhile"))
    #expect(bench.said.noted.contains("note: dog has been uninstalled meanwhile"))
  }

  @Test func anExceptionThatIsNotInstalledIsNoneThatIsMeant() async throws {
    let bench = try await bench()

    #expect(
      try await bench.failure("safe-mode", "on", "--except=bea", "--yes")
        == "nothing was changed: bea, which shall be excepted, is not installed")
    #expect(
      try await bench.failure("safe-mode", "on")
        == "nothing was changed: without a terminal ksx safe-mode on needs --yes (or --dry-run=client to see the plan)"
    )
    #expect(
      try await bench.run("safe-mode", "on", "--dry-run").contains(
        "~ ant 1.0.0: enabled → disabled\n"))
    #expect(try await enabled(bench).count == 4)
  }

  @Test(arguments: [Dialect.installPlan, .subscription], ["ant", "bee", "cat", "dog"])
  func theOneThatBreaksSomethingIsFoundAndAllIsAsBefore(dialect: Dialect, culprit: String)
    async throws
  {
    let bench = try await bench(dialect)
    var text = try await bench.run("bisect", "start", "--yes")
    for _ in 0..<6 where !text.contains("breaks it") {
      let on = try await enabled(bench)
      #expect(!on.contains("ant") || on.contains("dog") || dialect == .subscription)
      text = try await bench.run("bisect", on.contains(culprit) ? "bad" : "good", "--yes")
    }

    #expect(text == "\(culprit) breaks it; all that was enabled in test is enabled again\n")
    #expect(try await enabled(bench) == ["ant", "bee", "cat", "dog"])
    #expect(try await marked(bench).isEmpty)
    #expect(try await bench.failure("bisect", "good").hasPrefix("no search is under way in test"))
  }

  @Test func aSearchThatIsCutAnywhereIsGoneOnWithOrGivenUp() async throws {
    for count in 0..<60 {
      let bench = try await bench()
      let isWhole = try await bench.runCut(after: count, ["bisect", "start", "--yes"])
      _ = try await bench.runCut(after: count, ["bisect", "bad", "--yes"])
      _ = try await bench.runCut(after: count, ["bisect", "reset", "--yes"])
      try await bench.run("bisect", "reset", "--yes")

      #expect(try await enabled(bench) == ["ant", "bee", "cat", "dog"], "cut after \(count)")
      #expect(try await marked(bench).isEmpty)
      if isWhole { return }
    }
    Issue.record("sixty requests were not enough")
  }

  @Test func anAnswerIsPlannedTriedDryAndConfirmed() async throws {
    let bench = try await bench()
    try await bench.run("bisect", "start", "--yes")
    let former = try await enabled(bench)
    bench.transport.forget()

    #expect(try await bench.verdict("plan", "bisect", "good") == 1)
    let plan = bench.said.printed
    #expect(plan.hasPrefix("Answer that the trouble is gone in test: it would change\n"))
    #expect(
      plan.contains(": disabled → enabled") && plan.contains("answers still needed: at most "))
    #expect(try await bench.run("bisect", "bad", "--dry-run").contains("enabled → disabled"))
    #expect(
      try await bench.failure("bisect", "good")
        == "nothing was changed: without a terminal ksx bisect good needs --yes (or --dry-run=client to see the plan)"
    )
    #expect(
      bench.transport.requests.allSatisfy {
        $0.method == .get || $0.target.contains("accessreviews")
      })
    #expect(try await enabled(bench) == former)

    #expect(try await bench.verdict("plan", "bisect", "reset") == 1)
    #expect(bench.said.printed.contains("the search is over, and is forgotten"))
    try await bench.run("bisect", "reset", "--yes")
    #expect(try await bench.verdict("plan", "bisect", "reset") == 0)
    #expect(
      try await bench.run("bisect", "reset")
        == "no search is under way in test; nothing was changed\n")
    #expect(
      try await bench.failure("plan", "bisect", "bad").hasPrefix("no search is under way in test"))
  }

  @Test func aPlanSaysWhatEndsTheSearch() async throws {
    let bench = try await bench()
    try await bench.run("bisect", "start", "--yes", "--except=bee,cat,dog")

    #expect(try await bench.verdict("plan", "bisect", "good") == 1)
    #expect(bench.said.printed.contains("ant breaks it: the search is over"))
    #expect(try await bench.verdict("plan", "bisect", "bad") == 1)
    #expect(bench.said.printed.contains("it is none of the extensions: the search is over"))
  }

  @Test func aSearchThatAnotherHasEndedDoesNotComeToLifeAgain() async throws {
    let bench = try await bench()
    try await bench.run("bisect", "start", "--yes")
    let folder = bench.localState.state + "/emergency"
    let kept = try Files.names(in: folder).map { ($0, try Files.read("\(folder)/\($0)")) }
    #expect(!kept.isEmpty)
    try await bench.run("bisect", "reset", "--yes")
    for (name, bytes) in kept { try Files.write(bytes, to: "\(folder)/\(name)") }

    #expect(
      try await bench.failure("bisect", "good", "--yes").hasPrefix("no search is under way in test")
    )
    #expect(bench.said.noted.contains("the search that was begun here has been ended by another"))
    #expect(try await enabled(bench) == ["ant", "bee", "cat", "dog"])
    #expect(
      try await bench.failure("bisect", "bad", "--yes").hasPrefix("no search is under way in test"))
    #expect(!bench.said.noted.contains("ended by another"))
  }

  @Test(arguments: ["safe-mode on", "bisect start"])
  func aGuardrailOfTheSwitchHoldsForManyOfThemToo(line: String) async throws {
    let bench = try await bench()
    let words = line.split(separator: " ").map(String.init)
    #expect(
      try await bench.failure(words + ["--yes", "--except", ""]).hasPrefix(
        "--except must not be empty"))
    bench.guardBy("- deny: disable")

    #expect(
      try await bench.failure(words + ["--yes"])
        == "nothing was changed: disable is denied in test (config.yaml)")
    #expect(try await bench.verdict("plan", words[0], words[1]) == 2)
    #expect(try await enabled(bench).count == 4)
  }

  @Test func theObjectTellsWhoSwitchedItOff() async throws {
    let bench = try await bench()

    try await bench.run("safe-mode", "on", "--yes")

    let object = try await bench.cluster.get(bench.dialect.installations, "ant")
    #expect(
      object.annotations["ksx.dev/changed-by"] == "ada"
        && object.annotations["ksx.dev/change"] == "safe-mode on")
    #expect(try await bench.run("history", "ant").contains("safe-mode on"))
  }

  @Test func anAnswerAboutAHalfThatWasNotSwitchedIsNotTaken() async throws {
    let bench = try await bench()
    try await bench.run("bisect", "start", "--yes")
    let off = Set(["ant", "bee", "cat", "dog"]).subtracting(try await enabled(bench))
    let one = try #require(off.min())
    _ = try await bench.cluster.patch(bench.dialect.installations, one, ["spec": ["enabled": true]])

    #expect(
      try await bench.failure("bisect", "good", "--yes")
        == "not all was switched as this look wants it, and now it is: look again, and then answer")
    #expect(try await !enabled(bench).contains(one))
  }
}
