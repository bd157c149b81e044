import Client
import Extensions
import KubernetesAPI
import Manifest
import Operations

extension Verb {
  static let compare = Verb(
    "compare", "Show where the two ways to a cluster disagree", options: [.output],
    notes: ["It ends with 1 when they disagree."], as: Compare.self)
}

/// Lists what matters by both ways, and prints what they show differently.
struct Compare: ClusterCommand {
  private let output: Output

  private struct Row {
    var kind: String
    var difference: FallbackTransport.Disagreement
  }

  init(_ arguments: Arguments) { output = arguments.output }

  func run(in session: CommandSession) async throws(CommandError) {
    guard let ways = session.session.ways else {
      throw CommandError(
        "\(session.name) has one way only; a profile with a gateway and kubernetes has two to compare")
    }
    var rows: [Row] = []
    for resource in try await session.capabilities().dialect.compared {
      do {
        rows += try await ways.disagreements(about: resource).map { Row(kind: resource.kind, difference: $0) }
      } catch {
        throw CommandError(error, "comparing \(resource.plural)", at: "one of the two ways to \(session.name)")
      }
    }
    print(rows, session)
    if !rows.isEmpty { throw CommandError("the two ways differ in \(rows.count) object\(rows.count == 1 ? "" : "s")") }
  }

  private func print(_ rows: [Row], _ session: CommandSession) {
    let outlet = session.outlet
    switch output {
    case .json, .yaml:
      let items = rows.map { row -> Value in
        ["kind": .string(row.kind), "name": .string(row.difference.name), "difference": .string("\(row.difference)")]
      }
      outlet.printExactly(output.text(["items": .sequence(items)]))
    case .name: outlet.print(rows.map { "\($0.kind)/\($0.difference.name)" })
    case .table, .wide:
      if rows.isEmpty { return outlet.print("both ways to \(session.name) show the same") }
      outlet.print(
        TextTable(headings: ["KIND", "DIFFERENCE"], rows: rows.map { [$0.kind, "\($0.difference)"] }).lines)
    }
  }
}
