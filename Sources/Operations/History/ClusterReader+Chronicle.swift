package import Client
package import Extensions
import KubernetesAPI
import Platform

extension ClusterReader {
  /// What is known of the past of the extension called `name`: here, and from what the cluster lets this user read.
  package func chronicle(of name: String, _ history: History) async throws(ClusterError) -> Chronicle {
    let installation = Installations(try await installations(atLeastOf: name).all.map(Installation.init)).of(name)
    return await chronicle(of: name, history.lines(), installation)
  }

  /// The same from what is known already, with what helm keeps of its releases.
  package func chronicle(of name: String, _ lines: [HistoryLine], _ installation: Installation?) async -> Chronicle {
    var sources = Chronicle.Sources(lines: lines.filter { $0.extension == name }, installation: installation)
    guard let installation else { return Chronicle(sources) }
    let namespace = installation.releaseNamespace
    do throws(ClusterError) {
      sources.releases = try await releases(of: installation.release, in: namespace)
      sources.record = try await record(of: installation)
    } catch {
      sources.gaps.append("helm's revisions in namespace \(namespace) cannot be read: \(error.words)")
    }
    return Chronicle(sources)
  }

  /// `kept` of this computer, completed by all that the cluster tells of what ran before what `installation` asks for.
  ///
  /// What is not answered within `patience`, or may not be read, is not known.
  package func memory(
    _ kept: ReleaseMemory, of installation: Installation, _ offered: Extension? = nil
  ) async -> ReleaseMemory {
    let found = await answer(within: Self.patience) { () async throws(ClusterError) -> [DeployedRelease] in
      if let record = try await record(of: installation) { return DeployedRelease.all([], record, of: installation) }
      let releases = try await releases(of: installation.release, in: installation.releaseNamespace)
      return DeployedRelease.all(releases, nil, of: installation)
    }
    return kept.completed(by: installation, offered, (try? found.get()) ?? [])
  }

  /// The same, which asks what the extension itself says.
  package func memory(_ kept: ReleaseMemory, of installation: Installation) async -> ReleaseMemory {
    let found = await answer(within: Self.patience) { () async throws(ClusterError) -> Object? in
      try await self.extension(installation.extension, isWhole: false)
    }
    let offered = (try? found.get()).flatMap { $0 }.map { Extension($0, dialect: dialect) }
    return await memory(kept, of: installation, offered)
  }

  /// Where a standalone backend keeps what it has applied of `installation`, or `nil`.
  private func record(of installation: Installation) async throws(ClusterError) -> Object? {
    guard installation.isKeptByStandalone else { return nil }
    do throws(ClusterError) {
      return try await cluster.get(
        .secrets, namespace: installation.releaseNamespace, Installation.recordName(of: installation.name))
    } catch {
      if error.isNotFound { return nil }
      throw error
    }
  }
}

extension Installation {
  /// Where its release lies, or goes where nothing else is said.
  var releaseNamespace: String { targetNamespace.isEmpty ? Change.usualNamespace(of: `extension`) : targetNamespace }
  /// What its release is called.
  var release: String { releaseName.isEmpty ? `extension` : releaseName }
}
