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

/// A cluster's set of extensions goes into a file and comes out of it.
@Suite struct SetTests {
  private func bench(_ dialect: Dialect) async throws -> Workbench {
    let bench = try Workbench(dialect)
    for name in ["ant", "bee", "cat"] { try await bench.offer(name) }
    return bench
  }

  /// A cluster in which something is installed, configured, disabled and read from somewhere.
  private func source(_ dialect: Dialect) async throws -> Workbench {
    let bench = try await bench(dialect)
    let repository: Value = ["spec": ["url": "https://charts.example/"]]
    _ = try await bench.cluster.create(
      dialect.repositories, Object(dialect.repositories, name: "main", repository.mapping ?? [:]))
    try await bench.run("install", "ant", "--version", "1.0.0", "--yes")
    try await bench.run(
      "config", "set", "ant", "--yes", "--reason", "we need it", input: "a: 1\nb: [2, 3]\n")
    try await bench.run("install", "bee", "--yes")
    try await bench.run("disable", "bee", "--yes")
    return bench
  }

  private func exported(_ bench: Workbench) async throws -> String { try await bench.run("export") }

  @Test(arguments: [Dialect.installPlan, .subscription], [Dialect.installPlan, .subscription])
  func whatIsExportedIsAppliedElsewhereAndThenNothingDiffers(from: Dialect, to: Dialect)
    async throws
  {
    let source = try await source(from)
    let file = try await exported(source)
    #expect(try await source.run(["diff", "-f", "-", "--prune"], input: file) == "")
    let target = try await bench(to)
    try await target.run("install", "cat", "--yes")

    try await target.run(["apply", "-f", "-", "--yes"], input: file)

    #expect(try await target.run(["diff", "-f", "-"], input: file) == "")
    #expect(target.said.noted.contains("not in the file, and left as they are: cat"))
    target.transport.forget()
    try await target.run(["apply", "-f", "-", "--yes"], input: file)
    #expect(
      !target.transport.requests.contains {
        [.post, .patch, .delete].contains($0.method) && !$0.target.contains("authorization")
      })
    try await target.run(["apply", "-f", "-", "--yes", "--prune"], input: file)
    #expect(try await target.run("export", "-o", "name") == "ant\nbee\n")
    #expect(try await target.installation("bee").isEnabled == false)
    #expect(try await target.run("export").contains("reason: we need it"))
  }

  @Test(arguments: [Dialect.installPlan, .subscription], [Dialect.installPlan, .subscription])
  func aConfigKeepsItsCommentsFromClusterToFileAndBack(from: Dialect, to: Dialect) async throws {
    let text = "# why\nb: 1 # two\n\na: {x: 1}\n"
    let source = try await bench(from)
    try await source.run("install", "ant", "--version", "1.0.0", "--yes")
    try await source.run("config", "set", "ant", "--yes", input: text)

    let file = try await exported(source)

    #expect(try ExtensionSet(file).members.map(\.config) == [text])
    #expect(try await source.run(["diff", "-f", "-", "--prune"], input: file) == "")
    let target = try await bench(to)
    try await target.run(["apply", "-f", "-", "--yes"], input: file)
    #expect(try ExtensionSet(try await exported(target)).members.map(\.config) == [text])
    // Another's file says the same in other words.
    let other = file.replacingText("# why", with: "# because")
    if to == .subscription {
      #expect(try await target.run(["diff", "-f", "-", "--prune"], input: other) == "")
      try await target.run(["apply", "-f", "-", "--yes"], input: other)
      #expect(try await exported(target).containsText("# because"))
    }
  }

  @Test(arguments: [Dialect.installPlan, .subscription])
  func anApplyThatIsCutAfterAnyRequestGoesOn(dialect: Dialect) async throws {
    let file = try await exported(try await source(dialect))
    for count in 0..<80 {
      let target = try await bench(dialect)
      try await target.run("install", "cat", "--yes")
      let command = ["apply", "-f", "-", "--yes", "--prune"]
      let isWhole = try await target.runCut(after: count, command, input: file)
      if !isWhole { try await target.run(command, input: file) }

      #expect(
        try await target.run(["diff", "-f", "-", "--prune"], input: file) == "",
        "cut after \(count)")
      if isWhole { return }
    }
    Issue.record("eighty requests were not enough")
  }

  @Test func whatDiffersIsShownAndSaidByTheExitStatus() async throws {
    let bench = try await source(.installPlan)
    let file = try await exported(bench).replacingText("1.0.0", with: "1.1.0").replacingText(
      "a: 1", with: "a: 2")

    await #expect(throws: CommandError.verdict(1)) {
      try await bench.run(["diff", "-f", "-"], input: file)
    }
    #expect(
      bench.said.printed
        == "  ~ ant: version 1.0.0 → 1.1.0\n  ~ ant: config\n  -   a: 1\n  +   a: 2\n",
      "\(bench.said.printed)")
    #expect(
      try await bench.failure(["apply", "-f", "-"], input: "a: 1").hasPrefix(
        "the standard input: line 1"))
    #expect(try await bench.failure("apply", "--yes").hasPrefix("ksx apply needs -f FILE"))
  }

  @Test(.endsInTime) func aNewRepositoryIsWaitedForWithOneQuestionASecond() async throws {
    let bench = try Workbench(timing: LogTests.quick)
    let file = """
      apiVersion: ksx.dev/v1
      kind: ExtensionSet
      repositories: [{name: main, url: "https://x.example"}]
      extensions: [{name: ant, version: 1.0.0}]

      """
    func count(_ kind: String) -> Int {
      bench.transport.requests.count { $0.target.contains("/\(kind)") }
    }

    let applying = Task { try await bench.run(["apply", "-f", "-", "--yes"], input: file) }
    await eventually("it asks again and again") { count("extensionversions") > 5 }
    let installed = count("installplans")
    await eventually("and again") { count("extensionversions") > 10 }
    #expect(count("installplans") == installed)
    try await bench.offer("ant")

    #expect(try await applying.value.hasSuffix("ant: being installed, version 1.0.0 in test\n"))
  }

  /// An apply that was cut off has begun with what the others need.
  @Test(.endsInTime) func whatIsUnderWayAndNeededIsWaitedFor() async throws {
    let bench = try Workbench(timing: LogTests.quick)
    let needs: Value = ["name": "base", "type": "extension", "version": ">=1.0.0", "required": true]
    try await bench.offer("base", versions: ["1.0.0"])
    try await bench.offer("app", versions: ["1.0.0"], spec: ["externalDependencies": [needs]])
    try await bench.run("install", "base", "--version", "1.0.0", "--yes")
    try await bench.report("base", ["state": "Installing"])
    let file = """
      apiVersion: ksx.dev/v1
      kind: ExtensionSet
      extensions: [{name: base, version: 1.0.0}, {name: app, version: 1.0.0}]

      """
    func looks() -> Int { bench.transport.requests.count { $0.method == .get && $0.target.contains("/installplans") } }

    let applying = Task { try await bench.run(["apply", "-f", "-", "--yes"], input: file) }
    let before = looks()
    await eventually("it looks again") { looks() > before + 3 }
    try await bench.report("base", ["state": "Installed", "version": "1.0.0"])

    #expect(try await applying.value.hasSuffix("app: being installed, version 1.0.0 in test\n"))
  }

  /// What the file says is asked for already; that it has failed, or is not done yet, is not "nothing to change".
  @Test(.endsInTime) func whatIsAskedForAlreadyIsWaitedForAndItsFailureIsTold() async throws {
    let bench = try Workbench()
    try await bench.offer("base", versions: ["1.0.0"])
    try await bench.run("install", "base", "--version", "1.0.0", "--yes")
    try await bench.report("base", ["state": "Installing"])
    let file = "apiVersion: ksx.dev/v1\nkind: ExtensionSet\nextensions: [{name: base, version: 1.0.0}]\n"
    func apply(_ options: String...) async throws -> String {
      try await bench.run(["apply", "-f", "-", "--yes"] + options, input: file)
    }
    #expect(try await apply().isEmpty)
    #expect(bench.said.noted.contains("still under way: base"))

    let waiting = Task { try await apply("--wait") }
    await eventually("it watches") { bench.transport.requests.contains { $0.target.contains("watch=") } }
    try await bench.report("base", ["state": "InstallFailed", "version": "1.0.0"])

    let failure = await #expect(throws: CommandError.self) { try await waiting.value }
    #expect(failure?.sentence.hasPrefix("base is InstallFailed") == true, "\(failure?.sentence ?? "")")
    #expect(failure?.sentence.hasSuffix("ksx retry base has it tried again") == true)
    await #expect(throws: CommandError.self) { try await apply() }
  }

  @Test func secretsOfConfigsAndPlacementsAreNotShown() async throws {
    let bench = try await bench(.installPlan)
    try await bench.run(
      "install", "ant", "--version", "1.0.0", "--yes", "--config", "-", input: "password: old\n")
    let file = """
      apiVersion: ksx.dev/v1
      kind: ExtensionSet
      extensions:
        - name: ant
          version: 1.0.0
          config: "password: n3w\\n"
          placement: {clusters: [], overrides: {east: "apiToken: abc"}}

      """

    for line in [
      ["diff", "-f", "-"], ["apply", "-f", "-", "--dry-run"], ["plan", "apply", "-f", "-"],
    ] {
      for output in [[], ["-o", "json"]] {
        _ = try? await bench.run(line + output, input: file)
        #expect(bench.said.printed.contains("•••"), "\(line)")
        for secret in ["old", "n3w", "abc"] {
          #expect(!bench.said.printed.contains(secret), "\(line)")
        }
      }
    }
  }

  @Test func aFileWithoutRepositoriesSaysNothingOfThem() async throws {
    let bench = try await source(.installPlan)
    bench.transport.answer { request in
      request.target.contains("/repositories")
        ? .refusal(code: 403, reason: "Forbidden", "no repositories for you") : nil
    }
    let file = try await bench.run("export")
    bench.transport.answer { _ in nil }

    #expect(!file.contains("repositories"))
    #expect(try await bench.run(["diff", "-f", "-", "--prune"], input: file) == "")
    #expect(try await bench.run("export").contains("- name: main"))
    await #expect(throws: CommandError.verdict(1)) {
      try await bench.run(
        ["diff", "-f", "-", "--prune"],
        input: file.replacingText("extensions:", with: "repositories: []\nextensions:"))
    }
    #expect(bench.said.printed.contains("repository main, which the file does not name"))
  }

  @Test func whatCannotBeDoneIsRefusedBeforeAnythingIsWritten() async throws {
    let bench = try await bench(.installPlan)
    let file =
      "apiVersion: ksx.dev/v1\nkind: ExtensionSet\nextensions: [{name: ant, version: 9.9.9}, {name: bee, version: 1.0.0}]\n"

    let failure = try await bench.failure(["apply", "-f", "-", "--yes"], input: file)

    #expect(failure.hasPrefix("nothing was changed: ant: cannot install 9.9.9: "), "\(failure)")
    await #expect(throws: CommandError.verdict(2)) {
      try await bench.run(["plan", "apply", "-f", "-"], input: file)
    }
    #expect(bench.said.printed.contains("✗ version: ant: ant has no version 9.9.9; "))
    #expect(
      try await bench.failure(["apply", "-f", "-", "--dry-run"], input: file).contains(
        "ant: ant has no version 9.9.9; "))
    #expect(try await bench.run("export", "-o", "name") == "")
  }
}
