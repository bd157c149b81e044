import Extensions
import Manifest
import Testing

@testable import Commands

/// `ksx install --target-namespace`: chosen once, shown, and refused where it cannot be.
@Suite struct TargetNamespaceTests {
  @Test(arguments: [([], "extension-whizard"), (["--target-namespace", "devops-system"], "devops-system")])
  func anInstallGoesWhereItIsSent(options: [String], namespace: String) async throws {
    let bench = try Workbench(.subscription)
    try await bench.offer()

    let plan = try await bench.run(["install", "whizard", "--dry-run=client"] + options)
    try await bench.run(["install", "whizard", "--yes"] + options)

    #expect(plan.contains("+ namespace \(namespace)\n"), "\(plan)")
    #expect(try await bench.installation().wantedNamespace == namespace)
    #expect(try await bench.run("get", "whizard").contains("Namespace:    \(namespace)\n"))
  }

  @Test func whatIsInstalledStaysWhereItIs() async throws {
    let bench = try Workbench(.subscription)
    try await bench.offer()
    try await bench.run("install", "whizard", "--yes", "--target-namespace", "here")

    let refusal = try await bench.failure("install", "whizard", "--yes", "--target-namespace", "there")

    #expect(
      refusal.contains("whizard is in namespace here, where it stays: a release cannot move to there"), "\(refusal)")
    #expect(
      try await bench.failure("upgrade", "whizard", "--target-namespace", "there")
        == "--target-namespace does not go with ksx upgrade")
  }

  @Test(arguments: [
    (Dialect.installPlan, "mine", "namespace mine cannot be chosen: the cluster chooses the namespace itself"),
    (.subscription, "No Name", "“No Name” can be no namespace"),
  ])
  func whatCannotBeIsRefused(dialect: Dialect, namespace: String, words: String) async throws {
    let bench = try Workbench(dialect)
    try await bench.offer()

    let refusal = try await bench.failure("install", "whizard", "--yes", "--target-namespace", namespace)

    #expect(refusal.contains(words), "\(refusal)")
  }

  @Test func theNamespaceOfTheContextIsNotTakenForIt() async throws {
    let bench = try Workbench(.subscription)
    try await bench.offer()

    try await bench.run("install", "whizard", "--yes", "-n", "mine")

    #expect(try await bench.installation().wantedNamespace == "extension-whizard")
    #expect(bench.said.noted.contains("--target-namespace says where whizard goes"))
  }
}
