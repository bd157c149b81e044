import Client
import Manifest
import Platform
import TestSupport
import Testing

@testable import Charts
@testable import Controllers
@testable import Extensions
@testable import KubernetesAPI

/// The tests of a chart, asked for by an annotation of its installation.
@Suite struct ChartTesterTests {
  private let dialect = Dialect.subscription

  @Test func testsRunInTheirOrderAndAnswerTheRequest() async throws {
    let fixture = try await installed("")

    let run = try await fixture.withControllers { try await ask("one", fixture) }

    #expect(run.state == .passed && run.isSimulated && run.count == 2)
    #expect(
      run.outcomes.map(\.name) == [
        "Pod extension-pipeline-yard/pipeline-yard-connection", "Pod extension-pipeline-yard/pipeline-yard-build",
      ])
    #expect(run.words == "passed, 2 of 2")
  }

  @Test func theFirstTestThatFailsEndsTheRunAndTheNextRunBeginsAnew() async throws {
    let fixture = try await installed("failTest: the yard is closed")

    try await fixture.withControllers {
      let first = try await ask("one", fixture)
      #expect(first.state == .failed)
      #expect(first.outcomes.map(\.hasPassed) == [true, false])
      #expect(first.outcomes.last?.message == "the yard is closed")

      let uid = try await pod(fixture)?.uid
      let second = try await ask("two", fixture)
      #expect(second.state == .failed)
      #expect(try await pod(fixture)?.uid != uid)
      #expect(try await fixture.cluster.get(dialect.installations, "pipeline-yard").status["state"] == "Installed")
    }
  }

  @Test func whatIsUninstalledTakesItsTestsAlong() async throws {
    let fixture = try await installed("")

    try await fixture.withControllers {
      _ = try await ask("one", fixture)
      try await fixture.change("pipeline-yard", .uninstall)
      try await fixture.wait("it is gone") {
        try await fixture.cluster.find(dialect.installations, "pipeline-yard") == nil
      }
      #expect(try await pod(fixture) == nil)
    }
  }

  @Test func anObjectOfOthersIsNotTouched() async throws {
    let fixture = try await installed("")
    let stranger = Object(
      .pods, name: "pipeline-yard-connection", namespace: "extension-pipeline-yard",
      ["spec": ["containers": [["name": "c", "image": "x"]]]])
    _ = try await fixture.cluster.create(.pods, stranger)

    let run = try await fixture.withControllers { try await ask("one", fixture) }

    #expect(run.state == .refused)
    #expect(run.message.hasSuffix("is there already, and this extension has not made it"), "\(run.message)")
  }

  @Test func whatIsNotInstalledIsNotTested() async throws {
    let fixture = try ControllerFixture(dialect)
    try await fixture.publish(["traffic-map"])

    try await fixture.withControllers {
      try await fixture.change("traffic-map", .install(version: "1.1.0", config: ""))
      try await fixture.wait(for: "traffic-map") { $0.state == .installFailed }

      let run = try await ask("one", fixture, "traffic-map")
      #expect(run.state == .refused)
      #expect(run.message == "traffic-map is InstallFailed; only what is Installed is tested")
    }
  }

  @Test func aChartWithoutTestsHasNoneToFail() async throws {
    let fixture = try ControllerFixture(.installPlan)
    try await fixture.publish(["log-lens"])

    try await fixture.withControllers {
      try await fixture.change("log-lens", .install(version: "1.1.0", config: ""))
      try await fixture.wait(for: "log-lens") { $0.state == .installed }

      let run = try await ask("one", fixture, "log-lens")
      #expect(run.state == .passed && run.count == 0)
    }
  }

  @Test func withoutAKubeletATestIsWaitedForAndThenGivenUp() async throws {
    let fixture = try await installed("")
    var settings = fixture.settings()
    settings.simulatesWorkloads = false
    settings.readyTimeout = 0

    let run = try await fixture.withControllers(settings) { try await ask("one", fixture) }

    #expect(run.state == .failed && !run.isSimulated)
    #expect(run.outcomes.first?.message == "not ended after 0 s: Pending")
  }

  @Test func roleTemplatesAreKeptWhereThereAreSomeAndToldWhereThereAreNone() async throws {
    let fixture = try await installed("")
    let roles = Resource(
      group: "iam.kubesphere.io", version: "v1beta1", plural: "roletemplates", kind: "RoleTemplate")
    #expect(try await fixture.cluster.list(roles).map(\.name) == ["pipeline-yard-view"])

    let other = try ControllerFixture(.installPlan)
    let rendered = RenderedChart.Part(
      object: Object(roles, name: "x"), file: "templates/roletemplates.yaml")
    let planner = ReleasePlanner(
      cluster: other.cluster, dialect: .installPlan, renderer: ChartRenderer(engine: .substitution))
    var chart = RenderedChart()
    chart.parts = [rendered]
    let record = ReleaseRecord(
      name: "x", release: "x", namespace: "ns", attempt: .init(version: "1", config: ""), at: .init(secondsSince1970: 0)
    )
    let planned = try await planner.placed(chart, record)
    #expect(planned.parts.isEmpty)
    #expect(planned.notes == ["role templates not carried out, for the cluster has no such kind: x"])
  }

  private func installed(_ config: String) async throws -> ControllerFixture {
    let fixture = try ControllerFixture(dialect)
    let folder = TemporaryFolder()
    try ChartRepository(folder: folder.path).write(PlainChartEntry.packages)
    try await fixture.synchronize(folder.path)
    try await fixture.withControllers {
      try await fixture.change("pipeline-yard", .install(version: "v0.10.1", config: config))
      try await fixture.wait(for: "pipeline-yard") { $0.state == .installed }
    }
    return fixture
  }

  private func pod(_ fixture: ControllerFixture) async throws -> Object? {
    try await fixture.cluster.find(.pods, namespace: "extension-pipeline-yard", "pipeline-yard-build")
  }

  /// Asks for a run and returns it when it is over.
  private func ask(_ id: String, _ fixture: ControllerFixture, _ name: String = "pipeline-yard") async throws -> TestRun
  {
    _ = try await fixture.cluster.patch(
      fixture.dialect.installations, name,
      ["metadata": ["annotations": .mapping([TestRun.requestAnnotation: .string(id)])]])
    let installation = try await fixture.wait(for: name) { $0.testRun?.id == id && $0.testRun?.hasEnded == true }
    return try #require(installation.testRun)
  }
}
