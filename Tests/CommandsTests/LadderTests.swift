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

/// Out of service where the switch alone changes nothing, and back.
@Suite struct LadderCommandTests {
  private static let deployments = Resource(
    group: "apps", version: "v1", plural: "deployments", kind: "Deployment", isNamespaced: true)

  /// An extension with a bundle, a proxy and two workloads, whose upgrade has failed.
  private func failed(_ dialect: Dialect = .installPlan, timing: Timing = .real) async throws
    -> Workbench
  {
    let bench = try Workbench(dialect, timing: timing)
    try await bench.offer()
    try await bench.run("install", "whizard", "--yes")
    for namespace in ["kubesphere-system", "extension-whizard"] {
      _ = try await bench.cluster.create(.namespaces, Object(.namespaces, name: namespace))
    }
    let labels = [dialect.extensionLabel: "whizard"]
    let bundle = Object(
      dialect.jsBundles, name: "whizard", labels: labels,
      [
        "spec": ["raw": "aGk="],
        "status": ["state": "Available", "link": "/dist/whizard/index.js"],
      ])
    _ = try await bench.cluster.create(dialect.jsBundles, bundle)
    for name in ["web", "worker"] {
      let template: Value = [
        "metadata": ["labels": ["app": .string(name)]],
        "spec": ["containers": [["name": "c", "image": "i"]]],
      ]
      let spec: Value = [
        "replicas": 3, "selector": ["matchLabels": ["app": .string(name)]], "template": template,
      ]
      _ = try await bench.cluster.create(
        Self.deployments,
        Object(
          Self.deployments, name: name, namespace: "extension-whizard", labels: labels,
          ["spec": spec]))
    }
    try await bench.report("whizard", ["state": "UpgradeFailed"])
    return bench
  }

  private func state(_ bench: Workbench) async throws -> String? {
    try await bench.cluster.list(bench.dialect.jsBundles).first?.status["state"]?.string
  }

  private func replicas(_ bench: Workbench) async throws -> [Int?] {
    try await bench.cluster.list(Self.deployments).map { $0.spec["replicas"]?.integer }
  }

  @Test(arguments: [Dialect.installPlan, .subscription])
  func whatTheSwitchDoesNotReachIsMarkedDisabledAndComesBack(dialect: Dialect) async throws {
    let bench = try await failed(dialect)

    let text = try await bench.run("disable", "whizard", "--now")

    #expect(text.hasSuffix("whizard: 1 object marked Disabled\n"))
    #expect(
      bench.said.noted.hasPrefix(
        "note: whizard is UpgradeFailed: the controllers carry the switch out only"))
    #expect(try await state(bench) == "Disabled")
    #expect(try await replicas(bench) == [3, 3])
    #expect(try await bench.run("enable", "whizard", "--now").hasSuffix("whizard: 1 object back\n"))
    #expect(try await state(bench) == "Available")
    #expect(try await bench.cluster.list(.secrets, namespace: "kubesphere-system").isEmpty)
  }

  @Test func theLadderIsClimbedAsFarAsIsSaidAndAPlainEnableBringsAllBack() async throws {
    let bench = try await failed()

    try await bench.run("disable", "whizard", "--now", "--climb", "workloads")
    #expect(try await replicas(bench) == [0, 0])
    let plan = try await bench.run("enable", "whizard", "--dry-run")
    #expect(plan.contains("+ Deployment extension-whizard/web as it was"))
    #expect(plan.contains("~ enabled: no → yes"))
    try await bench.run("enable", "whizard", "--yes")

    #expect(try await replicas(bench) == [3, 3])
    #expect(try await state(bench) == "Available")
    #expect(try await bench.installation().isEnabled)
  }

  /// As the webhook of controllers that are down has it: every update is refused, and deletions pass.
  @Test func whereEveryUpdateIsRefusedWhatIsServedIsDeletedAndMadeAnew() async throws {
    let bench = try await failed()
    bench.transport.answer { request in
      guard request.method == .patch, request.target.contains("kubesphere.io/") else { return nil }
      return .refusal(
        code: 500, reason: "InternalError",
        #"Internal error occurred: failed calling webhook "installplans.kubesphere.io": connection refused"#
      )
    }

    #expect(
      try await bench.failure("disable", "whizard", "--now")
        == "whizard is not out of service yet: ksx disable whizard --now --climb objects goes on")
    try await bench.run("disable", "whizard", "--now", "--climb", "objects")
    #expect(try await bench.cluster.list(bench.dialect.jsBundles).isEmpty)
    bench.transport.answer { _ in nil }
    try await bench.run("enable", "whizard", "--now")

    let back = try await bench.cluster.get(bench.dialect.jsBundles, "whizard")
    #expect(back.spec == ["raw": "aGk="])
    #expect(back.status["state"] == "Available")
    #expect(back.labels[bench.dialect.extensionLabel] == "whizard")
  }

  @Test func thePlansOfAllRungsAreShownWithoutAChange() async throws {
    let bench = try await failed()

    let text = try await bench.run(
      "disable", "whizard", "--now", "--climb", "webhooks", "--dry-run")

    #expect(text.contains("Mark what whizard serves as Disabled in test\n  - JSBundle whizard\n"))
    #expect(text.contains("Stop the workloads of whizard, and keep their numbers in test\n"))
    #expect(text.contains("    undo: ksx enable whizard --now\n"))
    #expect(try await state(bench) == "Available")
    #expect(try await bench.installation().isEnabled)
  }

  @Test func aProgramThatEndsAfterAnyRequestLeavesAWayBack() async throws {
    for count in 0..<40 {
      let bench = try await failed()
      let isWhole = try await bench.runCut(
        after: count, ["disable", "whizard", "--now", "--climb", "workloads"])

      try await bench.run("enable", "whizard", "--now")

      #expect(try await replicas(bench) == [3, 3], "cut after \(count)")
      #expect(try await state(bench) == "Available", "cut after \(count)")
      #expect(try await bench.installation().isEnabled)
      if isWhole { return }
    }
    Issue.record("forty requests were not enough")
  }

  @Test func aSecondUserClimbsDownWhatTheFirstClimbed() async throws {
    let bench = try await failed()
    try await bench.run("disable", "whizard", "--now", "--climb", "workloads")
    try bench.forgetAllKeptHere()

    try await bench.run("enable", "whizard", "--now")

    #expect(try await replicas(bench) == [3, 3])
  }

  @Test func aSwitchThatNoControllerCarriesOutMarksWhatIsServedAsDisabled() async throws {
    let bench = try await failed(timing: LogTests.quick)
    try await bench.report("whizard", ["state": "Installed", "enabled": true])

    let text = try await bench.run("disable", "whizard", "--now")

    #expect(text.hasSuffix("whizard: 1 object marked Disabled\n"))
    #expect(
      bench.said.noted.contains(
        "the controllers have not carried the switch of whizard out after 3 s"))
    #expect(try await state(bench) == "Disabled")
    try await bench.run("enable", "whizard", "--now")
    #expect(try await state(bench) == "Available")
  }

  @Test func aRungWithoutTheEmergencyIsNotPassedOver() async throws {
    let bench = try await failed()

    #expect(
      try await bench.failure("disable", "whizard", "--climb", "objects", "--yes")
        == "--climb goes with --now; nothing was changed")
    #expect(try await bench.installation().isEnabled)
  }

  @Test func aPlainDisableSaysThatItChangesNothing() async throws {
    let bench = try await failed()

    try await bench.run("disable", "whizard", "--yes")

    #expect(
      bench.said.noted.contains(
        "whizard is UpgradeFailed; this takes effect once it is Installed. ksx disable --now"))
  }
}
