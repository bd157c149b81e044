import Client
import Extensions
import HTTP
import KubernetesAPI
import Manifest
import Operations
import Platform

extension Verb {
  static let serves = Verb(
    "serves", "List what the gateway serves for extensions: APIs, bundles, proxies, entries", operands: ["[NAME]"],
    options: [.output], as: ListServed.self)

  static let probe = Verb(
    "probe", "Ask the gateway for what it serves for an extension, and say what answers", operands: ["NAME"],
    options: [.output], failureStatus: 2,
    notes: [
      "Only reads are sent. The way goes through a gateway: the profile's, that of a standalone backend, or KubeSphere's behind",
      "the proxy of the Kubernetes API; where there is none nothing is asked. A refusal of this user counts as an answer.",
      "It ends with 1 when something does not answer, and with 2 when nothing could be asked.",
    ], as: ProbeServed.self)

  static let explain = Verb(
    "explain", "Say which rule of the gateway serves a request, why not the others, and what is sent",
    operands: ["METHOD", "URL"], options: [.output], failureStatus: 2,
    notes: [
      "It is worked out here, from the rules in the cluster; nothing is asked of the gateway. It ends with 1 when nothing",
      "serves it, and with 2 when that cannot be told.",
    ],
    as: ExplainRequest.self)
}

extension CommandSession {
  /// Reads what is served for the extension `name`; for all extensions if it is empty.
  fileprivate func served(of name: String) async throws(CommandError) -> [ServedObject] {
    let reader = try await reader()
    let all = try await asking("reading what is served") { () throws(ClusterError) in try await reader.served() }
    return all.filter { name.isEmpty || $0.extension == name }
      .sorted { ($0.extension, $0.kind, $0.name) < ($1.extension, $1.kind, $1.name) }
  }
}

/// `serves`: lists what the gateway serves.
struct ListServed: ClusterCommand {
  private let name: String
  private let output: Output

  init(_ arguments: Arguments) { (name, output) = (arguments.name, arguments.output) }

  func run(in session: CommandSession) async throws(CommandError) {
    let served = try await session.served(of: name)
    switch output {
    case .json, .yaml:
      let items = served.map { object -> Value in
        [
          "kind": .string(object.kind), "name": .string(object.name), "extension": .string(object.extension),
          "what": .string(object.words), "state": .string(object.state), "problem": .string(object.problem),
        ]
      }
      session.outlet.printExactly(try output.text(.ksxDocument("ServedList", ["items": .sequence(items)])))
    case .name: session.outlet.print(served.map { "\($0.kind)/\($0.name)" })
    case .table, .wide:
      session.outlet.print(TextTable(Self.columns, served).lines)
      if served.isEmpty {
        session.outlet.note("nothing is served\(name.isEmpty ? "" : " for \(name)") in \(session.name)")
      }
    }
  }

  private static let columns: [TextColumn<ServedObject>] = [
    TextColumn("EXTENSION") { $0.extension }, TextColumn("KIND") { $0.kind }, TextColumn("NAME") { $0.name },
    TextColumn("STATE") { $0.stateWords.english }, TextColumn("WHAT") { $0.words },
  ]
}

/// `probe`: tests whether what the gateway serves responds.
struct ProbeServed: ClusterCommand {
  private let name: String
  private let output: Output

  init(_ arguments: Arguments) { (name, output) = (arguments.name, arguments.output) }

  func run(in session: CommandSession) async throws(CommandError) {
    let served = try await session.served(of: name)
    if served.isEmpty { throw CommandError("nothing is served for \(name) in \(session.name)").withExitStatus(2) }
    let transport = try await session.reader().gatewayTransport(session.session.gateway)
    guard transport != nil else {
      throw CommandError(
        "\(session.server) is a Kubernetes API and no gateway, so nothing was asked; use a profile that has one (ksx login)"
      ).withExitStatus(2)
    }
    let probes = await Probe.all(served, through: transport, timing: session.timing)
    try print(probes, session.outlet)
    if probes.contains(where: { $0.outcome.isTrouble }) { throw .verdict(1) }
  }

  private func print(_ probes: [Probe], _ outlet: Outlet) throws(CommandError) {
    switch output {
    case .json, .yaml:
      outlet.printExactly(try output.text(.ksxDocument("ProbeList", ["items": .sequence(probes.map(value))])))
    case .name: outlet.print(probes.filter { !$0.outcome.isTrouble }.map { "\($0.object.kind)/\($0.object.name)" })
    case .table, .wide:
      let rows = probes.map { probe in
        [
          probe.object.kind, probe.object.name, probe.target, probe.milliseconds.map { "\($0) ms" } ?? "",
          probe.outcome.words,
        ]
      }
      outlet.print(TextTable(headings: ["KIND", "NAME", "ASKED", "AFTER", "OUTCOME"], rows: rows).lines)
    }
  }

  private func value(_ probe: Probe) -> Value {
    var fields: Mapping = [
      "kind": .string(probe.object.kind), "name": .string(probe.object.name), "state": .string(probe.object.state),
      "target": .string(probe.target), "outcome": .string(probe.outcome.words),
    ]
    if case .answers(let status) = probe.outcome { fields["status"] = .integer(status) }
    if let milliseconds = probe.milliseconds { fields["milliseconds"] = .integer(milliseconds) }
    return .mapping(fields)
  }
}

/// `explain`: finds the rule that serves a request.
struct ExplainRequest: ClusterCommand {
  private let request: HTTPRequest
  private let output: Output

  init(_ arguments: Arguments) throws(CommandError) {
    do {
      request = try HTTPRequest(method: arguments.operands[0], address: arguments.operands[1])
    } catch {
      throw CommandError(error.sentence)
    }
    output = arguments.output
  }

  func run(in session: CommandSession) async throws(CommandError) {
    let reader = try await session.reader()
    let table = try await session.asking("reading the rules") { () throws(ClusterError) in
      try await RouteTable.read(from: reader.cluster, reader.dialect)
    }
    let explanation = Explanation(request, by: nil, in: table)
    switch output {
    case .json, .yaml:
      session.outlet.printExactly(try output.text(.ksxDocument("Explanation", explanation.value.mapping ?? [:])))
    case .name: session.outlet.print(explanation.rule.map { "\($0)" } ?? "")
    case .table, .wide: session.outlet.print(lines(explanation))
    }
    if !explanation.isServed { throw .verdict(1) }
  }

  private func lines(_ explanation: Explanation) -> [String] {
    var lines = ["\(explanation.method) \(explanation.target): \(explanation.reason)"]
    lines += explanation.problems.map { "  ! \($0)" }
    if let upstream = explanation.value["upstream"] {
      let destination = upstream["address"]?.string ?? upstream["service"]?.string ?? "nowhere"
      lines.append("  sent to \(destination): \(upstream["method"]?.string ?? "") \(upstream["target"]?.string ?? "")")
      lines += (upstream["headers"]?.sequence ?? []).compactMap(\.string).map { "    \($0)" }
    }
    lines += explanation.others.map { "  not \($0.rule): \($0.reason)" }
    return lines + explanation.conflicts.map { "  ! \($0.rule) and \($0.other): \($0.problem)" }
  }
}
