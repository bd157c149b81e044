import Client
import Extensions
import HTTP
import KubernetesAPI
import Manifest
import Operations
import TestSupport
import Testing

@testable import Commands

/// A plan says beforehand all that the verb would say, and whether it would be refused.
@Suite struct PlannedVerbTests {
  @Test func everyVerbThatCanBeTriedDryIsPlannedAndNoOther() {
    let dry = Verb.all.filter { $0.options.contains(.dryRun) }

    #expect(Set(Verb.planned.map(\.name)) == Set(dry.map(\.name)))
    #expect(Set(Verb.all.filter(\.makesPlans).map(\.name)) == Set(dry.map(\.name)))
    let taken = Set(Verb.plan.options)
    let aboutTheDeed: Set<Option> = [.yes, .confirm, .dryRun, .wait, .timeout, .reason, .now, .climb]
    for verb in dry { #expect(Set(verb.options).subtracting(aboutTheDeed).isSubset(of: taken), "\(verb.name)") }
  }

  @Test func everyVerbThatMakesPlansCanBeNamedByAGuardrail() {
    for verb in Verb.planned { #expect(Guardrails.verbs.contains(verb.name), "\(verb.name)") }
  }

  private func bench() async throws -> Workbench {
    let bench = try Workbench()
    for name in ["ant", "bee"] {
      try await bench.offer(name)
      try await bench.run("install", name, "--version=1.0.0", "--yes")
      try await bench.report(name, ["state": "Installed", "version": "1.0.0"])
    }
    try await bench.run("repo", "add", "main", "https://charts.example", "--yes")
    return bench
  }

  /// The exit status of `ksx plan`, with nothing sent.
  private func status(_ bench: Workbench, _ words: [String]) async throws -> Int32 {
    bench.transport.forget()
    defer {
      #expect(bench.transport.requests.allSatisfy { $0.method == .get || $0.target.contains("accessreviews") })
    }
    do {
      try await bench.run(["plan"] + words)
      return 0
    } catch let error as CommandError {
      return error.verdict ?? -1
    }
  }

  @Test(arguments: [
    ("upgrade ant bee", "- at-most: 1", "it is about 2 objects, and at most 1 may be changed at once in test"),
    ("upgrade ant", "- deny: upgrade", "upgrade is denied in test"),
    ("rollback ant --version 1.1.0", "- deny: rollback", "rollback is denied in test"),
    ("uninstall ant --force", "- deny: uninstall", "uninstall is denied in test"),
    ("config unset ant a", "- deny: config", "config unset is denied in test"),
    ("safe-mode on", "- deny: safe-mode", "safe-mode on is denied in test"),
    ("bisect start", "- read-only: true", "test is read-only"),
    ("bisect good", "- deny: bisect", "bisect good is denied in test"),
    ("bisect bad", "- deny: [bisect bad]", "bisect bad is denied in test"),
    ("bisect reset", "- read-only: true", "test is read-only"),
    ("repo add more https://more.example", "- deny: repo", "repo add is denied in test"),
    ("repo edit main --interval 1h", "- read-only: true", "test is read-only"),
    ("repo sync main", "- deny: [repo sync]", "repo sync is denied in test"),
    ("repo remove main", "- windows: [{days: sun, zone: UTC}]", "changes of test are made sun 00:00–00:00 UTC only"),
  ])
  func aPlanNamesTheGuardrailThatWillRefuseItAndItsFile(words: String, yaml: String, reason: String) async throws {
    let bench = try await bench()
    if words.hasPrefix("config") {
      try await bench.run("config", "set", "ant", "a=1", "b=2", "--yes")
    }
    if words.hasPrefix("bisect"), words != "bisect start" { try await bench.run("bisect", "start", "--yes") }
    let words = words.split(separator: " ").map(String.init)
    #expect(try await status(bench, words) == 1)
    #expect(!bench.said.printed.contains("guardrails"))
    bench.guardBy(yaml)

    #expect(try await status(bench, words) == 2)
    let line = bench.said.printed.split(separator: "\n").first { $0.contains("✗ guardrails: ") }
    #expect(line?.contains("✗ guardrails: \(reason)") == true && line?.contains("(config.yaml)") == true)
    for mode in ["--dry-run", "--dry-run=server"] {
      let failure = try await bench.failure(words + [mode])
      #expect(failure.contains(reason) && failure.contains("cannot "), "\(failure)")
      #expect(bench.said.printed.contains("✗ \(reason)"))
    }
  }

  @Test func aPlanSaysThatItWillBeConfirmedByTyping() async throws {
    let bench = try await bench()
    bench.guardBy("- typed: all")

    #expect(try await status(bench, ["disable", "ant"]) == 1)
    #expect(
      bench.said.printed.contains("  ! guardrails: it is confirmed by typing in test (config.yaml)\n"))
    #expect(try await status(bench, ["repo", "remove", "main"]) == 1)
    #expect(bench.said.printed.contains("  ! guardrails: it is confirmed by typing in test (config.yaml)\n"))
  }

  @Test func undoAndCancelArePlanned() async throws {
    let bench = try await bench()
    try await bench.run("upgrade", "ant", "--yes")

    #expect(try await status(bench, ["undo", "ant"]) == 1)
    #expect(bench.said.printed.hasPrefix("Roll ant back to 1.0.0 in test: it would change\n"))

    try await bench.report(
      "ant", ["state": "Upgrading", "version": "1.0.0", "jobName": "helm-executor-ant", "targetNamespace": "x"])
    #expect(try await status(bench, ["cancel", "ant"]) == 1)
    #expect(bench.said.printed.hasPrefix("Cancel what is under way at ant (Upgrading"))
    #expect(bench.said.printed.contains("✓ rights"))
    #expect(try await bench.failure("plan", "cancel", "bee").hasPrefix("cannot cancel: "))
  }

  @Test(arguments: [
    ("repo add more https://more.example", "create"), ("repo edit main --interval 1h", "patch"),
    ("repo sync main", "patch"), ("repo remove main", "delete"), ("safe-mode on", "patch"), ("disable ant", "patch"),
  ])
  func aPlanAsksForTheRightToDoIt(words: String, verb: String) async throws {
    let bench = try await bench()
    bench.transport.answer { request in
      guard request.target.hasSuffix("/selfsubjectaccessreviews") else { return nil }
      return HTTPResponse(
        status: 201, bytes: Array(#"{"kind":"SelfSubjectAccessReview","status":{"allowed":false}}"#.utf8))
    }
    let words = words.split(separator: " ").map(String.init)

    #expect(try await status(bench, words) == 2)
    #expect(bench.said.printed.contains("  ✗ rights: you may not \(verb) "))
    #expect(try await bench.failure(words + ["--dry-run"]).contains("you may not \(verb) "))
    if words[0] == "repo" {
      #expect(try await bench.failure(words + ["--yes"]).contains("you may not \(verb) "))
    }
  }

  @Test func aFileIsPlannedAsItWouldBeApplied() async throws {
    let bench = try await bench()
    let file = """
      apiVersion: ksx.dev/v1
      kind: ExtensionSet
      extensions:
        - name: ant
          version: 1.1.0
      """
    func plan(_ words: String...) async throws -> Int32 {
      do { try await bench.run(["plan", "apply", "-f", "-"] + words, input: file) } catch let error as CommandError {
        return error.verdict ?? -1
      }
      return 0
    }
    #expect(try await plan() == 1)
    #expect(bench.said.printed.hasPrefix("Apply - in test: it would change\n"))
    bench.guardBy("- deny: uninstall")
    #expect(try await plan() == 1)
    #expect(try await plan("--prune") == 2)
    #expect(bench.said.printed.contains("✗ guardrails: uninstall is denied in test (config.yaml)"))
  }

  @Test func whatApplyWouldRefuseItsPlanSays() async throws {
    let bench = try await bench()
    let file = """
      apiVersion: ksx.dev/v1
      kind: ExtensionSet
      extensions: [{name: ant, version: 9.9.9}]
      """

    do { try await bench.run(["plan", "apply", "-f", "-"], input: file) } catch let error as CommandError {
      #expect(error.verdict == 2)
    }
    #expect(bench.said.printed.contains("✗ version: ant: "), "\(bench.said.printed)")
    for dryRun in ["client", "server"] {
      let words = ["apply", "-f", "-", "--dry-run=\(dryRun)"]
      #expect(try await bench.failure(words, input: file).contains("9.9.9"), "\(dryRun)")
    }
  }

  @Test func whatIsWrittenInAnEditorIsPlannedAndKept() async throws {
    let bench = try await bench()

    await #expect(throws: CommandError.verdict(1)) {
      try await bench.run("plan", "config", "edit", "ant", edit: { _ in "a: 2\n" })
    }
    #expect(bench.said.printed.hasPrefix("Configure ant in test: it would change\n"))
  }
}
