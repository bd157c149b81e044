import Extensions
import Operations

extension Verb {
  static let configGet = Verb(
    "config get", "Print the config of an installed extension, byte for byte", operands: ["NAME"],
    as: PrintConfig.self)
}

struct PrintConfig: ClusterCommand {
  private let name: String

  init(_ arguments: Arguments) { name = arguments.name }

  func run(in session: CommandSession) async throws(CommandError) {
    let reader = try await session.reader()
    let found = try await session.installation(of: name, reader)
    let memory = session.history.releases(of: name)
    session.outlet.print(document: memory.config(of: found))
    let lines = memory.differences(from: found)
    guard !lines.isEmpty else { return }
    session.outlet.note("note: this is the cluster's config; it is not the one that was last written here:")
    for line in lines.prefix(20) { session.outlet.note("\(line.kind == .added ? "+" : "-") \(line.shown)") }
  }
}
