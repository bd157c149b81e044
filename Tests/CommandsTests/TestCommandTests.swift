import Client
import Extensions
import KubernetesAPI
import Manifest
import Testing

@testable import Commands

/// `ksx test`: what the controllers say, and the exit status that goes with it.
@Suite struct TestCommandTests {
  private func bench(_ dialect: Dialect = .subscription, isOurs: Bool = true) async throws -> Workbench {
    let bench = try Workbench(dialect)
    try await bench.offer()
    try await bench.run("install", "whizard", "--yes")
    if isOurs {
      let note: Value = ["metadata": ["annotations": ["ksx.dev/release-namespace": "extension-whizard"]]]
      _ = try await bench.cluster.patch(dialect.installations, "whizard", .merge(note))
    }
    return bench
  }

  /// Plays the controller: answers the request that is there, once there is one.
  private func answering(_ bench: Workbench, _ answer: TestRun) -> Task<Void, any Error> {
    Task {
      while !Task.isCancelled {
        let installation = try await bench.installation()
        if installation.testRequest.isEmpty {
          await Task.yield()
          continue
        }
        var run = answer
        run.id = installation.testRequest
        let note: Value = ["metadata": ["annotations": .mapping([TestRun.resultAnnotation: .string(run.text)])]]
        _ = try await bench.cluster.patch(bench.dialect.installations, "whizard", .merge(note))
        return
      }
    }
  }

  private func run(_ state: TestRun.State, _ outcomes: [TestRun.Outcome], _ message: String = "") -> TestRun {
    var run = TestRun(id: "", count: outcomes.count)
    (run.state, run.outcomes, run.message) = (state, outcomes, message)
    return run
  }

  @Test func whatPassesIsShownWithWhatItWrote() async throws {
    let bench = try await bench()
    let answer = run(.passed, [.init(name: "Pod ns/a", hasPassed: true, output: "one\n\u{1b}two")])
    let controller = answering(bench, answer)
    defer { controller.cancel() }

    #expect(
      try await bench.run("test", "whizard") == "Pod ns/a: passed\n  one\n  \u{fffd}two\nwhizard: passed, 1 of 1\n")
  }

  @Test func aTestThatFailsIsAnAnswer() async throws {
    let bench = try await bench()
    let outcomes = [
      TestRun.Outcome(name: "Pod ns/a", hasPassed: true),
      .init(name: "Pod ns/b", hasPassed: false, message: "no answer"),
    ]
    let controller = answering(bench, run(.failed, outcomes))
    defer { controller.cancel() }

    await #expect(throws: CommandError.verdict(1)) { try await bench.run("test", "whizard") }

    #expect(bench.said.noted.contains("ksx: whizard: Pod ns/b failed: no answer"))
  }

  @Test func testsThatWereNotRunAreNone() async throws {
    let bench = try await bench()
    let controller = answering(bench, run(.refused, [], "it sleeps"))
    defer { controller.cancel() }

    let error = try await #require(throws: CommandError.self) { try await bench.run("test", "whizard") }

    #expect(error.sentence == "the tests of whizard were not run: it sleeps" && error.status == 2)
  }

  @Test func aChartWithoutTestsIsNoFailure() async throws {
    let bench = try await bench()
    let controller = answering(bench, run(.passed, []))
    defer { controller.cancel() }

    #expect(try await bench.run("test", "whizard") == "whizard: its chart has no tests\n")
  }

  @Test func kubeSpheresOwnControllersRunNoneAndHelmIsNamed() async throws {
    let bench = try await bench(.installPlan, isOurs: false)
    try await bench.report("whizard", ["state": "Installed", "releaseName": "wz", "targetNamespace": "monitoring"])

    let error = try await #require(throws: CommandError.self) { try await bench.run("test", "whizard") }

    #expect(error.sentence.hasSuffix("helm test wz --namespace monitoring"), "\(error.sentence)")
    #expect(error.status == 2)
  }

  @Test func controllersThatSayNothingAreNotWaitedForForEver() async throws {
    let bench = try await bench()

    let error = try await #require(throws: CommandError.self) {
      try await bench.run("test", "whizard", "--timeout", "0s")
    }

    #expect(error.sentence == "the tests of whizard have not ended after 0 s: the controllers have not begun")
    #expect(error.status == 2)
  }

  @Test(arguments: [["--read-only"], []])
  func whatIsNotInstalledOrMayNotBeChangedIsNotTested(flags: [String]) async throws {
    let bench = try Workbench(.subscription)

    #expect(try await !bench.failure(["test", "whizard"] + flags).isEmpty)
  }
}
