import Client
import Extensions
import KubernetesAPI
import Manifest
import Operations
import Platform

extension Verb {
  static let test = Verb(
    "test", "Run the tests in the chart of an installed extension", operands: ["NAME"],
    options: [.confirm, .timeout, .output], failureStatus: 2,
    notes: [
      "The controllers of ksxd run them one after another, as helm test does; --timeout says how long to wait, else 5m.",
      "It ends with 0 when all have passed or there are none, with 1 when one has failed, and with 2 when they could not",
      "be run: KubeSphere's own controllers run none.",
    ], as: RunTests.self)
}

/// Lets the controllers run the tests of a chart, and waits for the result.
struct RunTests: ClusterCommand {
  private let name: String
  private let output: Output
  private let timeout: Int

  init(_ arguments: Arguments) {
    name = arguments.name
    output = arguments.output
    timeout = arguments.seconds(.timeout) ?? 300
  }

  var mayChange: Bool { true }

  func run(in session: CommandSession) async throws(CommandError) {
    let reader = try await session.reader()
    let run: TestRun
    do {
      run = try await runTests(reader, session)
    } catch {
      throw error.withExitStatus(2)
    }
    if output.isStructured {
      session.outlet.printExactly(try output.text(.ksxDocument("TestRun", run.value.mapping ?? [:])))
    } else {
      show(run, session)
    }
    switch run.state {
    case .passed: return
    case .failed:
      let failed = run.outcomes.last { !$0.hasPassed }
      session.outlet.note("ksx: \(name): \(failed?.name ?? "a test") failed: \(failed?.message ?? "")")
      throw .verdict(1)
    case .running, .refused:
      throw CommandError("the tests of \(name) were not run: \(run.message)").withExitStatus(2)
    }
  }

  private func runTests(_ reader: ClusterReader, _ session: CommandSession) async throws(CommandError) -> TestRun {
    let kind = reader.dialect.installations
    let installation = try await session.installation(of: name, reader)
    guard installation.isManagedByStandalone else { throw notRunHere(installation) }
    let id = "\(Timestamp.now())-\(UInt32.random(in: .min ... .max))"
    let patch: Value = ["metadata": ["annotations": .mapping([TestRun.requestAnnotation: .string(id)])]]
    _ = try await session.asking("asking for the tests of \(name)") { () throws(ClusterError) in
      try await session.cluster.patch(kind, installation.name, .merge(patch))
    }
    return try await awaitResult(of: id, installation.name, reader.dialect, session)
  }

  /// The error for KubeSphere's controllers, whose releases `helm test` can test.
  private func notRunHere(_ installation: Installation) -> CommandError {
    let release = installation.releaseName.isEmpty ? name : installation.releaseName
    let namespace = installation.targetNamespace.isEmpty ? "" : " --namespace \(installation.targetNamespace)"
    return CommandError(
      "the tests of \(name) were not run: the controllers of this cluster run none; helm does: "
        + "helm test \(release)\(namespace)")
  }

  private func awaitResult(
    of id: String, _ installation: String, _ dialect: Dialect, _ session: CommandSession
  ) async throws(CommandError) -> TestRun {
    var last = "the controllers have not begun"
    for await installationEvent in session.installationEvents(of: installation, dialect, seconds: timeout) {
      switch installationEvent {
      case .timedOut: throw CommandError("the tests of \(name) have not ended after \(timeout) s: \(last)")
      case .absent: throw CommandError("\(name) has been deleted meanwhile")
      case .tick: continue
      case .interrupted(let error):
        session.outlet.note(CommandError(error, "watching \(installation)", at: session.server).sentence)
      case .present(let now):
        guard let run = now.testRun, run.id == id else { continue }
        if run.hasEnded { return run }
        if !run.message.isEmpty, run.message != last { session.outlet.note(run.message) }
        if !run.message.isEmpty { last = run.message }
      }
    }
    throw CommandError("watching \(installation) has ended: \(last)")
  }

  private func show(_ run: TestRun, _ session: CommandSession) {
    if run.isSimulated, !run.outcomes.isEmpty {
      session.outlet.note(
        "note: there is no kubelet here: pods and jobs were marked as completed, and nothing was executed")
    }
    for outcome in run.outcomes {
      let end = outcome.hasPassed ? "passed" : "failed" + (outcome.message.isEmpty ? "" : ": \(outcome.message)")
      session.outlet.print(
        ["\(outcome.name): \(end)"] + outcome.output.shownLines.filter { !$0.isEmpty }.map { "  " + $0 })
    }
    if run.state == .passed, run.count == 0 { return session.outlet.print("\(name): its chart has no tests") }
    if run.state != .refused { session.outlet.print("\(name): \(run.words)") }
  }
}
