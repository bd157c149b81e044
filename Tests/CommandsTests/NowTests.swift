import Client
import Extensions
import HTTP
import KubernetesAPI
import Manifest
import TestSupport
import Testing

@testable import Commands

/// The emergency: one request.
@Suite struct NowTests {
  private func installed(_ dialect: Dialect = .installPlan) async throws -> Workbench {
    let bench = try Workbench(dialect)
    try await bench.offer()
    try await bench.run("install", "whizard", "--yes")
    bench.transport.forget()
    return bench
  }

  @Test(arguments: [Dialect.installPlan, .subscription])
  func aDisableIsOneRequestAndNamesItsUndoing(dialect: Dialect) async throws {
    let bench = try await installed(dialect)

    let text = try await bench.run("disable", "whizard", "--now")

    #expect(
      text
        == "\(dialect.installations.kind) whizard disabled in test\nundo: ksx enable whizard --now\n"
    )
    #expect(bench.transport.requests.map(\.method) == [.patch])
    let body = try JSON.parse(bench.transport.requests.first?.body ?? [])
    #expect(body["spec"] == ["enabled": false])
    #expect(body[path: "metadata", "annotations", "ksx.dev/changed-by"] == "ada")
    #expect(body["metadata"]?.mapping?.keys == ["annotations"])
    #expect(try await !bench.installation().isEnabled)
    bench.transport.forget()
    try await bench.run("enable", "whizard", "--now")
    // The second asks whether more than the switch was taken away.
    #expect(bench.transport.requests.map(\.method) == [.patch, .get])
    #expect(try await bench.installation().isEnabled)
  }

  @Test func anEnableThatCannotBeStoredIsAFailure() async throws {
    let bench = try await installed()
    try await bench.run("disable", "whizard", "--now")
    bench.transport.answer { request in
      request.method == .patch
        ? .refusal(
          code: 500, reason: "InternalError",
          #"Internal error occurred: failed calling webhook "plans.kubesphere.io": Post "https://a.b.svc:443/": refused"#
        )
        : nil
    }

    let failure = try await bench.failure("enable", "whizard", "--now")

    #expect(failure.hasPrefix("enable whizard --now: the switch could not be stored: "), "\(failure)")
    #expect(try await !bench.installation().isEnabled)
  }

  @Test func whatAPolicyRefusesIsNoMissingRightAndHasAnotherWay() async throws {
    let bench = try await installed()
    bench.transport.answer { request in
      request.method == .patch
        ? .refusal(
          code: 403, reason: "Forbidden",
          #"installplans "whizard" is forbidden: ValidatingAdmissionPolicy 'freeze' with binding 'all' denied request: it is frozen"#
        )
        : nil
    }

    let failure = try await bench.failure("disable", "whizard", "--now")

    #expect(failure.contains("No right is missing: a rule of the cluster refuses it"), "\(failure)")
    #expect(failure.hasSuffix("ksx disable whizard --now --climb state takes it out of service without the switch."))
  }

  /// Who may patch the installation and nothing more has done all that is to be done.
  @Test(arguments: [("Installing", true), ("Upgrading", true), ("UpgradeFailed", false)])
  func whoMayOnlyPatchHasDoneItWhileTheControllersAreAtIt(state: String, isDone: Bool) async throws {
    let bench = try await installed()
    try await bench.report("whizard", ["state": .string(state)])
    bench.transport.answer { request in
      request.method == .get ? .refusal(code: 403, reason: "Forbidden", "no list for you") : nil
    }

    if isDone {
      try await bench.run("disable", "whizard", "--now")
      let note = "note: the switch is stored; what whizard has served so far cannot be looked at"
      #expect(bench.said.noted.contains(note))
    } else {
      #expect(
        try await bench.failure("disable", "whizard", "--now").contains(
          "looking at what whizard has"))
    }
  }

  @Test func theDialectMayBeSaid() async throws {
    let bench = try await installed(.subscription)

    let text = try await bench.run("disable", "whizard", "--now", "--dialect", "subscription")

    #expect(text.hasSuffix("undo: ksx enable whizard --now --dialect subscription\n"))
    #expect(bench.transport.requests.count == 1)
  }

  @Test func anUnknownClusterIsTriedAndNotAsked() async throws {
    let bench = try Workbench(.subscription)
    let object: Value = ["extension": ["name": "whizard", "version": "1.0.0"], "enabled": true]
    _ = try await bench.cluster.create(
      Dialect.subscription.installations,
      Object(Dialect.subscription.installations, name: "whizard", ["spec": object]))
    bench.transport.forget()

    try await bench.run("disable", "whizard", "--now")

    #expect(bench.transport.requests.map(\.method) == [.patch, .patch])
    #expect(bench.localState.knowledge(of: "unix:///test")?.capabilities.dialect == .subscription)
  }

  @Test func theHistoryTellsWhichReleaseWasSwitched() async throws {
    let bench = try Workbench()
    try await bench.offer()
    try await bench.run(
      "install", "whizard", "--version=1.0.0", "--yes", "--config", "-", input: "a: 1\n")

    try await bench.run("disable", "whizard", "--now")

    let value = try JSON.parse(Array(try await bench.run("history", "whizard", "-o", "json").utf8))
    let line = value["items"]?.sequence?.first
    #expect(line?["change"] == "disable" && line?["version"] == "1.0.0")
    #expect(line?["configDigest"] == .string(ConfigHash.of("a: 1\n")))
  }

  @Test func whatIsNotThereSaysWhatToTry() async throws {
    let bench = try await installed()

    #expect(
      try await bench.failure("disable", "nope", "--now")
        == "disable nope --now: unix:///test has no InstallPlan nope. ksx list shows what is installed; check --context"
    )
    #expect(
      try await bench.failure("disable", "whizard", "--now", "--dialect=subscription")
        == "disable whizard --now: unix:///test has no Subscriptions at all; try --dialect installplan, or check --context"
    )
  }

  @Test func aRehearsalByTheServerChangesNothing() async throws {
    let bench = try await installed()

    let text = try await bench.run("disable", "whizard", "--now", "--dry-run=server")

    #expect(text.contains("(the server would; nothing was changed)"))
    #expect(try await bench.installation().isEnabled)
  }
}

@Suite struct WaitingTests {
  @Test(.endsInTime) func waitingFollowsTheClusterToTheEnd() async throws {
    let bench = try Workbench()
    try await bench.offer()
    try await bench.run("install", "whizard", "--yes", "--version=1.0.0")
    try await bench.report("whizard", ["state": "Installing"])
    let waiting = Task {
      try await bench.run("upgrade", "whizard", "--yes", "--wait", "--timeout=50s")
    }
    // The controller answers when the upgrade has been asked for.
    while try await bench.installation().version != "1.1.0" { await Task.yield() }
    try await bench.report("whizard", ["state": "Installed", "version": "1.1.0", "enabled": true])

    #expect(try await waiting.value == "whizard: being upgraded to version 1.1.0 in test\n")
  }

  @Test(.endsInTime) func waitingEndsInTime() async throws {
    let bench = try Workbench()
    try await bench.offer()

    let sentence = try await bench.failure("install", "whizard", "--yes", "--wait", "--timeout=0")

    #expect(sentence == "whizard is not done after 0 s (no state yet); it goes on in the cluster")
  }

  @Test(.endsInTime) func whatIsNotCarriedOutIsNotSaidToGoOn() async throws {
    let bench = try Workbench()
    try await bench.offer()
    try await bench.run("install", "whizard", "--version=1.0.0", "--yes")
    try await bench.report("whizard", ["state": "Installed", "version": "1.0.0", "enabled": true])
    try await bench.cluster.delete(bench.dialect.extensionVersions, "whizard-1.0.0")

    let sentence = try await bench.failure("disable", "whizard", "--yes", "--wait", "--timeout=0")

    #expect(sentence.hasSuffix("; it is stored, and nothing goes on with it"), "\(sentence)")
  }
}
