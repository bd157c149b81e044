import Client
import Extensions
import KubernetesAPI
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
    let all = try await session.asking("listing \(reader.dialect.installations.plural)") { () throws(ClusterError) in
      try await reader.installations().map(Installation.init)
    }
    guard let found = Installations(all).of(name) else {
      throw CommandError("\(name) is not installed in \(session.name); ksx list shows what is")
    }
    session.outlet.print(document: found.config)
  }
}
