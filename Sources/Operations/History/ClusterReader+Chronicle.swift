package import Client
package import Extensions

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
    let namespace = installation.targetNamespace.isEmpty ? "extension-\(name)" : installation.targetNamespace
    let release = installation.releaseName.isEmpty ? name : installation.releaseName
    do throws(ClusterError) {
      sources.releases = try await releases(of: release, in: namespace)
    } catch {
      sources.gaps.append("helm's revisions in namespace \(namespace) cannot be read: \(error.brief)")
    }
    return Chronicle(sources)
  }
}
