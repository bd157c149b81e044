import Client
import Extensions
import HTTP
import KubernetesAPI
import Manifest
import Packages
import Platform
import TestSupport
import Testing

@testable import Commands

@Suite struct ChangingTests {
  @Test(arguments: [Dialect.installPlan, .subscription])
  func anExtensionGoesThroughItsWholeLife(dialect: Dialect) async throws {
    let bench = try Workbench(dialect)
    try await bench.offer()

    #expect(
      try await bench.run("install", "whizard", "--version", "v1.0.0", "--yes")
        == "whizard: being installed, version 1.0.0 in test\n")
    try await bench.report("whizard", ["state": "Installed"])
    #expect(try await bench.run("upgrade", "whizard", "--yes") == "whizard: being upgraded to version 1.1.0 in test\n")
    #expect(try await bench.run("disable", "whizard", "--yes") == "whizard: disabled in test\n")
    #expect(try await bench.run("enable", "whizard", "--yes") == "whizard: enabled in test\n")
    #expect(
      try await bench.run("config", "set", "whizard", "--yes", input: "a: 1 # one\n")
        == "whizard: config replaced in test\n")
    #expect(try await bench.installation().version == "1.1.0")
    // The first design keeps an object, and ksx the text.
    #expect(try await bench.installation().config == (dialect == .subscription ? "a: 1\n" : "a: 1 # one\n"))
    #expect(try await bench.run("config", "get", "whizard") == "a: 1 # one\n")
    #expect(
      try await bench.run("rollback", "whizard", "--version", "1.0.0", "--yes")
        == "whizard: going back to version 1.0.0 in test\n")
    #expect(try await bench.installation().version == "1.0.0")
    #expect(try await bench.installation().config == "")
    #expect(try await bench.run("uninstall", "whizard", "--yes") == "whizard: being uninstalled in test\n")
    #expect(try await bench.failure("disable", "whizard", "--yes") == "cannot disable: whizard is not installed")
  }

  /// As after a disable, whose end the controllers are still noting in the object.
  @Test(arguments: [1, 3])
  func aChangeThatStillMeansTheSameIsSentAgain(conflicts: Int) async throws {
    let bench = try Workbench()
    try await bench.offer()
    try await bench.run("install", "whizard", "--yes")
    let left = Locked(conflicts)
    bench.transport.answer { request in
      guard request.method == .patch, left.withLock({ $0 > 0 }) else { return nil }
      left.withLock { $0 -= 1 }
      return .refusal(code: 409, reason: "Conflict", "the object has been modified")
    }

    #expect(try await bench.run("disable", "whizard", "--yes") == "whizard: disabled in test\n")
    #expect(try await !bench.installation().isEnabled)
  }

  /// KubeSphere's do so while a chart cannot be fetched: every version that is read is old when the patch arrives.
  @Test func controllersThatWriteTheStatusAllTheTimeStopNoChange() async throws {
    let bench = try Workbench()
    try await bench.offer()
    try await bench.run("install", "whizard", "--version", "1.0.0", "--yes", "--config", "-", input: "a: 1 # one\n")
    bench.transport.answer { request in
      let isMerge = request.method == .patch && request.headers["Content-Type"] == "application/merge-patch+json"
      return isMerge ? .refusal(code: 409, reason: "Conflict", "the object has been modified") : nil
    }

    #expect(try await bench.run("disable", "whizard", "--yes") == "whizard: disabled in test\n")
    #expect(
      try await bench.run("upgrade", "whizard", "--version", "1.1.0", "--yes")
        == "whizard: being upgraded to version 1.1.0 in test\n")
    let installation = try await bench.installation()
    #expect(!installation.isEnabled && installation.version == "1.1.0" && installation.config == "a: 1 # one\n")
    #expect(installation.notes.keys.contains { $0.hasSuffix("changed-by") })
  }

  /// The patch names what was read of the spec: a change of that is never written over.
  @Test func aChangeOfTheSpecInTheLastMomentIsKept() async throws {
    let bench = try Workbench()
    try await bench.offer()
    try await bench.run("install", "whizard", "--version", "1.0.0", "--yes")
    let object = try await bench.cluster.get(bench.dialect.installations, "whizard")
    let capabilities = Capabilities(assuming: bench.dialect)
    let write = Change.disable.write(to: "whizard", installation: Installation(object), in: capabilities)
    let patch = try #require(write.patch(whileSpecIsThatOf: object))
    _ = try await bench.cluster.patch(bench.dialect.installations, "whizard", ["spec": ["config": "b: 2\n"]])

    let failure = await #expect(throws: ClusterError.self) {
      try await bench.cluster.patch(bench.dialect.installations, "whizard", patch)
    }
    #expect(failure?.status?.code == 422)
    #expect(try await bench.installation().isEnabled)
  }

  @Test func whatTheControllersDoMeanwhileIsNoOtherMeaning() async throws {
    let bench = try Workbench()
    try await bench.offer()
    try await bench.run("install", "whizard", "--yes")
    try await bench.report("whizard", ["state": "Preparing"])
    let object = try await bench.cluster.get(bench.dialect.installations, "whizard")
    let later = object.value.setting(["status"], to: ["state": "Installing", "targetNamespace": "whizard-system"])
    let list: Value = ["kind": "InstallPlanList", "metadata": ["resourceVersion": "99"], "items": [later]]
    let isRefused = Locked(false)
    bench.transport.answer { request in
      let wasRefused = isRefused.withLock { $0 }
      if request.method == .patch, !wasRefused {
        isRefused.withLock { $0 = true }
        return .refusal(code: 409, reason: "Conflict", "the object has been modified")
      }
      // The object itself comes as it is.
      let isList =
        request.method == .get && request.target.contains("/installplans") && !request.target.contains("/installplans/")
      return isList && wasRefused ? HTTPResponse(status: 200, bytes: JSON.bytes(list)) : nil
    }

    #expect(
      try await bench.run("config", "set", "whizard", "a=1", "--yes") == "whizard: config replaced in test\n")
  }

  @Test func aChangeThatMeansSomethingElseByNowIsNotSentAgain() async throws {
    let bench = try Workbench()
    try await bench.offer()
    try await bench.run("install", "whizard", "--version", "1.0.0", "--yes", "--config", "-", input: "a: 1\n")
    let object = try await bench.cluster.get(bench.dialect.installations, "whizard")
    let other = object.value.setting(["spec", "config"], to: "a: 2\n")
    let list: Value = ["kind": "InstallPlanList", "metadata": ["resourceVersion": "99"], "items": [other]]
    let isRefused = Locked(false)
    bench.transport.forget()
    bench.transport.answer { request in
      if request.method == .patch {
        isRefused.withLock { $0 = true }
        return .refusal(code: 409, reason: "Conflict", "the object has been modified")
      }
      // Another user has changed the config meanwhile.
      let isList = request.method == .get && request.target.contains("/installplans")
      return isList && isRefused.withLock { $0 } ? HTTPResponse(status: 200, bytes: JSON.bytes(list)) : nil
    }

    let sentence = try await bench.failure(["config", "set", "whizard", "--yes"], input: "a: 3\n")

    #expect(sentence.contains("has a newer version of it (409)"))
    #expect(bench.transport.requests.count { $0.method == .patch } == 1)
  }

  @Test func aConfigThatWasChangedMeanwhileIsShownAsItIsWithWhatDiffers() async throws {
    let bench = try Workbench(.subscription)
    try await bench.offer()
    try await bench.run("install", "whizard", "--yes", "--config", "-", input: "# mine\na: 1\nb: 2\n")
    #expect(try await bench.run("config", "get", "whizard") == "# mine\na: 1\nb: 2\n")

    _ = try await bench.cluster.patch(bench.dialect.installations, "whizard", ["spec": ["config": ["a": 9]]])

    #expect(try await bench.run("config", "get", "whizard") == "a: 9\nb: 2\n")
    #expect(bench.said.noted.hasSuffix("last written here:\n- a: 1\n+ a: 9\n"), "\(bench.said.noted)")
  }

  @Test func agentsArePlacedOnNamedClusters() async throws {
    let bench = try Workbench()
    try await bench.offer(versions: ["1.0.0"], recommended: "1.0.0", spec: ["installationMode": "Multicluster"])
    try await bench.run("install", "whizard", "--yes")

    #expect(
      try await bench.run("place", "whizard", "--clusters=east,west,east", "--yes")
        == "whizard: agents placed in test\n")
    #expect(try await bench.installation().clusters == ["east", "west"])
    #expect(
      try await bench.run("place", "whizard", "--clusters=", "--yes") == "whizard: agents being removed in test\n")
    #expect(try await bench.installation().clusters == [])
    #expect(try await bench.failure("place", "whizard", "--yes").hasPrefix("ksx place needs --clusters"))
  }

  @Test func withoutATerminalNothingIsChangedUnasked() async throws {
    let bench = try Workbench()
    try await bench.offer()

    let sentence = try await bench.failure("install", "whizard")

    #expect(
      sentence
        == "nothing was changed: without a terminal ksx install needs --yes (or --dry-run=client to see the plan)")
    #expect(!bench.transport.requests.contains { $0.method != .get && $0.target.contains("installplans") })
  }

  @Test func aPersonIsShownThePlanAndAsked() async throws {
    let bench = try Workbench()
    try await bench.offer()

    #expect(try await bench.failure("install", "whizard", answer: "n") == "nothing was changed")
    #expect(
      bench.said.noted.hasPrefix("Install whizard 1.1.0 in test\n  + InstallPlan whizard, version 1.1.0, enabled\n"))
    #expect(bench.said.noted.hasSuffix("Do this in test? [y/N] \n"))
    try await bench.run("install", "whizard", answer: "y")
    #expect(try await bench.installation().version == "1.1.0")
  }

  @Test func aRehearsalChangesNothing() async throws {
    let bench = try Workbench()
    try await bench.offer()

    let plan = try await bench.run("install", "whizard", "--dry-run=client")
    let asked = try await bench.run("install", "whizard", "--dry-run=server")

    #expect(plan.hasPrefix("Install whizard 1.1.0 in test\n"))
    #expect(plan.contains("| kubectl create -f -\n"))
    #expect(
      asked == plan + "  the server would accept this; nothing was changed\n  it looked at InstallPlan whizard alone: "
        + "schema, rights, admission. What its chart then does was not tried\n")
    #expect(bench.transport.requests.last?.target.contains("dryRun=All") == true)
    #expect(try await bench.cluster.list(Dialect.installPlan.installations).isEmpty)
  }

  @Test func aPlanIsDataToo() async throws {
    let bench = try Workbench()
    try await bench.offer()

    let plan = try JSON.parse(Array(try await bench.run("install", "whizard", "--dry-run=client", "-o", "json").utf8))

    #expect(plan["change"] == "install 1.1.0")
    #expect(plan["effects"]?.sequence?.first == ["sign": "+", "text": "InstallPlan whizard, version 1.1.0, enabled"])
  }

  @Test func whatBlocksIsTheError() async throws {
    let bench = try Workbench()
    try await bench.offer(
      versions: ["1.0.0"], spec: ["externalDependencies": [["name": "opensearch", "version": ">=2", "required": true]]])

    #expect(
      try await bench.failure("install", "whizard", "--version=1.0.0", "--yes")
        == "cannot install 1.0.0: it needs opensearch >=2, which is not installed")
    #expect(
      try await bench.failure("install", "whizard", "--version=3.0.0", "--yes")
        == "cannot install 3.0.0: whizard has no version 3.0.0; there is 1.0.0")
    #expect(
      try await bench.failure("install", "nope", "--yes") == "test has no extension nope; ksx list shows those it has")
  }

  /// KubeSphere's own version comes from its gateway, or from the release of ks-core.
  @Test func aConditionOnKubeSphereIsHeldAgainstWhatKsCoreIs() async throws {
    let bench = try Workbench()
    try await bench.offer(versions: ["1.1.0"], spec: ["ksVersion": ">=4.2.0"])
    let plan = ["install", "whizard", "--dry-run=client"]
    #expect(
      try await bench.run(plan).contains(
        "! it needs KubeSphere >=4.2.0; the version of KubeSphere is not known here, so that is not checked"))
    let packed = Base64.encode(Gzip.pack(Array(#"{"chart":{"metadata":{"appVersion":"v4.1.3"}}}"#.utf8)))
    _ = try await bench.cluster.create(.namespaces, Object(.namespaces, name: "kubesphere-system"))
    let labels = ["owner": "helm", "name": "ks-core", "status": "deployed", "version": "1"]
    var secret = Object(
      .secrets, name: "sh.helm.release.v1.ks-core.v1", labels: labels,
      ["data": ["release": .string(Base64.encode(Array(packed.utf8)))]])
    secret.value = secret.value.setting(["metadata", "namespace"], to: "kubesphere-system")
    _ = try await bench.cluster.create(.secrets, secret)

    #expect(
      try await bench.failure("install", "whizard", "--dry-run=client")
        == "cannot install 1.1.0: it needs KubeSphere >=4.2.0; this is v4.1.3")
  }

  /// Neither the versions nor who needs whom nor the server's version is needed for the write.
  @Test(arguments: [["disable"], ["enable"], ["rollback"], ["uninstall"], ["config", "set"]])
  func whatTheWriteDoesNotNeedIsNotWaitedFor(words: [String]) async throws {
    let bench = try Workbench()
    try await bench.offer()
    try await bench.run("install", "whizard", "--version", "1.0.0", "--yes")
    try await bench.run("upgrade", "whizard", "--yes")
    if words == ["enable"] { try await bench.run("disable", "whizard", "--yes") }
    bench.transport.answer { request in
      request.target.contains("installplans") ? nil : .refusal(code: 503, reason: "ServiceUnavailable", "out of order")
    }

    let text = try await bench.run(words + ["whizard", "--yes"], input: "a: 7\n")

    #expect(text.hasPrefix("whizard: "))
    if words == ["rollback"] {
      #expect(bench.said.noted.contains("the versions of whizard cannot be read"), "\(bench.said.noted)")
    }
  }

  @Test(.endsInTime, arguments: [["disable"], ["rollback"], ["uninstall"]])
  func aServerThatHangsHoldsUpNoWriteThatDoesNotNeedIt(words: [String]) async throws {
    let clock = TestClock()
    let bench = try Workbench(timing: clock.timing)
    try await bench.offer()
    try await bench.offer("loki", versions: ["1.0.0"], recommended: "1.0.0")
    try await bench.run("install", "whizard", "--version", "1.0.0", "--yes")
    try await bench.run("install", "loki", "--yes")
    try await bench.run("upgrade", "whizard", "--yes")
    bench.transport.hold { !$0.target.contains("installplans") }

    let text = try await bench.run(words + ["whizard", "--yes"])

    #expect(text.hasPrefix("whizard: "))
    #expect(bench.said.noted.contains("cannot be read (no answer for 5 s)"), "\(bench.said.noted)")
    #expect(clock.waits.allSatisfy { $0 == .seconds(5) })
  }

  @Test func aRollbackToNowhereSaysWhatToSay() async throws {
    let bench = try Workbench()
    try await bench.offer()
    try await bench.run("install", "whizard", "--yes")

    #expect(
      try await bench.failure("rollback", "whizard", "--yes")
        == "no earlier version of whizard is known here, in test; say which with --version (ksx versions whizard)")
  }

  @Test func readOnlyRefusesBeforeAnythingIsAsked() async throws {
    let bench = try Workbench()

    #expect(
      try await bench.failure("disable", "whizard", "--now", "--read-only")
        == "nothing was changed: --read-only refuses ksx disable")
    #expect(bench.transport.requests.isEmpty)
  }
}
