import Client
import Extensions
import HTTP
import KubernetesAPI
import Manifest
import Operations
import Platform

extension Verb {
  static let doctor = Verb(
    "doctor", "Say what is wrong with an extension, or with any, by what signs, and what helps", operands: ["[NAME]"],
    options: [.output], failureStatus: 2,
    notes: [
      "Nothing is changed: remedies are shown as lines for kubectl, with what they cost. docs/DOCTOR.md names every",
      "trouble that is known. It ends with 0 when nothing is wrong, with 1 when something is, with 2 when it could not",
      "look.",
    ], as: Doctor.self)
}

/// Examines installations, and prints what is wrong.
struct Doctor: ClusterCommand {
  private let name: String?
  private let output: Output

  init(_ arguments: Arguments) {
    name = arguments.operands.first
    output = arguments.output
  }

  func run(in session: CommandSession) async throws(CommandError) {
    let reader = try await session.reader()
    let ways = GatewayConnections(gateway: session.session.gateway, both: session.session.ways)
    let found = try await session.asking("looking at \(name ?? "what is installed")") { () throws(ClusterError) in
      try await reader.examine(name, at: .now(), called: session.name, memories: session.history.releases(), ways: ways)
    }
    if found.count == 0, let name { throw CommandError("\(name) is not installed in \(session.name)") }
    try print(found, session)
    if found.findings.contains(where: { $0.certainty != .note }) { throw .verdict(1) }
    if !found.gaps.isEmpty { throw .verdict(2) }
  }

  private func print(_ found: Examination, _ session: CommandSession) throws(CommandError) {
    let outlet = session.outlet
    outlet.note(found.gaps.map { "note: not looked at: \($0)" })
    switch output {
    case .json, .yaml:
      let document = Value.ksxDocument(
        "Diagnosis",
        [
          "findings": .sequence(found.findings.map { value($0, session.status) }),
          "notLookedAt": .sequence(found.gaps.map { .string($0.english) }),
        ])
      outlet.printExactly(try output.text(document))
    case .name: outlet.print(found.findings.map { "\($0.subject) \($0.cause.rawValue)" })
    case .table, .wide:
      outlet.print(found.findings.flatMap { lines($0, session.status) })
      if found.findings.isEmpty {
        let what = name ?? "\(found.count) installation\(found.count == 1 ? "" : "s")"
        outlet.note("nothing wrong with \(what) in \(session.name), as far as was looked")
      }
    }
  }

  private func lines(_ finding: Finding, _ status: ClusterSession.Status) -> [String] {
    let evidence = finding.evidence.map { sign in
      "  seen: \(sign.object)\(sign.field.isEmpty ? "" : " \(sign.field)"): \(sign.value)"
        + (sign.time.isEmpty || sign.value.english == sign.time ? "" : " (\(sign.time))")
    }
    let remedies = finding.remedies.flatMap { remedy in
      ["  remedy: \(remedy.name)"] + remedy.steps.map { "    \(text($0, status))" }
        + (remedy.cost.isEmpty ? [] : ["    cost: \(remedy.cost)"])
    }
    return ["\(finding.subject): \(finding.text) [\(finding.cause.rawValue), \(finding.certainty.rawValue)]"] + evidence
      + remedies
  }

  private func text(_ step: Remedy.Step, _ status: ClusterSession.Status) -> String {
    switch step {
    case .wait(let what): "wait until \(what)"
    case .manual(let what): what.english
    case .send(let request):
      status.kubectlAbsence == nil
        ? request.kubectl(flags: status.kubectlFlags)
        : "\(request.words) (no kubectl line: \(status.kubectlAbsence ?? ""))"
    }
  }

  private func value(_ finding: Finding, _ status: ClusterSession.Status) -> Value {
    let evidence = finding.evidence.map { sign -> Value in
      [
        "object": .string(sign.object), "field": .string(sign.field), "value": .string(sign.value.english),
        "time": .string(sign.time),
      ]
    }
    let remedies = finding.remedies.map { remedy -> Value in
      [
        "name": .string(remedy.name.english), "cost": .string(remedy.cost.english),
        "steps": .sequence(remedy.steps.map { .string(text($0, status)) }),
      ]
    }
    return [
      "cause": .string(finding.cause.rawValue), "subject": .string(finding.subject), "text": .string(finding.text),
      "certainty": .string(finding.certainty.rawValue), "evidence": .sequence(evidence),
      "remedies": .sequence(remedies),
    ]
  }
}
