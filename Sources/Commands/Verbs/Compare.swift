import Client
import Extensions
import KubernetesAPI
import Manifest
import Operations

extension Verb {
  static let compare = Verb(
    "compare", "Show where the two ways to a cluster disagree", options: ListFormat.options, failureStatus: 2,
    notes: ["It ends with 0 when they show the same, with 1 when they disagree, with 2 when it cannot be told."],
    as: Compare.self)
}

/// Lists the important resources through both connections, and prints the differences.
struct Compare: ClusterCommand {
  private let format: ListFormat

  private struct Row {
    var kind: String
    var difference: FallbackTransport.Disagreement
  }

  init(_ arguments: Arguments) throws(CommandError) { format = try ListFormat(arguments) }

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
    try print(rows, session)
    if rows.isEmpty { return }
    session.outlet.note("the two ways differ in \(rows.count) object\(rows.count == 1 ? "" : "s")")
    throw .verdict(1)
  }

  private func print(_ rows: [Row], _ session: CommandSession) throws(CommandError) {
    if rows.isEmpty, !format.output.isStructured, format.output != .name {
      return session.outlet.print("both ways to \(session.name) show the same")
    }
    let items = rows.map { row in
      let (kind, difference) = (row.kind, "\(row.difference)")
      return Listing.Item(
        name: "\(kind)/\(row.difference.name)",
        value: ["kind": .string(kind), "name": .string(row.difference.name), "difference": .string(difference)],
        cells: [kind, difference])
    }
    try Listing(kind: "WayDifferenceList", headings: ["KIND", "DIFFERENCE"], items: items)
      .print(format, to: session.outlet)
  }
}
