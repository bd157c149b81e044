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

/// What was written while an extension was worked on, and the events about it.
@Suite struct LogTests {
  static let quick = Timing(now: { .zero }, sleep: { _ in await Task.yield() }, random: { 0 })

  /// An upgrade by KubeSphere's controllers, whose jobs are played.
  private func upgrading(_ state: String = "Upgrading") async throws -> Workbench {
    let bench = try Workbench(timing: Self.quick)
    try await bench.offer()
    try await bench.run("install", "whizard", "--version=1.0.0", "--yes")
    _ = try await bench.cluster.create(.namespaces, Object(.namespaces, name: "ns"))
    try await bench.report(
      "whizard", ["state": .string(state), "jobName": "helm-upgrade-whizard-b", "targetNamespace": "ns"])
    return bench
  }

  private func pod(_ name: String, job: String, _ phase: String, in bench: Workbench) async throws {
    let container: Value = ["containers": [["name": "helm", "image": "helm"]]]
    _ = try await bench.cluster.create(
      .pods, Object(.pods, name: name, namespace: "ns", labels: ["job-name": job], ["spec": container]))
    _ = try await bench.cluster.patch(
      .pods, namespace: "ns", name, subresource: "status", .merge(["status": ["phase": .string(phase)]]))
  }

  /// Answers for the kubelet.
  private func logs(_ bench: Workbench, _ answer: @escaping @Sendable (String, HTTPRequest) -> HTTPResponse) {
    bench.transport.answer { request in
      let parts = request.target.split(separator: "?")[0].split(separator: "/")
      return parts.last == "log" ? answer(String(parts[parts.count - 2]), request) : nil
    }
  }

  private static func text(_ lines: String) -> HTTPResponse { HTTPResponse(status: 200, bytes: Array(lines.utf8)) }

  @Test func theLogIsThatOfHelmsNewestPodAndThePreviousThatOfTheOneBefore() async throws {
    let bench = try await upgrading("UpgradeFailed")
    try await pod("a", job: "helm-install-whizard-a", "Succeeded", in: bench)
    try await pod("b", job: "helm-upgrade-whizard-b", "Failed", in: bench)
    try await pod("other", job: "helm-install-whizards-x", "Running", in: bench)
    logs(bench) { pod, _ in Self.text("2026-01-01T10:00:00.1Z of \(pod)\n2026-01-01T10:00:01Z end\n") }

    #expect(try await bench.run("logs", "whizard") == "of b\nend\n")
    #expect(try await bench.run("logs", "whizard", "--previous") == "of a\nend\n")
    #expect(try await bench.failure("logs", "nope") == "nope is not installed in test; ksx list shows what is")
    #expect(
      try await bench.failure("logs", "whizard", "-f", "--previous").hasPrefix("-f waits for what is written now"))
  }

  @Test func thoseOfAgentsFollowWithTheClusterOfEach() async throws {
    let bench = try await upgrading("Installed")
    try await pod("b", job: "helm-upgrade-whizard-b", "Succeeded", in: bench)
    try await pod("east", job: "helm-install-whizard-agent-e", "Succeeded", in: bench)
    try await pod("east-before", job: "helm-install-whizard-agent-d", "Failed", in: bench)
    try await bench.report(
      "whizard",
      ["clusterSchedulingStatuses": ["east": ["state": "Installed", "jobName": "helm-install-whizard-agent-e"]]])
    logs(bench) { pod, _ in Self.text("2026-01-01T10:00:00.1Z of \(pod)\n") }

    #expect(try await bench.run("logs", "whizard") == "of b\nagent in east:\nof east\n")
    // They are no earlier try of the extension's own.
    #expect(try await bench.failure("logs", "whizard", "--previous").contains("an earlier try of whizard"))
  }

  @Test func aPodThatIsGoneIsSaid() async throws {
    let bench = try await upgrading()

    #expect(
      try await bench.failure("logs", "whizard")
        == "there is no log of whizard: the pod of job helm-upgrade-whizard-b is gone; ksx get whizard shows its state, "
        + "ksx events whizard its events")
  }

  @Test(.endsInTime) func aLogIsFollowedPastBrokenConnectionsAndFromOneTryToTheNext() async throws {
    let bench = try await upgrading()
    try await pod("b1", job: "helm-upgrade-whizard-b", "Running", in: bench)
    let asked = Locked<[String]>([])
    logs(bench) { pod, request in
      let count = asked.withLock { asked in
        asked.append(request.target.split(separator: "?").last.map(String.init) ?? "")
        return asked.count
      }
      switch count {
      case 1: return .refusal(code: 400, reason: "BadRequest", "container is waiting to start")
      case 2: return Self.text("2026-01-01T10:00:00.1Z one\n2026-01-01T10:00:00.2Z two\n")
      case 3: return .refusal(code: 503, reason: "ServiceUnavailable", "try again")
      // Whole seconds are all that can be asked for, so the last lines come again.
      case 4: return Self.text("2026-01-01T10:00:00.1Z one\n2026-01-01T10:00:00.2Z two\n2026-01-01T10:00:00.3Z three\n")
      default: return Self.text(pod == "b1" ? "" : "2026-01-01T10:00:09Z of \(pod)\n")
      }
    }

    let following = Task { try await bench.run("logs", "whizard", "-f") }
    await eventually("the third line") { bench.said.printed.contains("three") }
    try await pod("b2", job: "helm-upgrade-whizard-b", "Succeeded", in: bench)
    _ = try await bench.cluster.patch(
      .pods, namespace: "ns", "b1", subresource: "status", .merge(["status": ["phase": "Failed"]]))
    await eventually("the next pod") { bench.said.printed.contains("of b2") }
    try await bench.report("whizard", ["state": "Installed"])

    #expect(try await following.value == "one\ntwo\nthree\nof b2\n")
    #expect(asked.withLock { $0[0] } == "timestamps=true&follow=true")
    #expect(asked.withLock { $0[2] }.hasSuffix("sinceTime=2026-01-01T10%3A00%3A00.2Z"))
    #expect(bench.said.noted.contains("try again"))
  }

  @Test func whereNoJobRunsItIsWhatTheControllersNoted() async throws {
    let bench = try Workbench()
    try await bench.offer()
    try await bench.run("install", "whizard", "--yes")
    _ = try await bench.cluster.patch(
      bench.dialect.installations, "whizard",
      .merge(["metadata": ["annotations": Value([Installation.standaloneAnnotation: "ns"])]]))
    func state(_ word: String, _ second: Int) -> Value {
      ["state": .string(word), "lastTransitionTime": .string("2026-01-01T10:00:0\(second)Z")]
    }
    func condition(_ type: String, _ isTrue: Bool, _ reason: String, _ message: String, _ second: Int) -> Value {
      [
        "type": .string(type), "status": isTrue ? "True" : "False", "reason": .string(reason),
        "message": .string(message), "lastTransitionTime": .string("2026-01-01T10:00:0\(second)Z"),
      ]
    }
    try await bench.report(
      "whizard",
      [
        "state": "UpgradeFailed",
        "stateHistory": [
          state("Preparing", 1), state("Installing", 1), state("Installed", 2), state("Preparing", 5),
          state("UpgradeFailed", 5),
        ],
        "conditions": [
          condition("Upgraded", false, "UpgradeFailed", "no such kind", 5),
          condition("Initialized", true, "Initialized", "preparing version 1.1.0", 5),
          condition("Installed", true, "InstallSuccessful", "version 1.0.0", 2),
        ],
      ])

    let now =
      "2026-01-01T10:00:05Z Preparing: preparing version 1.1.0\n2026-01-01T10:00:05Z UpgradeFailed: no such kind\n"
    #expect(try await bench.run("logs", "whizard") == now)
    #expect(try await bench.run("logs", "whizard", "-f") == now)
    #expect(
      try await bench.run("logs", "whizard", "--previous")
        == "2026-01-01T10:00:01Z Preparing\n2026-01-01T10:00:01Z Installing\n2026-01-01T10:00:02Z Installed: version 1.0.0\n"
    )
  }
}

/// The log that the controllers of ksxd write.
@Suite struct OwnLogTests {
  private func bench(_ dialect: Dialect) async throws -> Workbench {
    let bench = try Workbench(dialect, timing: LogTests.quick)
    try await bench.offer()
    try await bench.run("install", "whizard", "--yes")
    _ = try await bench.cluster.patch(
      dialect.installations, "whizard",
      .merge(["metadata": ["annotations": Value([Installation.standaloneAnnotation: "ns"])]]))
    _ = try await bench.cluster.create(.namespaces, Object(.namespaces, name: "ns"))
    _ = try await bench.cluster.create(
      .configMaps,
      Object(.configMaps, name: "ksx-log.whizard", namespace: "ns", ["data": ["log": .string(Self.log)]]))
    return bench
  }

  private static let log = """
    10:00:01Z --- revision 1: version 1.0.0
    10:00:01Z Preparing
    10:00:02Z Installed
    10:00:05Z --- revision 2: version 1.1.0
    10:00:05Z Upgrading

    """

  @Test(arguments: [Dialect.installPlan, .subscription])
  func itIsReadRevisionByRevision(dialect: Dialect) async throws {
    let bench = try await bench(dialect)

    #expect(
      try await bench.run("logs", "whizard")
        == "10:00:05Z --- revision 2: version 1.1.0\n10:00:05Z Upgrading\n")
    #expect(
      try await bench.run("logs", "whizard", "--previous")
        == "10:00:01Z --- revision 1: version 1.0.0\n10:00:01Z Preparing\n10:00:02Z Installed\n")
  }

  @Test func theLogsOfAgentsFollow() async throws {
    let bench = try await bench(.installPlan)
    for (cluster, text) in [("east", "10:00:07Z --- revision 1: version 1.1.0\n10:00:08Z Installed\n"), ("west", "")] {
      let name = Installation.logName(of: "whizard", agentIn: cluster)
      _ = try await bench.cluster.create(
        .configMaps, Object(.configMaps, name: name, namespace: "ns", ["data": ["log": .string(text)]]))
    }
    let states: Value = ["east": ["state": "Installed"], "west": ["state": ""], "south": ["state": "Installing"]]
    try await bench.report("whizard", ["clusterSchedulingStatuses": states])

    #expect(
      try await bench.run("logs", "whizard") == """
        10:00:05Z --- revision 2: version 1.1.0
        10:00:05Z Upgrading
        agent in east:
        10:00:07Z --- revision 1: version 1.1.0
        10:00:08Z Installed

        """)
  }

  @Test(.endsInTime) func itIsFollowedUntilNothingIsUnderWay() async throws {
    let bench = try await bench(.installPlan)
    try await bench.report("whizard", ["state": "Upgrading"])

    let following = Task { try await bench.run("logs", "whizard", "-f") }
    await eventually("what there is") { bench.said.printed.hasSuffix("Upgrading\n") }
    let more = Self.log + "10:00:06Z waits for Deployment x\n"
    _ = try await bench.cluster.patch(
      .configMaps, namespace: "ns", "ksx-log.whizard", .merge(["data": ["log": .string(more)]]))
    await eventually("what is new") { bench.said.printed.hasSuffix("waits for Deployment x\n") }
    let all = more + "10:00:07Z Installed\n"
    _ = try await bench.cluster.patch(
      .configMaps, namespace: "ns", "ksx-log.whizard", .merge(["data": ["log": .string(all)]]))
    try await bench.report("whizard", ["state": "Installed"])

    #expect(
      try await following.value == """
        10:00:05Z --- revision 2: version 1.1.0
        10:00:05Z Upgrading
        10:00:06Z waits for Deployment x
        10:00:07Z Installed

        """)
  }
}

/// The events about one extension.
@Suite struct EventTests {
  private func event(
    _ name: String, in namespace: String, about kind: String, _ object: String, at second: Int
  ) -> Object {
    Object(
      .events, name: name, namespace: namespace,
      [
        "involvedObject": ["kind": .string(kind), "name": .string(object), "namespace": .string(namespace)],
        "type": "Warning", "reason": "BackOff", "message": .string("pulling \(object)"), "count": .integer(second),
        "lastTimestamp": .string("2026-01-01T10:00:0\(second)Z"),
      ])
  }

  private func bench() async throws -> Workbench {
    let bench = try Workbench()
    try await bench.offer()
    try await bench.run("install", "whizard", "--yes")
    for name in ["ns", "default"] { _ = try? await bench.cluster.create(.namespaces, Object(.namespaces, name: name)) }
    try await bench.report("whizard", ["state": "Installing", "targetNamespace": "ns"])
    for event in [
      event("b", in: "ns", about: "Pod", "p", at: 2), event("a", in: "default", about: "Extension", "whizard", at: 1),
      event("c", in: "default", about: "Extension", "devops", at: 3),
      event("d", in: "default", about: "Pod", "whizard", at: 4),
    ] {
      _ = try await bench.cluster.create(.events, event)
    }
    return bench
  }

  @Test func thoseOfItsNamespaceAndAboutItselfAreListedInTheOrderOfTime() async throws {
    let bench = try await bench()

    #expect(
      try await bench.run("events", "whizard") == """
        LAST SEEN              TYPE      REASON    OBJECT              COUNT   MESSAGE
        2026-01-01T10:00:01Z   Warning   BackOff   Extension/whizard   1       pulling whizard
        2026-01-01T10:00:02Z   Warning   BackOff   Pod/p               2       pulling p

        """)
    #expect(try await bench.run("events", "whizard", "-o", "jsonpath={.items[*].metadata.name}") == "a b")
    #expect(try await bench.run("events", "whizard", "-o", "name", "--sort-by=.message") == "b\na\n")
    #expect(try await bench.run("events", "nope") == "")
    #expect(bench.said.noted == "there are no events about nope in test\n")
  }

  @Test func aSeriesCountsAndAnEventOfTheNewKindIsReadToo() {
    let series = Object([
      "metadata": ["name": "e", "namespace": "ns"], "regarding": ["kind": "Pod", "name": "p"], "note": "again",
      "eventTime": "2026-01-01T10:00:01Z", "series": ["count": 7, "lastObservedTime": "2026-01-01T10:00:09Z"],
    ])

    let line = EventLine(series)

    #expect(line.about == "Pod p" && line.message == "again" && line.count == 7)
    #expect(line.time == "2026-01-01T10:00:09Z")
  }

  @Test func whatIsNotInstalledHasTheEventsOfItsUsualNamespaceAndOfItsVersions() async throws {
    let bench = try Workbench()
    try await bench.offer()
    for name in ["extension-whizard", "default"] {
      _ = try? await bench.cluster.create(.namespaces, Object(.namespaces, name: name))
    }
    for event in [
      event("a", in: "extension-whizard", about: "Pod", "p", at: 1),
      event("b", in: "default", about: "ExtensionVersion", "whizard-1.0.0", at: 2),
    ] {
      _ = try await bench.cluster.create(.events, event)
    }

    #expect(try await bench.run("events", "whizard", "-o", "name") == "a\nb\n")
    let reader = ClusterReader(bench.cluster, Capabilities(assuming: .installPlan))
    #expect(try await reader.events(of: "whizard").map(\.name) == ["b", "a"])
  }

  @Test(.endsInTime) func newOnesFollow() async throws {
    let bench = try await bench()

    let following = Task { try await bench.run("events", "whizard", "-w", "-o", "name") }
    await eventually("what is there") { bench.said.printed == "a\nb\n" }
    _ = try await bench.cluster.create(.events, event("e", in: "ns", about: "Job", "j", at: 5))
    await eventually("what is new") { bench.said.printed == "a\nb\ne\n" }
    following.cancel()
    _ = try? await following.value
  }
}
