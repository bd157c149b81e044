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

/// A plan by itself: all that is known, and nothing sent.
@Suite struct PlanCommandTests {
  /// Puts the package of a version where the cluster keeps packages.
  private func publish(_ files: [String: String], _ bench: Workbench, version: String = "1.1.0") async throws {
    var all = ["Chart.yaml": "name: whizard\nversion: \(version)\n"]
    all.merge(files) { $1 }
    let archive = Package(files: all.mapValues { Array($0.utf8) }).archive(folder: "whizard")
    // It may be there already.
    _ = try? await bench.cluster.create(.namespaces, Object(.namespaces, name: "kubesphere-system"))
    _ = try await bench.cluster.create(
      .configMaps,
      Object(
        .configMaps, name: "extension-whizard-\(version)-chart", namespace: "kubesphere-system",
        ["binaryData": ["chart.tgz": .string(Base64.encode(archive))]]))
  }

  private func plan(_ bench: Workbench, _ words: String...) async throws -> (status: Int32, plan: Value) {
    bench.transport.forget()
    var status: Int32 = 0
    do { try await bench.run(["plan"] + words + ["-o", "json"]) } catch let error as CommandError {
      status = error.verdict ?? -1
    }
    #expect(bench.transport.requests.allSatisfy { $0.method == .get || $0.target.contains("accessreviews") })
    let list = try JSON.parse(Array(bench.said.printed.utf8))
    #expect(list["apiVersion"] == "ksx.dev/v1" && list["kind"] == "PlanList")
    return (status, try #require(list["items"]?.sequence?.first))
  }

  private func result(_ subject: String, _ plan: Value) -> String {
    let found = (plan["checks"]?.sequence ?? []).filter { $0["subject"]?.string == subject }
    return found.map { check in
      let texts = check["texts"]?.sequence?.compactMap(\.string) ?? []
      return ([check["result"]?.string ?? ""] + texts).joined(separator: ": ")
    }.joined(separator: "\n")
  }

  @Test(arguments: [Dialect.installPlan, .subscription])
  func itSaysWhatWouldChangeAndWhatWasCheckedAndSendsNothing(dialect: Dialect) async throws {
    let bench = try Workbench(dialect)
    try await bench.offer()
    try await publish(
      [
        "values.yaml": "port: 80\nname: x\n", "values.schema.json": #"{"required":["name"]}"#,
        "templates/a.yaml": "apiVersion: mesh.example/v1\nkind: TrafficPolicy\n",
      ], bench)
    try await bench.run(
      "install", "whizard", "--version=1.0.0", "--yes", "--config", "-", input: "port: \"81\"\nnmae: y\n")
    try await bench.report("whizard", ["state": "Installed"])

    let (status, plan) = try await plan(bench, "upgrade", "whizard")

    #expect(status == 1)
    #expect(plan["verdict"] == "wouldChange")
    #expect(plan["change"] == "upgrade to 1.1.0")
    #expect(result("state", plan) == "passed")
    #expect(
      result("kinds", plan)
        == "warned: its chart has a TrafficPolicy (mesh.example/v1), which this cluster does not know")
    #expect(
      result("values", plan)
        == "warned: port is a text, and a number in the chart's defaults: nmae is none of the chart's values; did you mean name?"
    )
    #expect(result("dry-run", plan).hasPrefix("not made: "))
    #expect(
      plan["values"]?.sequence?.contains(["key": "port", "value": "81", "origin": "config"]) == true)
    #expect(result("schema", plan) == "passed")
  }

  @Test func theKubectlLineHasTheConfigInItUnlessThatHoldsSecretsAndIsWrittenThen() async throws {
    let bench = try Workbench()
    try await bench.offer()
    try await bench.run("install", "whizard", "--version=1.0.0", "--yes")

    let shown = try await plan(bench, "config", "set", "whizard", "port=81")
    #expect(
      shown.plan["kubectl"]?.string?.hasPrefix(#"printf %s '{"spec":{"config":"port: 81\n"}}' | kubectl patch "#)
        == true)
    #expect(!bench.said.printed.contains("console"))

    let folder = bench.folder
    await #expect(throws: CommandError.verdict(1)) {
      try await bench.run("plan", "config", "set", "whizard", "password=hunter2", "--write-files", folder)
    }
    #expect(bench.said.printed.contains("--patch-file=whizard-configure.json\n"))
    #expect(!bench.said.printed.contains("hunter2"))
    let file = try Files.text("\(folder)/whizard-configure.json")
    #expect(try JSON.parse(Array(file.utf8)) == ["spec": ["config": "password: hunter2\n"]])
  }

  @Test func takingKeysOutIsPlannedAsWell() async throws {
    let bench = try Workbench()
    try await bench.offer()
    try await bench.run("install", "whizard", "--version=1.0.0", "--yes", "--config", "-", input: "a: {b: 1}\nc: 2\n")

    let (status, plan) = try await plan(bench, "config", "unset", "whizard", "a.b")

    #expect(status == 1)
    #expect(plan["kubectl"]?.string?.hasPrefix(#"printf %s '{"spec":{"config":"c: 2\n"}}' | "#) == true)
  }

  @Test func aFilterChoosesWhatIsPlanned() async throws {
    let bench = try Workbench()
    for name in ["ant", "bee"] { try await bench.offer(name) }
    try await bench.run("install", "bee", "--version=1.0.0", "--yes")
    try await bench.report("bee", ["state": "Installed", "version": "1.0.0"])

    #expect(try await bench.verdict("plan", "upgrade", "--where", "installed update", "-o", "name") == 1)
    #expect(bench.said.printed == "bee wouldChange\n")
    #expect(try await bench.verdict("plan", "install", "-l", "kubesphere.io/category=observability", "-o", "name") == 2)
    #expect(bench.said.printed == "ant wouldChange\nbee cannot\n")
    #expect(try await bench.run("plan", "upgrade", "--where", "failed") == "")
    #expect(try await bench.failure("plan", "upgrade").hasPrefix("ksx upgrade needs NAME…"))
    #expect(try await bench.failure("plan", "place", "--where", "x") == "--where does not go with ksx plan place")
  }

  /// As the command itself would do it.
  @Test func whatIsNeededIsPlannedFirstAndCountsAsThere() async throws {
    let bench = try Workbench()
    try await bench.offer("base")
    try await bench.offer(
      "app", spec: ["externalDependencies": [["name": "base", "version": ">=1.0.0", "required": true]]])

    #expect(try await bench.verdict("plan", "install", "app", "base", "-o", "name") == 1)
    #expect(bench.said.printed == "base wouldChange\napp wouldChange\n")
    #expect(try await bench.verdict("plan", "install", "app", "-o", "name") == 2)
  }

  @Test func thePackagesOfSeveralAreLookedIntoAsWell() async throws {
    let bench = try Workbench()
    for name in ["whizard", "bee"] { try await bench.offer(name) }
    try await publish(["templates/a.yaml": "apiVersion: mesh.example/v1\nkind: TrafficPolicy\n"], bench)

    let plan = try await bench.run("install", "whizard", "bee", "--dry-run")

    #expect(plan.contains("  ! its chart has a TrafficPolicy (mesh.example/v1), which this cluster does not know"))
  }

  @Test func whatTheChartsSchemaRefusesCannotBeDone() async throws {
    let bench = try Workbench()
    try await bench.offer()
    try await publish(
      ["values.yaml": "port: 80\n", "values.schema.json": #"{"properties":{"port":{"type":"integer"}}}"#], bench)
    bench.transport.forget()

    #expect(try await bench.verdict("plan", "install", "whizard", "--config", "-", input: "port: \"81\"\n") == 2)
    #expect(bench.said.printed.contains("\n  ✗ schema: port must be integer, says the chart's schema\n"))
  }

  @Test func theExitStatusIsTheAnswer() async throws {
    let bench = try Workbench()
    try await bench.offer()
    try await bench.run("install", "whizard", "--version=1.1.0", "--yes")
    try await bench.report("whizard", ["state": "Installed", "version": "1.1.0", "enabled": true])

    #expect(try await plan(bench, "upgrade", "whizard").status == 0)
    #expect(try await plan(bench, "enable", "whizard").status == 0)
    #expect(try await plan(bench, "disable", "whizard").status == 1)
    #expect(try await plan(bench, "upgrade", "whizard", "--version=9.9.9").status == 2)
    #expect(try await plan(bench, "uninstall", "whizard").status == 1)
    #expect(
      try await bench.failure("plan", "list", "whizard")
        == "ksx plan is of a change, and list is none; see ksx help plan")
    #expect(
      try await bench.failure("plan", "enable", "whizard", "--version=1")
        == "--version does not go with ksx plan enable")
    #expect(Verb.named(in: ["plan", "upgrade", "--nonsense"])?.failureStatus == 2)
  }

  @Test func severalNamesMakeSeveralPlans() async throws {
    let bench = try Workbench()
    try await bench.offer("one", versions: ["1.0.0"])
    try await bench.offer("two", versions: ["1.0.0"])

    #expect(try await bench.verdict("plan", "install", "one", "two", "--version=1.0.0", "-o", "name") == 1)
    #expect(bench.said.printed == "one wouldChange\ntwo wouldChange\n")
  }

  @Test func whatIsMissingHasItsWayOut() async throws {
    let bench = try Workbench()
    try await bench.offer("logs", versions: ["2.0.0"], recommended: "2.0.0")
    try await bench.offer(
      versions: ["1.1.0"],
      spec: [
        "externalDependencies": [
          ["name": "logs", "version": ">=2", "required": true],
          ["name": "nowhere", "version": ">=1", "required": true],
        ]
      ])

    let (status, plan) = try await plan(bench, "install", "whizard")

    #expect(status == 2)
    #expect(
      plan["needs"]?.sequence?.compactMap { $0["wayOut"]?.string } == [
        "ksx install logs --version 2.0.0 first", "no repository here offers nowhere, as far as is known",
      ])
  }

  @Test func whatIsServedComesGoesAndCollides() async throws {
    let bench = try Workbench()
    try await bench.offer(versions: ["1.1.0"])
    let proxy = { (name: String, owner: String, path: String) in
      Object(
        bench.dialect.reverseProxies, name: name, labels: ["kubesphere.io/extension-ref": owner],
        ["spec": ["matcher": ["method": "*", "path": .string(path)], "upstream": ["url": "http://x"]]])
    }
    _ = try await bench.cluster.create(bench.dialect.reverseProxies, proxy("theirs", "other", "/proxy/one"))
    try await publish(
      [
        "templates/p.yaml":
          "kind: ReverseProxy\napiVersion: extensions.kubesphere.io/v1alpha1\nspec:\n"
          + "  matcher:\n    method: \"*\"\n    path: /proxy/one\n"
      ], bench)

    let (_, plan) = try await plan(bench, "install", "whizard")

    #expect(plan["comes"] == ["ReverseProxy * /proxy/one"])
    #expect(
      result("conflicts", plan)
        == "warned: ReverseProxy * /proxy/one is served already by theirs of other: the cluster refuses a second")
  }

  @Test(arguments: [("---\na: 1\n---\nb: 2\n", 4), ("a: 1\n... x\n", 2)])
  func aSecondDocumentIsPassedOverAsByHelmAndSaid(config: String, line: Int) async throws {
    let bench = try Workbench()
    try await bench.offer()
    try await bench.run("install", "whizard", "--version=1.1.0", "--yes")

    let words = ["plan", "config", "set", "whizard", "--config", "-", "-o", "json"]
    // It would change something.
    let verdict = await #expect(throws: CommandError.self) { try await bench.run(words, input: config) }?.verdict
    let plan = bench.said.printed
    try await bench.run(["config", "set", "whizard", "--yes"], input: config)

    #expect(verdict == 1 && plan.contains("line \(line)"))
    #expect(plan.contains("a second document begins here: only the first one counts"))
    #expect(try await bench.installation().config == config)
  }

  @Test func aConfigThatTheJobWouldRefuseIsRefusedBefore() async throws {
    let bench = try Workbench()
    try await bench.offer()
    try await bench.run("install", "whizard", "--version=1.1.0", "--yes")

    let long = "a: \"" + String(repeating: "x", count: 900_001) + "\"\n"

    #expect(
      try await bench.failure(["config", "set", "whizard", "--yes"], input: long).contains(
        "it is 900 kB: with what the job holds besides it must stay below 1 MiB, or the installation stays Preparing"))
  }
}
