import Client
import Extensions
import HTTP
import KubernetesAPI
import Manifest
import Testing

@testable import Commands

@Suite struct ListingTests {
  @Test(arguments: [Dialect.installPlan, .subscription])
  func aListShowsHowExtensionsStand(dialect: Dialect) async throws {
    let bench = try Workbench(dialect)
    try await bench.offer("whizard", title: "可观测")
    try await bench.offer("devops", recommended: "1.1.0", title: "DevOps")
    try await bench.run("install", "whizard", "--version", "1.0.0", "--yes")
    try await bench.report("whizard", ["state": "Installed"])

    #expect(
      try await bench.run("list") == """
        NAME      STATE       RUNNING   WANTED   RECOMMENDED   ENABLED   CATEGORY
        devops    -           -         -        1.1.0         -         observability
        whizard   Installed   1.0.0     1.0.0    1.1.0         yes       observability

        """)
    #expect(try await bench.run("list", "-o", "name") == "devops\nwhizard\n")
  }

  @Test func aListAsJSONIsAListOfWholeObjects() async throws {
    let bench = try Workbench()
    try await bench.offer()

    let list = try JSON.parse(Array(try await bench.run("list", "-o", "json").utf8))

    #expect(list["kind"] == "List")
    #expect(list["items"]?.sequence?.first?[path: "metadata", "name"] == "whizard")
    #expect(list["items"]?.sequence?.first?["kind"] == "Extension")
  }

  @Test(arguments: [Dialect.installPlan, .subscription])
  func aFilterIsThatOfTheConsole(dialect: Dialect) async throws {
    let bench = try Workbench(dialect)
    let needs: Mapping = ["externalDependencies": [["name": "devops", "version": ">=1", "required": false]]]
    try await bench.offer("whizard", spec: dialect == .installPlan ? needs : [:])
    try await bench.offer("devops", title: "DevOps")
    try await bench.run("install", "whizard", "--version", "1.0.0", "--yes")
    try await bench.report("whizard", ["state": "Installed"])
    try await bench.offer("gone", title: "Gone")
    try await bench.run("install", "gone", "--yes")
    try await bench.cluster.delete(dialect.extensions, "gone")

    #expect(try await bench.run("list", "--where", "installed update", "-o", "name") == "whizard\n")
    #expect(
      try await bench.run("list", "--where", "needs:devops", "-o", "name")
        == (dialect == .installPlan ? "whizard\n" : ""))
    #expect(try await bench.run("list", "--where", "!installed", "-o", "name") == "devops\n")
    #expect(try await bench.run("list", "--where", "installed", "-o", "name") == "whizard\ngone\n")
    #expect(try await bench.run("list", "--where", "!update installed").split(separator: "\n").count == 2)
    #expect(try await bench.run("list", "--where", "off") == "")
    #expect(bench.said.noted == "no extension matches off in test\n")
    #expect(
      try await bench.failure("list", "--where", "a stat:off")
        == "--where, column 3: there is no key stat; did you mean state?")
  }

  @Test func nothingIsPrintedWhereNothingIs() async throws {
    let bench = try Workbench()

    #expect(try await bench.run("list") == "")
    #expect(bench.said.noted == "no extensions in test\n")
  }

  @Test(arguments: [[], ["-o", "name"]])
  func aTextThatNothingMatchesIsNamed(format: [String]) async throws {
    let bench = try Workbench()
    try await bench.offer()

    #expect(try await bench.run(["list", "nonsense"] + format) == "")
    #expect(bench.said.noted == "no extension matches nonsense in test\n")
  }

  @Test func oneExtensionIsShownWithItsInstallation() async throws {
    let bench = try Workbench()
    try await bench.offer()
    try await bench.run("install", "whizard", "--yes")
    try await bench.report(
      "whizard",
      [
        "state": "InstallFailed", "targetNamespace": "extension-whizard",
        "conditions": [
          [
            "type": "Installed", "status": "False", "reason": "InstallFailed", "message": "helm\u{1b} says no",
            "lastTransitionTime": "2026-01-01T00:00:00Z",
          ]
        ],
      ])

    let text = try await bench.run("get", "whizard")

    #expect(
      text.contains(
        "\nInstalled:    InstallPlan whizard\nWanted:       1.1.0\nFailed:       1.1.0\nState:        InstallFailed\n"),
      "\(text)")
    #expect(text.contains("\nMessage:      helm\u{fffd} says no\n"), "\(text)")
    #expect(text.hasSuffix("\nConfig:       the chart's defaults\n"), "\(text)")
  }

  @Test(arguments: [Dialect.installPlan, .subscription])
  func whatIsInstalledAndNoLongerOfferedIsARow(dialect: Dialect) async throws {
    let bench = try Workbench(dialect)
    try await bench.offer()
    try await bench.run("install", "whizard", "--version", "1.0.0", "--yes")
    try await bench.report("whizard", ["state": "Installed"])
    try await bench.cluster.delete(dialect.extensions, "whizard")

    #expect(
      try await bench.run("list").contains("whizard   Installed, no longer offered   1.0.0     1.0.0    -"))
    #expect(try await bench.run("list", "-o", "name") == "whizard\n")
    #expect(try await bench.run("list", "whiz", "-o", "name") == "whizard\n")
    #expect(try await bench.run("list", "-o", "yaml").contains("kind: \(dialect.installations.kind)"))
    #expect(try await bench.run("get", "whizard").contains("Installed, no longer offered\n"))
  }

  @Test func aSubscriptionThatIsNotCalledLikeItsExtensionIsItsInstallation() async throws {
    let bench = try Workbench(.subscription)
    try await bench.offer("devops", versions: ["0.10.0"], recommended: "0.10.0")
    _ = try await bench.cluster.create(
      Dialect.subscription.installations,
      Object(
        Dialect.subscription.installations, name: "devops-0.10.0",
        ["spec": ["extension": ["name": "devops", "version": "0.10.0"], "enabled": true]]))

    #expect(try await bench.run("list").contains("devops   Waiting   -         0.10.0"))
    #expect(try await bench.run("disable", "devops", "--yes") == "devops: disabled in test\n")
  }

  @Test func everyFieldOfTheFirstDesignIsShown() async throws {
    let bench = try Workbench(.subscription)
    let dialect = bench.dialect
    let maintainers: Value = [
      ["name": "kubesphere", "email": "devops.kubesphere.io", "url": "https://kubesphere.io"]
    ]
    let objects: [(Resource, String, Mapping)] = [
      (
        dialect.repositories, "builtin",
        [
          "displayName": "Builtin Repository", "publisher": "admin@kubesphere.io", "image": "docker.io/builtin:latest",
          "updateStrategy": ["registryPoll": ["interval": "10m"]],
        ]
      ), (dialect.categories, "devops", ["displayName": "DevOps", "description": "Build and deliver"]),
      (
        dialect.extensionVersions, "devops-v0.10.1",
        [
          "repo": "builtin", "version": "0.10.0", "minKubeVersion": "1.17.0", "sources": "https://git.example/devops",
          "digest": "7easd", "maintainers": maintainers,
        ]
      ),
      (
        dialect.installations, "devops-0.10.0",
        [
          "extension": ["name": "devops", "version": "v0.10.0"], "enabled": true, "targetNamespace": "devops-system",
        ]
      ),
    ]
    for (resource, name, spec) in objects {
      _ = try await bench.cluster.create(resource, Object(resource, name: name, ["spec": .mapping(spec)]))
    }
    _ = try await bench.cluster.create(
      dialect.extensions,
      Object(
        dialect.extensions, name: "devops", labels: ["extensions.kubesphere.io/category": "devops"],
        ["spec": ["displayName": "DevOps", "description": "The Extension", "maintainers": maintainers]]))

    let text = try await bench.run("get", "devops", "-o", "wide")

    for (label, value) in [
      ("Description", "The Extension"), ("Category", "devops"), ("Category title", "DevOps"),
      ("Category about", "Build and deliver"), ("Installed", "Subscription devops-0.10.0"), ("Wanted", "v0.10.0"),
      ("Namespace", "devops-system"), ("Version object", "devops-v0.10.1"), ("Minimum Kubernetes", "1.17.0"),
      ("Sources", "https://git.example/devops"), ("Digest", "7easd"),
      ("Maintainers", "kubesphere <devops.kubesphere.io> https://kubesphere.io"),
      ("Repository title", "Builtin Repository"), ("Publisher", "admin@kubesphere.io"),
      ("Repository address", "docker.io/builtin:latest"), ("Read every", "10m"),
    ] {
      let line = text.split(separator: "\n").first { $0.hasPrefix(label + ":") }
      #expect(line?.hasSuffix(" " + value) == true, "\(label): \(line ?? "no line")")
    }
  }

  @Test func afterAFailedUpgradeTheVersionBeforeItIsTheOneThatRuns() async throws {
    let bench = try Workbench()
    try await bench.offer()
    try await bench.run("install", "whizard", "--version", "1.0.0", "--yes")
    try await bench.report("whizard", ["state": "Installed", "version": "1.0.0", "enabled": true])
    try await bench.run("upgrade", "whizard", "--yes")
    try await bench.report("whizard", ["state": "UpgradeFailed", "version": "1.1.0", "enabled": true])

    #expect(try await bench.run("list").contains("whizard   UpgradeFailed   1.0.0     1.1.0"))
    let text = try await bench.run("get", "whizard")
    #expect(text.contains("Running:      1.0.0\nWanted:       1.1.0\nFailed:       1.1.0\n"), "\(text)")
    let versions = try await bench.run("versions", "whizard")
    #expect(versions.contains("1.0.0     running") && versions.contains("1.1.0     wanted, failed"), "\(versions)")
  }

  @Test(arguments: [Dialect.installPlan, .subscription])
  func aVersionThatNoRepositoryHasAnyMoreIsSaidToBeGone(dialect: Dialect) async throws {
    let bench = try Workbench(dialect)
    try await bench.offer()
    try await bench.run("install", "whizard", "--version", "1.0.0", "--yes")
    try await bench.report("whizard", ["state": "Installed"])
    let objects = try await bench.cluster.list(dialect.extensionVersions)
    let object = try #require(objects.first { $0.spec["version"] == "1.0.0" })
    let note: Value = [ExtensionVersion.goneAnnotation: "2026-05-04T10:00:00Z"]
    _ = try await bench.cluster.patch(
      dialect.extensionVersions, object.name, ["metadata": ["annotations": note]])

    let versions = try await bench.run("versions", "whizard")
    let sheet = try await bench.run("get", "whizard")
    let plan = try await bench.run("upgrade", "whizard", "--dry-run=client")

    #expect(versions.contains("1.0.0     running, gone from its repository since 2026-05-04"), "\(versions)")
    #expect(sheet.contains("Offered:      version 1.0.0 is gone from its repository since 2026-05-04\n"), "\(sheet)")
    #expect(plan.contains("once it is left there is no way back to it"), "\(plan)")
  }

  /// A user who may read Extension but not ExtensionVersion.
  @Test func whoMayNotReadVersionsSeesThoseThatTheExtensionNames() async throws {
    let bench = try Workbench()
    try await bench.offer()
    _ = try await bench.cluster.patch(
      Dialect.installPlan.extensions, "whizard",
      ["status": ["versions": [["version": "1.0.0"], ["version": "1.1.0"]]]])
    bench.transport.answer { request in
      request.target.contains("extensionversions")
        ? .refusal(code: 403, reason: "Forbidden", "you may not list extensionversions") : nil
    }

    let versions = try await bench.run("versions", "whizard")
    #expect(versions.split(separator: "\n").map { $0.prefix(5) } == ["VERSI", "1.1.0", "1.0.0"])
    #expect(bench.said.noted.contains("you may not list versions"))
    #expect(try await bench.run("get", "whizard").contains("Versions:     1.1.0, 1.0.0"))
    let plan = try await bench.run("install", "whizard", "--dry-run=client")
    #expect(plan.contains("+ InstallPlan whizard, version 1.1.0, enabled"))
    #expect(plan.contains("! the versions of whizard cannot be read"))
    try await bench.run("install", "whizard", "--version", "1.0.0", "--yes")
    try await bench.run("disable", "whizard", "--yes")
    #expect(
      try await bench.failure("upgrade", "whizard", "--version", "3.0.0", "--yes").contains("has no version 3.0.0"))
  }

  private func installed(refusing word: String) async throws -> Workbench {
    let bench = try Workbench()
    try await bench.offer()
    try await bench.run("install", "whizard", "--version", "1.0.0", "--yes")
    try await bench.report("whizard", ["state": "Installed", "version": "1.0.0", "enabled": true])
    _ = try await bench.cluster.patch(
      Dialect.installPlan.extensions, "whizard", ["status": ["state": "Installed", "installedVersion": "1.0.0"]])
    bench.said.clear()
    bench.transport.answer { request in
      let path = request.target.prefix { $0 != "?" }
      return path.hasSuffix("/" + word) ? .refusal(code: 403, reason: "Forbidden", "you may not list \(word)") : nil
    }
    return bench
  }

  @Test func whatMayNotBeReadIsUnknownAndNotAbsent() async throws {
    let bench = try await installed(refusing: "installplans")

    let list = try await bench.run("list")
    #expect(list.contains("Installed") && !list.contains(" no"))
    #expect(bench.said.noted.contains("whether it is enabled, is not known"))
    #expect(try await bench.run("list", "--where", "installed").contains("whizard"))
    #expect(try await bench.run("get", "whizard").contains("not known: you may not list InstallPlan objects"))
    // One object can be read and changed by its name.
    #expect(try await bench.run("disable", "whizard", "--yes").contains("whizard"))
    #expect(try await bench.run("config", "get", "whizard") == "")
  }

  @Test func whatIsInstalledIsShownToWhoMayNotSeeWhatIsOffered() async throws {
    let bench = try await installed(refusing: "extensions")

    let list = try await bench.run("list")
    #expect(list.contains("whizard") && !list.contains("no longer offered"))
    #expect(bench.said.noted.contains("you may not list extensions"))
  }

  /// As kubectl 1.32 prints objects.
  @Test(arguments: ["yaml", "json"])
  func whoSetWhichFieldIsNotPrinted(format: String) async throws {
    let bench = try await installed(refusing: "nothing")
    let object = try await bench.cluster.get(Dialect.installPlan.installations, "whizard")
    try #require(object.value[path: "metadata", "managedFields"] != nil)

    #expect(try await !bench.run("get", "whizard", "-o", format).contains("managedFields"))
    #expect(try await !bench.run("list", "-o", format).contains("managedFields"))
  }

  @Test func aMistypedNameIsNotSettled() async throws {
    let bench = try await installed(refusing: "nothing")

    #expect(try await bench.failure("wait", "nope").contains("has no extension nope"))
    #expect(try await bench.run("wait", "nope", "--for=gone") == "nope is gone\n")
  }

  @Test func whatIsInstalledAndNoLongerOfferedIsSaidToBe() async throws {
    let bench = try await installed(refusing: "nothing")
    let dialect = Dialect.installPlan
    for version in try await bench.cluster.list(dialect.extensionVersions) {
      _ = try await bench.cluster.delete(dialect.extensionVersions, version.name)
    }
    _ = try await bench.cluster.delete(dialect.extensions, "whizard")

    let words = try await bench.failure("versions", "whizard")

    #expect(words.contains("whizard is installed, and test offers no version of it any more"))
  }

  @Test func versionsStandNewestFirst() async throws {
    let bench = try Workbench()
    try await bench.offer(versions: ["1.2.0", "1.10.0", "1.9.0"], recommended: "1.9.0")

    let text = try await bench.run("versions", "whizard")

    let firsts = text.split(separator: "\n").compactMap { $0.split(separator: " ").first.map(String.init) }
    #expect(firsts == ["VERSION", "1.10.0", "1.9.0", "1.2.0"])
    #expect(text.contains("1.9.0     recommended"))
  }

  @Test(arguments: ["get", "versions"])
  func whatIsNotThereIsNamed(verb: String) async throws {
    #expect(try await Workbench().failure(verb, "nope") == "test has no extension nope; ksx list shows those it has")
  }

  @Test func aConfigIsPrintedByteForByte() async throws {
    let bench = try Workbench()
    try await bench.offer()
    try await bench.run("install", "whizard", "--yes", "--config", "-", input: "# why\na:   1\n\n")

    #expect(try await bench.run("config", "get", "whizard") == "# why\na:   1\n\n")
  }
}
