import Client
import Extensions
import KubernetesAPI
import Manifest
import Terminal

extension Runner {
  /// Lists what matters by both ways, and prints what they show differently.
  func compare() async throws(CommandError) {
    guard let ways = destination.ways else {
      throw CommandError(
        "\(destination.name) has one way only; a profile with a gateway and kubernetes has two to compare")
    }
    let dialect = try await dialect()
    var rows: [(kind: String, difference: FallbackTransport.Disagreement)] = []
    for resource in dialect.compared {
      do {
        rows += try await ways.disagreements(about: resource).map { (resource.kind, $0) }
      } catch {
        throw CommandError(error, "comparing \(resource.plural)", at: "one of the two ways to \(destination.name)")
      }
    }
    switch format {
    case .json, .yaml:
      let items = rows.map { row -> Value in
        ["kind": .string(row.kind), "name": .string(row.difference.name), "difference": .string("\(row.difference)")]
      }
      outlet.print(format.text(["items": .sequence(items)]))
    case .name: outlet.print(rows.map { "\($0.kind)/\($0.difference.name)".sanitised + "\n" }.joined())
    case .table, .wide:
      outlet.print(
        rows.isEmpty
          ? "both ways to \(destination.name) show the same".sanitised + "\n"
          : Table(headings: ["KIND", "DIFFERENCE"], rows: rows.map { [$0.kind, "\($0.difference)"] }).text)
    }
    if !rows.isEmpty { throw CommandError("the two ways differ in \(rows.count) object\(rows.count == 1 ? "" : "s")") }
  }
}
