import Client
import Extensions
import HTTP
import KubernetesAPI
import Manifest
import Platform
import TestSupport
import Testing

@testable import Commands

/// What is wrong, told by a command.
@Suite struct DoctorTests {
  private func installed(_ dialect: Dialect = .installPlan) async throws -> Workbench {
    let bench = try Workbench(dialect)
    try await bench.offer()
    try await bench.run("install", "whizard", "--yes")
    try await bench.report("whizard", ["state": "Installed"])
    _ = try await bench.cluster.patch(dialect.extensions, "whizard", ["status": ["state": "Installed"]])
    return bench
  }

  @Test(arguments: [Dialect.installPlan, .subscription])
  func theExitStatusIsTheAnswer(dialect: Dialect) async throws {
    let bench = try await installed(dialect)
    // The release of what ksxd does not keep is helm's, and there is none here.
    #expect(try await bench.verdict("doctor", "whizard") == (dialect == .installPlan ? 1 : 0))
    try await bench.cluster.delete(dialect.extensionVersions, "whizard-1.1.0")

    #expect(try await bench.verdict("doctor", "whizard", "-o", "name") == 1)
    #expect(bench.said.printed.hasPrefix("whizard version-gone\n"))
    #expect(try await bench.failure("doctor", "nothing") == "nothing is not installed in test")
    #expect(Verb.doctor.failureStatus == 2)
  }

  @Test func aFindingHasItsSignsAndWhatHelps() async throws {
    let bench = try await installed()
    try await bench.cluster.delete(bench.dialect.extensionVersions, "whizard-1.1.0")

    #expect(try await bench.verdict("doctor", "whizard") == 1)
    let text = bench.said.printed
    #expect(
      text.hasPrefix(
        "whizard: version 1.1.0 is no longer offered: changes are taken and not carried out [version-gone, certain]\n"))
    #expect(text.contains("  seen: ExtensionVersion whizard-1.1.0: not there\n"))
    #expect(
      text.contains(
        "  remedy: set the version to 1.0.0\n"
          + #"    kubectl patch installplans.kubesphere.io whizard --type=merge -p '{"spec":{"extension":{"version":"1.0.0"}}}'"#
      ))
  }

  @Test func nothingIsChangedAndADeadWebhookIsSeenByADryRun() async throws {
    let bench = try await installed()
    bench.transport.forget()
    bench.transport.answer { request in
      guard request.method == .patch else { return nil }
      return .refusal(
        code: 500, reason: "InternalError",
        #"Internal error occurred: failed calling webhook "installplans.kubesphere.io": connection refused"#)
    }

    #expect(try await bench.verdict("doctor", "-o", "json") == 1)
    let found = try JSON.parse(Array(bench.said.printed.utf8))["findings"]?.sequence ?? []
    #expect(found.first?["cause"] == "webhook-down")
    let writes = bench.transport.requests.filter { $0.method != .get }
    #expect(writes.allSatisfy { $0.target.contains("dryRun=All") })
  }

  /// The API server names the webhook only once it gives it up.
  @Test func aWebhookThatHangsAndIsNotTheControllersIsNamed() async throws {
    let bench = try await installed()
    let rule: Value = [
      "apiGroups": ["*"], "apiVersions": ["*"], "operations": ["UPDATE"], "resources": ["installplans"],
    ]
    let configuration: Value = [
      "metadata": ["name": "hang"],
      "webhooks": [
        ["name": "hang.example.com", "rules": [rule], "timeoutSeconds": 6, "clientConfig": ["url": "https://guard/"]]
      ],
    ]
    let asked = Locked(0)
    bench.transport.answer { request in
      if request.target.contains("/validatingwebhookconfigurations") {
        return HTTPResponse(status: 200, json: ["kind": "List", "metadata": [:], "items": [configuration]])
      }
      guard request.method == .patch else { return nil }
      let count = asked.withLock { count in
        count += 1
        return count
      }
      return count == 1
        ? .refusal(code: 504, reason: "Timeout", "Timeout: request did not complete within requested timeout")
        : .refusal(
          code: 500, reason: "InternalError",
          #"Internal error occurred: failed calling webhook "hang.example.com": context deadline exceeded"#)
    }

    #expect(try await bench.verdict("doctor", "-o", "json") == 1)
    let found = try JSON.parse(Array(bench.said.printed.utf8))["findings"]?.sequence ?? []
    #expect(found.first?["cause"] == "other-webhook-down")
    #expect(found.first?["certainty"] == "certain")
    #expect(asked.withLock { $0 } == 2)
  }

  @Test func whatCannotBeReadIsSaidAndIsNoHealth() async throws {
    let bench = try await installed(.subscription)
    bench.transport.answer { request in
      request.target.contains("extensionversions")
        ? .refusal(code: 403, reason: "Forbidden", "extensionversions is forbidden") : nil
    }

    #expect(try await bench.verdict("doctor", "whizard") == 2)
    #expect(bench.said.noted.contains("note: not looked at: versions of whizard"))
  }
}
