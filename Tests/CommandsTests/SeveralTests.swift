import Client
import Extensions
import HTTP
import KubernetesAPI
import Manifest
import Operations
import TestSupport
import Testing

@testable import Commands

/// One change to several extensions.
@Suite struct SeveralTests {
  /// `app` needs `base`, where the dialect knows needs; both and `other` are offered in two versions.
  private func bench(_ dialect: Dialect = .installPlan) async throws -> Workbench {
    let bench = try Workbench(dialect)
    for name in ["app", "base", "other"] {
      let needs: Mapping = [
        "externalDependencies": [["name": "base", "version": ">=1.0.0", "required": true]]
      ]
      try await bench.offer(name, spec: name == "app" && dialect == .installPlan ? needs : [:])
    }
    return bench
  }

  private func install(_ bench: Workbench, _ names: String..., version: String = "1.0.0")
    async throws
  {
    for name in names {
      let spec: Value = [
        "extension": ["name": .string(name), "version": .string(version)], "enabled": true,
      ]
      _ = try await bench.cluster.create(
        bench.dialect.installations, Object(bench.dialect.installations, name: name, ["spec": spec])
      )
      try await bench.report(
        name,
        bench.dialect == .installPlan
          ? ["state": "Installed", "version": .string(version)] : ["state": "Installed"])
    }
  }

  private func versions(_ bench: Workbench) async throws -> [String] {
    try await bench.cluster.list(bench.dialect.installations).map(Installation.init).map {
      "\($0.name) \($0.version)"
    }
    .sorted()
  }

  @Test(
    arguments: ["uninstall", "disable", "upgrade", "rollback", "enable", "retry", "install"],
    ["--where", "--selector"])
  func anEmptyChoiceIsNotAllThereIs(verb: String, option: String) async throws {
    let bench = try Workbench()
    try await bench.offer()
    try await bench.run("install", "whizard", "--yes", "--version=1.0.0")
    bench.transport.forget()

    for words in [[verb], ["plan", verb]] {
      for empty in ["", " "] {
        #expect(
          try await bench.failure(words + [option, empty] + (words[0] == "plan" ? [] : ["--yes"]))
            == "\(option) must not be empty; nothing was changed")
      }
    }
    #expect(bench.transport.requests.isEmpty)
  }

  @Test(arguments: [Dialect.installPlan, .subscription])
  func namesAreUpgradedByOnePlan(dialect: Dialect) async throws {
    let bench = try await bench(dialect)
    try await install(bench, "base", "other")

    let plan = try await bench.run("upgrade", "other", "base", "--dry-run")
    #expect(
      plan.hasPrefix("Upgrade 2 extensions in test\n  Upgrade base to 1.1.0 in test\n"), "\(plan)")
    #expect(try await versions(bench) == ["base 1.0.0", "other 1.0.0"])
    let text = try await bench.run("upgrade", "other", "base", "--yes")
    #expect(
      text.split(separator: "\n").sorted() == [
        "base: being upgraded to version 1.1.0 in test",
        "other: being upgraded to version 1.1.0 in test",
      ])
    #expect(try await versions(bench) == ["base 1.1.0", "other 1.1.0"])
    #expect(try await bench.run("upgrade", "other", "base", "--yes") == "")
    #expect(bench.said.noted.contains("base: nothing to do"))
  }

  @Test func whatIsNeededIsInstalledFirstAndWaitedFor() async throws {
    let bench = try await bench()

    async let done = bench.run("install", "app", "base", "--yes")
    try await eventually { try await versions(bench) == ["base 1.1.0"] }
    #expect(try await versions(bench) == ["base 1.1.0"])
    try await bench.report("base", ["state": "Installed", "version": "1.1.0"])

    #expect(
      try await done
        == "base: installed 1.1.0 in test\napp: being installed, version 1.1.0 in test\n")
    #expect(try await versions(bench) == ["app 1.1.0", "base 1.1.0"])
    #expect(try await bench.run("install", "app", "base", "--yes") == "")
    #expect(bench.said.noted.contains("app: nothing to do"))
  }

  @Test(.endsInTime) func aFailureNamesItsExtensionOnceAndTheSameCommandGoesOn() async throws {
    let bench = try await bench()
    try await install(bench, "base", "other")
    let command = ["upgrade", "base", "other", "--yes", "--wait"]

    let upgrading = Task { try await bench.failure(command) }
    try await eventually { try await versions(bench) == ["base 1.1.0", "other 1.1.0"] }
    let condition: Value = [
      "type": "Upgraded", "status": "False", "reason": "UpgradeFailed", "message": "no kind",
      "lastTransitionTime": "2026-01-01T00:00:00Z",
    ]
    try await bench.report(
      "base",
      ["state": "UpgradeFailed", "version": "1.1.0", "configHash": "ff", "conditions": [condition]])
    try await bench.report("other", ["state": "Installed", "version": "1.1.0"])

    #expect(
      try await upgrading.value
        == "1 of 2 extensions did not come about; the same command goes on with the rest")
    #expect(
      bench.said.noted.contains("\nbase: upgrade to 1.1.0 failed: no kind\n"), "\(bench.said.noted)"
    )

    let again = Task { try await bench.run(command) }
    try await eventually {
      try await bench.cluster.get(bench.dialect.installations, "base").status["configHash"] == ""
    }
    try await bench.report("base", ["state": "Installed", "version": "1.1.0", "configHash": ""])
    #expect(try await again.value == "base: upgraded to 1.1.0 in test\n")
    #expect(bench.said.noted.contains("other: nothing to do"))
  }

  @Test func versionsAreReadOnceWhateverTheFilterAsks() async throws {
    let bench = try await bench()
    try await install(bench, "app", "base")
    try await bench.run("list")
    bench.transport.forget()

    let plan = try await bench.run("disable", "--where", "needs:base", "--dry-run")

    #expect(plan.hasPrefix("Disable 1 extension in test\n"), "\(plan)")
    #expect(bench.transport.requests.count { $0.target.contains("/extensionversions") } == 1)
  }

  @Test func aFilterChoosesWhatIsInstalledAndMatches() async throws {
    let bench = try await bench()
    try await install(bench, "base", "other")

    try await bench.run("disable", "--where", "base", "--yes")
    #expect(try await bench.installation("base").isEnabled == false)
    #expect(try await bench.installation("other").isEnabled)
    #expect(try await bench.run("disable", "--where", "app", "--yes") == "")
    #expect(bench.said.noted == "nothing to do: no extension in test is meant by that\n")
    #expect(
      try await bench.run("enable", "-l", "kubesphere.io/category=observability", "--yes")
        == "base: enabled in test\n")
    #expect(bench.said.noted.contains("other: nothing to do"))
  }

  @Test func whatCannotBeDoneStopsAllUnlessItIsToGoOn() async throws {
    let bench = try await bench()
    try await install(bench, "base")

    #expect(
      try await bench.failure("upgrade", "base", "other", "--yes")
        == "nothing was changed: other: cannot upgrade to 1.1.0: other is not installed")
    #expect(try await versions(bench) == ["base 1.0.0"])
    #expect(
      try await bench.failure("upgrade", "base", "other", "--yes", "--keep-going")
        == "1 of 2 extensions did not come about; the same command goes on with the rest")
    #expect(try await versions(bench) == ["base 1.1.0"])
  }

  @Test func aProgramThatEndsAfterAnyRequestIsGoneOnWith() async throws {
    for count in 0..<60 {
      let bench = try await bench(.subscription)
      try await install(bench, "app", "base", "other")
      let command = ["upgrade", "app", "base", "other", "--yes"]
      try await bench.run("list")
      let isWhole = try await bench.runCut(after: count, command)
      if !isWhole { try await bench.run(command) }

      #expect(
        try await versions(bench) == ["app 1.1.0", "base 1.1.0", "other 1.1.0"],
        "cut after \(count)")
      if isWhole { return }
    }
    Issue.record("sixty requests were not enough")
  }

  @Test func whatCameOfEachIsThereForAProgram() async throws {
    let bench = try await bench()
    try await install(bench, "base", "other", version: "1.1.0")
    try await bench.run("disable", "base", "--yes")

    let value = try JSON.parse(
      Array(try await bench.run("disable", "base", "other", "--yes", "-o", "json").utf8))

    #expect(value["kind"] == "ChangeResultList")
    #expect(value["items"]?.sequence?.compactMap { $0["result"]?.string } == ["alreadySo", "done"])
  }

  @Test(arguments: [
    (["upgrade"], "ksx upgrade needs NAME…, --where or --selector; see ksx help upgrade"),
    (
      ["upgrade", "a", "--where", "b"],
      "names and --where or --selector choose twice; leave one of them out"
    ),
    (
      ["install", "a", "b", "--target-namespace", "n"],
      "--target-namespace goes with one extension that is named"
    ),
    (["disable", "--where", "a", "--now"], "--now goes with one extension that is named"),
    (
      ["disable", "--where", "b:c"],
      "--where, column 1: there is no key b; the keys are state, version, kube, ks, repo, category, since, needs"
    ),
  ])
  func whatCannotBeMeantIsRefused(words: [String], sentence: String) async throws {
    #expect(try await bench().failure(words) == sentence)
  }
}

/// Guardrails bind every command, and the journal tells of every write.
@Suite struct GuardedCommandTests {
  private func bench(_ yaml: String) async throws -> Workbench {
    let bench = try Workbench()
    for name in ["ant", "bee"] {
      try await bench.offer(name)
      try await bench.run("install", name, "--version", "1.0.0", "--yes")
      try await bench.report(name, ["state": "Installed", "version": "1.0.0"])
    }
    bench.guardBy(yaml)
    return bench
  }

  @Test(arguments: [
    ("- read-only: true", "test is read-only (config.yaml)"),
    ("- deny: [upgrade, disable]", " is denied in test (config.yaml)"),
    (
      "- at-most: 1",
      "it is about 2 objects, and at most 1 may be changed at once in test (config.yaml)"
    ),
    (
      "- windows: [{days: sun, zone: UTC}]",
      "changes of test are made sun 00:00–00:00 UTC only (config.yaml), and now it is thu 12:00 there"
    ),
  ])
  func aGuardrailRefusesBeforeAnythingIsSent(yaml: String, sentence: String) async throws {
    let bench = try await bench(yaml)
    bench.transport.forget()

    for words in [
      ["upgrade", "ant", "bee", "--yes"], ["disable", "--where", "installed", "--yes"],
    ] {
      let failure = try await bench.failure(words)
      #expect(
        failure.hasPrefix("nothing was changed: ") && failure.hasSuffix(sentence), "\(failure)")
    }
    #expect(!bench.transport.requests.contains { $0.method == .patch })
    #expect(try await bench.run("list", "-o", "name") == "ant\nbee\n")
  }

  @Test func theEmergencyIsBoundAsWell() async throws {
    let bench = try await bench("- deny: [disable]")

    #expect(
      try await bench.failure("disable", "ant", "--now")
        == "nothing was changed: disable is denied in test (config.yaml)")
    #expect(try await bench.installation("ant").isEnabled)
  }

  @Test func aConfirmationIsTypedWhateverElseIsSaid() async throws {
    let bench = try await bench("- typed: all")

    #expect(
      try await bench.failure("upgrade", "ant", "--yes")
        == "nothing was changed: in test ksx upgrade is confirmed by typing; a script says --confirm ant"
    )
    #expect(try await bench.failure(["upgrade", "ant"], answer: "y") == "nothing was changed")
    #expect(
      try await bench.failure("upgrade", "ant", "--confirm", "bee")
        == "nothing was changed: --confirm must be ant, not bee")
    #expect(try await bench.installation("ant").version == "1.0.0")
    try await bench.run("upgrade", "ant", answer: "ant")
    #expect(try await bench.installation("ant").version == "1.1.0")
    try await bench.run("disable", "ant", "bee", "--confirm", "test", "--yes")
    #expect(try await bench.installation("bee").isEnabled == false)
    try await bench.run("enable", "ant", "--now", "--confirm", "ant")
    #expect(try await bench.installation("ant").isEnabled)
  }

  @Test func theEmergencyIsTypedTooWhereAGuardrailSaysSo() async throws {
    let bench = try await bench("- typed: all")

    #expect(
      try await bench.failure("disable", "ant", "--now")
        == "nothing was changed: in test ksx disable --now is confirmed by typing; a script says --confirm ant"
    )
    #expect(try await bench.installation("ant").isEnabled)
  }

  @Test func everyWriteAndWhatCameOfItIsInTheJournal() async throws {
    let bench = try await bench("- deny: [uninstall]")
    try await bench.run("upgrade", "ant", "--yes", "--reason", "a new bell")
    try await bench.run("disable", "ant", "--dry-run=server")
    _ = try await bench.failure("uninstall", "ant", "--yes")

    let lines = try Journal(folder: bench.localState.state).lines().filter {
      $0.text("verb") != "install"
    }
    #expect(lines.map { $0.text("event") } == ["sending", "answered"])
    #expect(lines.map(\.outcome) == ["sending", "done (200)"])
    #expect(lines.map { $0.text("reason") } == ["a new bell", "a new bell"])
    #expect(lines.first?.text("target").hasSuffix("/installplans/ant") == true)
    #expect(lines.first?.text("person") == "ada")
  }

  @Test func noConfigIsInTheJournal() async throws {
    let bench = try await bench("")
    try await bench.run("config", "set", "ant", "--yes", input: "password: hunter2\n")

    let bytes = try Journal(folder: bench.localState.state).bytes()

    #expect(!String(decoding: bytes, as: UTF8.self).contains("hunter2"))
    #expect(JournalCheck(bytes).flaws.isEmpty)
  }

  @Test func everyCommandThatMayChangeAnythingCanBeDenied() {
    let readers: Set<String> = ["plan", "wait", "watch"]
    for verb in Verb.all where verb.options.contains(.yes) && !readers.contains(verb.name) {
      #expect(Guardrails.verbs.contains(verb.name), "\(verb.name)")
    }
  }
}
