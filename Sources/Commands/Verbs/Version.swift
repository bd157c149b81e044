import Client
import KubernetesAPI
import Manifest
import Operations
import Platform
import Terminal

extension Verb {
  static let version = Verb(
    "version", "Print the version of ksx and of the server", options: [.output], as: ShowVersion.self)
}

/// Prints the version of this program, which needs no cluster, and that of the server if it can be read.
struct ShowVersion: ClusterCommand {
  private let output: Output
  private let namesACluster: Bool

  init(_ arguments: Arguments) {
    output = arguments.output
    namesACluster = arguments.namesACluster
  }

  func run(_ context: Context) async throws(CommandError) {
    let session: CommandSession
    do {
      session = try await context.openSession()
    } catch {
      try tell(of: nil, context.outlet)
      guard !namesACluster else { throw error }
      return context.outlet.note("note: no server was asked: \(error.sentence)")
    }
    try await session.carryOut(self)
  }

  func run(in session: CommandSession) async throws(CommandError) {
    let answer = await result { () throws(ClusterError) in try await session.cluster.document("/version") }
    try tell(of: (try? answer.get()).map(ProductVersions.init), session.outlet)
    if case .failure(let error) = answer {
      throw CommandError(error.sentence(for: "asking for the server's version", at: session.server).english)
    }
  }

  private func tell(of server: ProductVersions?, _ outlet: Outlet) throws(CommandError) {
    let rows = [
      ("ksx", ProgramVersion.current), ("Kubernetes", server?.kubernetes ?? ""),
      ("KubeSphere", server?.kubeSphere ?? ""),
    ].filter { !$0.1.isEmpty }
    switch output {
    case .json, .yaml:
      outlet.printExactly(
        try output.text(.ksxDocument("Version", Mapping(rows.map { Mapping.Pair(key: $0.0, value: .string($0.1)) }))))
    case .name, .table, .wide: outlet.print(rows.map { $0.0.padded(to: 12) + $0.1 })
    }
  }
}
