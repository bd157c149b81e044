import Extensions
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
        NAME      STATE       INSTALLED   RECOMMENDED   ENABLED   CATEGORY
        devops    -           -           1.1.0         -         observability
        whizard   Installed   1.0.0       1.1.0         yes       observability

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

  @Test func nothingIsPrintedWhereNothingIs() async throws {
    let bench = try Workbench()

    #expect(try await bench.run("list") == "")
    #expect(bench.said.noted == "no extensions in test\n")
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
      text.contains("\nInstalled:    InstallPlan whizard, version 1.1.0\nState:        InstallFailed\n"), "\(text)")
    #expect(text.contains("\nMessage:      helm\u{fffd} says no\n"), "\(text)")
    #expect(text.hasSuffix("\nConfig:       the chart's defaults\n"), "\(text)")
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
