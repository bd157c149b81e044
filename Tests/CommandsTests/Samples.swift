import APIServer
import Access
import Client
import Extensions
import Glibc
import HTTP
import KubeSphereKinds
import KubernetesAPI
import Manifest
import Operations
import Platform
import TestSupport
import Testing

@testable import Commands

/// A cluster in this process, a folder for what ksx keeps, and everything a command says.
final class Workbench: Sendable {
  let transport: CountingTransport
  let said = Transcript()
  private let home = TemporaryFolder()
  let dialect: Dialect
  private let timing: Timing
  /// The guardrails of this computer.
  private let guardrails = Locked(Guardrails())
  /// Both ways to the cluster, where there are two.
  let ways = Locked<FallbackTransport?>(nil)
  /// What time it is for them.
  let now = Locked(Timestamp(secondsSince1970: 1_767_268_800))

  /// No folder of the user's can be made.
  let isHomeless = Locked(false)

  var folder: String { isHomeless.withLock { $0 } ? "/dev/null/home" : home.path }

  init(_ dialect: Dialect = .installPlan, timing: Timing = .real) throws {
    self.dialect = dialect
    self.timing = timing
    let types = ResourceTypes(dialect: dialect)
    transport = CountingTransport(
      InProcessTransport(AccessControl(around: try API(path: ":memory:", types: types))))
  }

  var localState: LocalState { LocalState(cache: folder + "/cache", state: folder + "/state") }
  var cluster: Cluster {
    var cluster = Cluster(transport: transport)
    cluster.timing = timing
    return cluster
  }

  /// Sets guardrails, as a file has them under `guardrails:`.
  func guardBy(_ yaml: String) {
    var found = Guardrails()
    found.rules = Guardrails.rules(in: "guardrails:\n" + yaml, "config.yaml")
    guardrails.withLock { $0 = found }
  }

  private var supervision: Supervision {
    var supervision = Supervision(
      guardrails.withLock { $0 }, scope: .init(context: "test", server: "unix:///test"),
      journal: Journal(folder: localState.state, systemLog: folder + "/no-log"))
    supervision.now = { [now] in now.withLock { $0 } }
    supervision.person = "ada"
    supervision.whenNotRecorded = { [said] error in
      said.note("note: this could not be written into the journal: \(error)")
    }
    return supervision
  }

  /// What a command line prints, when it succeeds.
  @discardableResult
  func run(
    _ arguments: String..., answer: String? = nil, input: String? = nil,
    edit: (@Sendable (String) async -> String?)? = nil
  ) async throws -> String {
    try await run(arguments, answer: answer, input: input, edit: edit)
  }

  @discardableResult
  func run(
    _ arguments: [String], answer: String? = nil, input: String? = nil,
    edit: (@Sendable (String) async -> String?)? = nil
  ) async throws -> String {
    said.clear()
    var parsed = try Arguments.parse(arguments)
    parsed.input = { () throws(CommandError) in input }
    var session = ClusterSession(.init(cluster: "test", server: "unix:///test"), cluster: cluster)
    session.dialect = parsed[.dialect].flatMap(Dialect.Name.init(rawValue:)).map { Dialect($0) }
    session.status.isReadOnly = parsed.has(.readOnly)
    session.ways = ways.withLock { $0 }
    session.status.user = "ada"
    session.supervise(by: supervision)
    var outlet = Outlet(print: { [said] in said.print($0) }, note: { [said] in said.note($0) })
    if let edit {
      outlet.edit = { path in
        guard let before = try? Files.text(path), let text = await edit(before) else { return false }
        return (try? Files.write(Array(text.utf8), to: path)) != nil
      }
    }
    if let answer {
      outlet.ask = { [said] question in
        said.note(question)
        return answer
      }
    }
    let command = try #require(try parsed.verb.parse(parsed) as? any ClusterCommand)
    try await CommandSession(parsed, in: session, outlet: outlet, localState: localState, timing: timing)
      .carryOut(command)
    return said.printed
  }

  /// The sentence of a command line that fails.
  func failure(
    _ arguments: String..., answer: String? = nil, edit: (@Sendable (String) async -> String?)? = nil
  ) async throws -> String {
    try await failure(arguments, answer: answer, edit: edit)
  }

  func failure(
    _ arguments: [String], answer: String? = nil, input: String? = nil,
    edit: (@Sendable (String) async -> String?)? = nil
  ) async throws -> String {
    do {
      _ = try await run(arguments, answer: answer, input: input, edit: edit)
    } catch let error as CommandError {
      return error.sentence
    }
    Issue.record("\(arguments) succeeded")
    return ""
  }

  /// Runs a command whose program ends after so many requests, and says whether that was enough for all of it.
  func runCut(after count: Int, _ arguments: [String], input: String? = nil) async throws -> Bool {
    let left = Locked(count)
    let wasCut = Locked(false)
    transport.answer { _ in
      let isOver = left.withLock { left in
        left -= 1
        return left < 0
      }
      if !isOver { return nil }
      wasCut.withLock { $0 = true }
      return .refusal(code: 503, reason: "ServiceUnavailable", "the program has ended")
    }
    defer { transport.answer { _ in nil } }
    do {
      try await run(arguments, input: input)
    } catch is CommandError {}
    return wasCut.withLock { !$0 }
  }

  /// Leaves of the cluster what another user sees of it.
  func forgetAllKeptHere() throws {
    let emergency = localState.state + "/emergency"
    for name in try Files.names(in: emergency) { try Files.remove("\(emergency)/\(name)") }
  }

  /// Puts an extension into the marketplace, with its versions.
  func offer(
    _ name: String = "whizard", versions: [String] = ["1.0.0", "1.1.0"], recommended: String = "1.1.0",
    title: String = "Whizard", spec: Mapping = [:]
  ) async throws {
    _ = try await cluster.create(
      dialect.extensions,
      Object(
        dialect.extensions, name: name, labels: ["kubesphere.io/category": "observability"],
        [
          "spec": ["displayName": dialect == .installPlan ? ["en": .string(title)] : .string(title)],
          "status": dialect == .installPlan
            ? ["recommendedVersion": .string(recommended)] : ["recommendVersion": .string(recommended)],
        ]))
    for version in versions {
      var fields: Mapping = ["version": .string(version)]
      for pair in spec.pairs { fields[pair.key] = pair.value }
      _ = try await cluster.create(
        dialect.extensionVersions,
        Object(
          dialect.extensionVersions, name: "\(name)-\(version)", labels: [dialect.extensionLabel: name],
          ["spec": .mapping(fields)]))
    }
  }

  /// Plays the controller: what the cluster says of an installation.
  func report(_ name: String = "whizard", _ status: Value) async throws {
    _ = try await cluster.patch(dialect.installations, name, ["status": status])
  }

  func installation(_ name: String = "whizard") async throws -> Installation {
    Installation(try await cluster.get(dialect.installations, name))
  }
}

/// Passes requests on and remembers them.
final class CountingTransport: Transport {
  private let inner: any Transport
  private let seen = Locked<[HTTPRequest]>([])
  private let script = Locked<@Sendable (HTTPRequest) -> HTTPResponse?>({ _ in nil })

  private let held = Locked<@Sendable (HTTPRequest) -> Bool>({ _ in false })

  init(_ inner: any Transport) { self.inner = inner }

  var requests: [HTTPRequest] { seen.withLock { $0 } }

  /// Answers what `script` has an answer to by itself.
  func answer(_ script: @escaping @Sendable (HTTPRequest) -> HTTPResponse?) {
    self.script.withLock { $0 = script }
  }

  /// Never answers what `isHeld` says yes to.
  func hold(_ isHeld: @escaping @Sendable (HTTPRequest) -> Bool) { held.withLock { $0 = isHeld } }

  func forget() { seen.withLock { $0 = [] } }

  func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
    seen.withLock { $0.append(request) }
    if held.withLock({ $0 })(request) {
      // Ends when the task is cancelled, and not before.
      try? await Task.sleep(for: .seconds(86_400))
      throw .cancelled
    }
    if let answer = script.withLock({ $0 })(request) { return answer }
    return try await inner.send(request)
  }
}

/// What a command printed, and what it noted.
final class Transcript: Sendable {
  private let lines = Locked<(printed: String, noted: String)>(("", ""))

  var printed: String { lines.withLock { $0.printed } }
  var noted: String { lines.withLock { $0.noted } }

  func print(_ text: String) { lines.withLock { $0.printed += text } }
  func note(_ text: String) { lines.withLock { $0.noted += text + "\n" } }
  func clear() { lines.withLock { $0 = ("", "") } }
}

extension HTTPResponse {
  /// A refusal as an API server words it.
  static func refusal(code: Int, reason: String, _ message: String) -> HTTPResponse {
    let status: Value = [
      "kind": "Status", "apiVersion": "v1", "status": "Failure", "message": .string(message),
      "reason": .string(reason), "code": .integer(code),
    ]
    return HTTPResponse(status: code, bytes: JSON.bytes(status))
  }
}
