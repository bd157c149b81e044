import Client
import KubernetesAPI
import Manifest
import Operations
import Platform
import Terminal

extension Runner {
  func version() async throws(CommandError) {
    let answer = await result { () throws(ClusterError) in try await cluster.document("/version") }
    Self.tell(of: (try? answer.get()).map(ProductVersions.init), format, outlet)
    if case .failure(let error) = answer {
      throw CommandError(error.sentence(for: "asking for the server's version", at: destination.server))
    }
  }

  /// Tells the version of this program, which is known without a cluster, and a server's where it is known.
  static func tell(of server: ProductVersions?, _ format: Format, _ outlet: Outlet) {
    let rows = [
      ("ksx", ProgramVersion.current), ("Kubernetes", server?.kubernetes ?? ""),
      ("KubeSphere", server?.kubeSphere ?? ""),
    ].filter { !$0.1.isEmpty }
    switch format {
    case .json, .yaml:
      outlet.print(format.text(.mapping(Mapping(rows.map { Mapping.Pair(key: $0.0, value: .string($0.1)) }))))
    case .name, .table, .wide:
      outlet.print(rows.map { "\($0.0.padded(to: 12))\($0.1.sanitised)\n" }.joined())
    }
  }
}
