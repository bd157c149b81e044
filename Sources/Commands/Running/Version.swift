import Client
import KubernetesAPI
import Manifest
import Operations
import Terminal

extension Runner {
  /// The version of this program.
  package static let programVersion = "0.1.0"

  func version() async throws(CommandError) {
    let numbers = ServerVersions(
      try await asking("asking for the server's version") { () throws(ClusterError) in
        try await cluster.document("/version")
      })
    let rows = [("ksx", Self.programVersion), ("Kubernetes", numbers.kubernetes), ("KubeSphere", numbers.kubeSphere)]
      .filter { !$0.1.isEmpty }
    switch format {
    case .json, .yaml:
      outlet.print(format.text(.mapping(Mapping(rows.map { Mapping.Pair(key: $0.0, value: .string($0.1)) }))))
    case .name, .table, .wide:
      outlet.print(rows.map { "\($0.0.padded(to: 12))\($0.1.sanitised)\n" }.joined())
    }
  }
}
