import Client
import Extensions
import HTTP
import KubernetesAPI
import Manifest
import Platform
import TestSupport
import Testing

@testable import Commands

/// Commands that wait and watch.
@Suite struct FollowingTests {
  private let failure: Value = [
    "type": "Upgraded", "status": "False", "reason": "UpgradeFailed", "message": "no kind",
    "lastTransitionTime": "2026-01-01T10:00:00Z",
  ]

  @Test(arguments: [Dialect.installPlan, .subscription])
  func severalAreWaitedForAtOnce(dialect: Dialect) async throws {
    let bench = try Workbench(dialect)
    try await bench.offer()
    try await bench.offer("bell")
    try await bench.run("install", "whizard", "--yes")
    try await bench.report("whizard", ["state": "Installed"])

    #expect(try await bench.run("wait", "whizard", "bell", "--for=settled") == "whizard is settled\nbell is settled\n")
    #expect(try await bench.run("wait", "nothing", "--for=gone") == "nothing is gone\n")
    try await bench.report("whizard", ["state": "UpgradeFailed", "conditions": [failure]])
    #expect(
      try await bench.failure("wait", "whizard", "--for=installed") == "whizard will not be installed: no kind")
    #expect(try await bench.failure("wait", "whizard", "--for=gone", "--timeout=0") == "not gone after 0 s: whizard")
    #expect(
      try await bench.failure("wait", "whizard", "--for=lunch")
        == "--for is one of installed, enabled, disabled, gone, settled, not lunch")
  }

  @Test(arguments: [Dialect.installPlan, .subscription])
  func whatTheControllersHaveNotSwitchedIsNotWaitedForInVain(dialect: Dialect) async throws {
    let bench = try Workbench(dialect)
    try await bench.offer()
    try await bench.run("install", "whizard", "--yes")
    var status: Mapping = ["state": "Installed"]
    let account = LastAttempt(version: "1.1.0", config: "", isEnabled: true).conditions(since: "2026-01-01T10:00:00Z")
    if dialect == .subscription { status["conditions"] = .sequence(account) }
    if dialect == .installPlan { (status["version"], status["enabled"]) = ("1.1.0", true) }
    try await bench.report("whizard", .mapping(status))
    try await bench.run("disable", "whizard", "--yes")
    try await bench.run("upgrade", "whizard", "--version", "1.0.0", "--yes")

    #expect(
      try await bench.failure("wait", "whizard", "--for=disabled", "--timeout=0") == "not disabled after 0 s: whizard")
    let row = try await bench.run("list", "--where", "installed")
    #expect(row.contains("1.1.0"), "\(row)")
    let page = try await bench.run("get", "whizard")
    #expect(page.contains("version 1.0.0 not yet applied, 1.1.0 is; disabling not yet applied"), "\(page)")
  }

  @Test func eachChangeIsALine() async throws {
    let bench = try Workbench()
    try await bench.offer()
    try await bench.run("install", "whizard", "--yes")
    try await bench.report("whizard", ["state": "Installed"])

    let line = try await bench.run("watch", "--timeout=1s", "-o", "json")
    let value = try JSON.parse(Array(line.utf8))

    #expect(value["kind"] == "Change" && value["extension"] == "whizard" && value["state"] == "Installed")
    #expect(try await bench.run("watch", "whizard", "--timeout=1s").hasSuffix(" whizard Installed 1.1.0\n"))
  }

  @Test(arguments: [401, 403, 503]) func aWatchThatSawNothingDoesNotEndWell(code: Int) async throws {
    let bench = try Workbench()
    try await bench.offer()
    // Not the definition of the kind, by which the dialect is known.
    bench.transport.answer { request in
      guard request.target.containsText("v1alpha1/installplans") else { return nil }
      return .refusal(code: code, reason: code == 403 ? "Forbidden" : "Unknown", "no")
    }

    let sentence = try await bench.failure("watch", "whizard", "--timeout=1s")
    #expect(sentence.hasPrefix("watching"), "\(sentence)")
  }

  @Test(.endsInTime) func whatIsToldTheSameIsNoChange() async throws {
    let bench = try Workbench()
    try await bench.offer()
    try await bench.run("install", "whizard", "--yes")
    try await bench.report("whizard", ["state": "Installed", "version": "1.1.0", "enabled": true])

    let watching = Task { try await bench.run("watch", "whizard", "-o", "json") }
    await eventually("what there is") { bench.said.printed.contains("\"enabled\":true") }
    // The switch is asked for, and then carried out.
    _ = try await bench.cluster.patch(
      bench.dialect.installations, "whizard", .merge(["spec": ["enabled": false]]))
    try await bench.report("whizard", ["enabled": false])
    await eventually("the end of it") { bench.said.printed.contains("\"enabled\":false") }
    watching.cancel()
    _ = try? await watching.value

    #expect(bench.said.printed.count { $0 == "\n" } == 2, "\(bench.said.printed)")
  }

  @Test func whatIsUnderWayIsListed() async throws {
    let bench = try Workbench()
    try await bench.offer()
    try await bench.run("install", "whizard", "--yes")
    try await bench.report(
      "whizard",
      ["state": "Installing", "stateHistory": [["state": "Installing", "lastTransitionTime": "2026-01-01T10:00:00Z"]]])

    let items = try JSON.parse(Array(try await bench.run("operations", "-o", "json").utf8))["items"]?.sequence

    #expect(items?.first?["state"] == "Installing" && items?.first?["since"] == "2026-01-01T10:00:00Z")
    let waiting: Value = ["reason": "ImagePullBackOff", "message": "Back-off"]
    let pod: Value = [
      "metadata": ["name": "web-1", "namespace": "extension-whizard"],
      "status": ["containerStatuses": [["name": "web", "image": "r/web:1", "state": ["waiting": waiting]]]],
    ]
    bench.transport.answer { request in
      guard request.target.contains("/namespaces/extension-whizard/pods") else { return nil }
      return HTTPResponse(
        status: 200, bytes: JSON.bytes(["kind": "PodList", "apiVersion": "v1", "metadata": [:], "items": [pod]]))
    }
    #expect(try await bench.run("operations").contains("Pod web-1: ImagePullBackOff: Back-off"))
    bench.transport.answer { _ in nil }
    try await bench.report("whizard", ["state": "Installed"])
    #expect(try await bench.run("operations") == "")
  }
}
