import Client
import Extensions
import KubernetesAPI
import Operations

extension CommandSession {
  /// Reads all installations.
  func installations(_ reader: ClusterReader) async throws(CommandError) -> [Object] {
    try await asking("listing \(reader.dialect.installations.plural)") { () throws(ClusterError) in
      try await reader.installations()
    }
  }

  /// Reads the installation of the extension `name`.
  func installation(of name: String, _ reader: ClusterReader) async throws(CommandError) -> Installation {
    let all = try await asking("listing \(reader.dialect.installations.plural)") { () throws(ClusterError) in
      try await reader.installations(atLeastOf: name).all
    }
    guard let found = Installations(all.map(Installation.init)).of(name) else {
      throw CommandError("\(name) is not installed in \(self.name); ksx list shows what is")
    }
    return found
  }

  /// The error if no version of `name` is offered; it may be installed all the same.
  func nothingOffered(of name: String, _ reader: ClusterReader) async -> CommandError {
    let all = (try? await reader.installations()) ?? []
    guard Installations(all.map(Installation.init)).of(name) != nil else {
      let found = await result { () throws(ClusterError) in try await reader.extension(name, isWhole: false) }
      guard case .success(.some) = found else { return noSuchExtension(name) }
      return CommandError("\(self.name) offers no version of \(name); see ksx doctor and the repository it comes from")
    }
    return CommandError("\(name) is installed, and \(self.name) offers no version of it any more; see ksx get \(name)")
  }
}

extension CommandSession {
  /// What this computer remembers of the extension `name`; for a change of `kind` that goes back, completed from the
  /// cluster.
  func memory(
    of name: String, for kind: ChangeKind, in context: PlanContext, _ reader: ClusterReader
  ) async -> ReleaseMemory {
    let kept = history.releases(of: name)
    guard kind.row.choice == .version(.former), let installation = context.installation(of: name) else { return kept }
    return await reader.memory(kept, of: installation, context.extensions[name])
  }
}
