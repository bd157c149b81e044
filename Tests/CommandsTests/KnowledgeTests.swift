import Client
import Extensions
import HTTP
import Manifest
import Platform
import Testing

@testable import Commands

/// What is learnt of a cluster, believed, and learnt again.
@Suite struct KnowledgeTests {
  private func asks(_ bench: Workbench) -> [String] {
    bench.transport.requests.map(\.target).filter { $0.hasSuffix("/v1alpha1") || $0.hasPrefix("/version") }
  }

  @Test func aClusterIsAskedOnceWithinTheHour() async throws {
    let bench = try Workbench(.subscription)
    try await bench.offer()

    try await bench.run("list")
    #expect(asks(bench).count == 3)
    bench.transport.forget()
    try await bench.run("list")
    #expect(asks(bench).isEmpty)

    let kept = try #require(bench.localState.knowledge(of: "unix:///test"))
    bench.localState.remember(kept.capabilities, of: "unix:///test", at: kept.learned - 3600)
    try await bench.run("list")
    #expect(asks(bench).count == 3)
  }

  @Test(arguments: [["list"], ["get", "whizard"], ["disable", "whizard", "--yes"], ["disable", "whizard", "--now"]])
  func aClusterThatBecameAnotherIsAskedAgain(words: [String]) async throws {
    let bench = try Workbench()
    try await bench.offer()
    try await bench.run("install", "whizard", "--yes")
    bench.localState.remember(Capabilities(assuming: .subscription).asLearnt, of: "unix:///test")

    _ = try await bench.run(words)

    #expect(bench.localState.knowledge(of: "unix:///test")?.capabilities.dialect == .installPlan)
  }

  @Test func whatAPersonSaidIsNotAskedAgain() async throws {
    let bench = try Workbench()
    try await bench.offer()

    let sentence = try await bench.failure("get", "whizard", "--dialect", "subscription")

    #expect(sentence.contains("404"))
    #expect(asks(bench).isEmpty)
  }

  @Test func anotherClustersFileIsNotBelieved() throws {
    let bench = try Workbench()
    bench.localState.remember(Capabilities(assuming: .subscription).asLearnt, of: "unix:///test")
    let cache = "\(bench.folder)/cache/clusters"
    let file = try #require(try Files.names(in: cache).first)
    let other = "\(cache)/\(CachedCapabilities.fileName(cluster: "https://other"))"
    try Files.write(try Files.read("\(cache)/\(file)"), to: other)

    #expect(bench.localState.knowledge(of: "unix:///test") != nil)
    #expect(bench.localState.knowledge(of: "https://other") == nil)
  }
}

/// A cluster whose controllers do less than its API takes.
@Suite struct IncapabilityTests {
  private let preview = Capabilities(assuming: Dialect(era: .subscription)).asLearnt

  private func installed() async throws -> Workbench {
    let bench = try Workbench(.subscription)
    try await bench.offer()
    try await bench.run("install", "whizard", "--yes", "--version=1.0.0")
    bench.localState.remember(preview, of: "unix:///test")
    return bench
  }

  @Test(arguments: [
    (["upgrade", "whizard"], "cannot upgrade to 1.1.0: the controllers of this cluster do not carry out a change"),
    (["disable", "whizard"], "cannot disable: the controllers of this cluster do nothing with “enabled”"),
    (
      ["uninstall", "whizard", "--force"], "cannot force delete: the controllers of this cluster know no forced removal"
    ),
  ])
  func whatWouldHaveNoEffectIsRefusedWithTheReason(words: [String], sentence: String) async throws {
    let bench = try await installed()

    #expect(try await bench.failure(words + ["--yes"]).hasPrefix(sentence))
    #expect(!bench.transport.requests.contains { $0.method == .delete })
  }

  @Test func anEmergencySaysThatItHadNoEffect() async throws {
    let bench = try await installed()
    bench.transport.forget()

    let sentence = try await bench.failure("disable", "whizard", "--now")

    #expect(
      sentence.hasPrefix(
        "disable whizard --now: the cluster stored it, and it has no effect: the controllers of this cluster do nothing"
      ))
    #expect(bench.transport.requests.count == 1)
  }

  @Test func pluginsAreRefusedUnasked() async throws {
    let bench = try await installed()
    bench.localState.remember(Capabilities(assuming: Dialect(era: .plugin)).asLearnt, of: "unix:///test")
    bench.transport.forget()

    #expect(try await bench.failure("disable", "whizard", "--now").contains("Plugins of 2022"))
    #expect(bench.transport.requests.isEmpty)
  }
}

/// A person who may not do everything.
@Suite struct RightsTests {
  private func bench(allowing verbs: Set<String>) async throws -> Workbench {
    let bench = try Workbench()
    try await bench.offer()
    try await bench.run("install", "whizard", "--yes", "--version=1.0.0")
    bench.transport.answer { request in
      guard request.target.hasSuffix("/selfsubjectaccessreviews") else { return nil }
      let review = (try? JSON.parse(request.body)) ?? .null
      let verb = review[path: "spec", "resourceAttributes", "verb"]?.string ?? ""
      let status: Value = ["allowed": .bool(verbs.contains(verb)), "reason": verbs.contains(verb) ? "" : "no role"]
      return HTTPResponse(status: 201, bytes: JSON.bytes(review.setting(["status"], to: status)))
    }
    return bench
  }

  @Test(arguments: [
    (
      ["disable", "whizard", "--yes"],
      "cannot disable: you may not patch installplans.kubesphere.io (as ada): no role"
    ),
    (["uninstall", "whizard", "--yes"], "cannot uninstall: you may not delete installplans"),
    (["uninstall", "whizard", "--yes", "--force"], "cannot force delete: you may not patch installplans"),
    (["upgrade", "whizard", "--dry-run=server"], "cannot upgrade to 1.1.0: you may not patch installplans"),
  ])
  func whatOneMayNotIsSaidBeforeItIsSent(words: [String], sentence: String) async throws {
    let bench = try await bench(allowing: ["create"])
    bench.transport.forget()

    #expect(try await bench.failure(words).hasPrefix(sentence))
    #expect(bench.transport.requests.filter { $0.method != .get }.map(\.method).allSatisfy { $0 == .post })
  }

  @Test func theRehearsalShowsItInThePlan() async throws {
    let bench = try await bench(allowing: [])

    _ = try await bench.failure("disable", "whizard", "--dry-run=client")

    #expect(bench.said.printed.contains("  ✗ you may not patch installplans.kubesphere.io (as ada): no role\n"))
  }

  @Test(arguments: [403, 404, 500])
  func whereTheQuestionIsForbiddenNothingIsClaimed(code: Int) async throws {
    let bench = try await bench(allowing: [])
    bench.transport.answer { request in
      request.target.hasSuffix("/selfsubjectaccessreviews") ? HTTPResponse(status: code, bytes: []) : nil
    }

    try await bench.run("disable", "whizard", "--yes")

    #expect(try await !bench.installation().isEnabled)
  }

  @Test func aForcedRemovalMarksAndDeletes() async throws {
    let bench = try Workbench()
    try await bench.offer()
    try await bench.run("install", "whizard", "--yes")
    bench.transport.forget()

    #expect(
      try await bench.run("uninstall", "whizard", "--force", "--yes") == "whizard: being removed by force in test\n")

    #expect(
      bench.transport.requests.filter { $0.method != .get && $0.method != .post }.map(\.method) == [.patch, .delete])
    #expect(bench.said.noted.contains("note: hooks that clean up do not run"))
  }
}

extension Capabilities {
  /// As if the cluster itself had said so.
  var asLearnt: Capabilities {
    var learnt = self
    learnt.basis = .discovery
    return learnt
  }
}
