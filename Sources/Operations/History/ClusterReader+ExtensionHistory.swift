package import Client
package import Extensions
import KubernetesAPI
import Platform

extension ClusterReader {
  /// Reads the past of the extension `name`: from this computer, and from what the user may read in the cluster.
  package func chronicle(of name: String, _ history: History) async throws(ClusterError) -> ExtensionHistory {
    let installation = Installations(try await installations(atLeastOf: name).all.map(Installation.init)).of(name)
    return await chronicle(of: name, history.lines(), installation)
  }

  /// Assembles the past from `lines` and `installation`, and reads the releases from the cluster.
  package func chronicle(of name: String, _ lines: [HistoryLine], _ installation: Installation?) async
    -> ExtensionHistory
  {
    var sources = ExtensionHistory.Sources(lines: lines.filter { $0.extension == name }, installation: installation)
    guard let installation else { return ExtensionHistory(sources) }
    let namespace = installation.releaseNamespace
    do throws(ClusterError) {
      sources.releases = try await releases(of: installation.release, in: namespace)
      sources.record = try await record(of: installation)
    } catch {
      sources.gaps.append("helm's revisions in namespace \(namespace) cannot be read: \(error.words)")
    }
    return ExtensionHistory(sources)
  }

  /// `kept` of this computer, completed with everything that the cluster records about what ran before `installation`.
  ///
  /// What is not answered within `factTimeout`, or may not be read, counts as not known.
  package func memory(
    _ kept: ReleaseMemory, of installation: Installation, _ offered: Extension? = nil
  ) async -> ReleaseMemory {
    let found = await answer(within: Self.factTimeout) { () async throws(ClusterError) -> [DeployedRelease] in
      if let record = try await record(of: installation) { return DeployedRelease.all([], record, of: installation) }
      let releases = try await releases(of: installation.release, in: installation.releaseNamespace)
      return DeployedRelease.all(releases, nil, of: installation)
    }
    return kept.completed(by: installation, offered, (try? found.get()) ?? [])
  }

  /// The same; it also reads the extension's own status.
  package func memory(_ kept: ReleaseMemory, of installation: Installation) async -> ReleaseMemory {
    let found = await answer(within: Self.factTimeout) { () async throws(ClusterError) -> Object? in
      try await self.extension(installation.extension, isWhole: false)
    }
    let offered = (try? found.get()).flatMap { $0 }.map { Extension($0, dialect: dialect) }
    return await memory(kept, of: installation, offered)
  }

  /// The record that a standalone backend keeps of what it has applied of `installation`, or `nil`.
  private func record(of installation: Installation) async throws(ClusterError) -> Object? {
    guard installation.isManagedByStandalone else { return nil }
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
  /// The namespace of its release, or the usual one if it does not set any.
  var releaseNamespace: String { targetNamespace.isEmpty ? Change.usualNamespace(of: `extension`) : targetNamespace }
  /// The name of its release.
  var release: String { releaseName.isEmpty ? `extension` : releaseName }
}
