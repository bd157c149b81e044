import Client
import Extensions
import KubernetesAPI
import Operations

extension CommandSession {
  /// All installations, as the cluster has them.
  func installations(_ reader: ClusterReader) async throws(CommandError) -> [Object] {
    try await asking("listing \(reader.dialect.installations.plural)") { () throws(ClusterError) in
      try await reader.installations()
    }
  }

  /// The installation of the extension called `name`.
  func installation(of name: String, _ reader: ClusterReader) async throws(CommandError) -> Installation {
    guard let found = Installations(try await installations(reader).map(Installation.init)).of(name) else {
      throw CommandError("\(name) is not installed in \(self.name); ksx list shows what is")
    }
    return found
  }
}
