package import Client
import Extensions
import KubernetesAPI
import Manifest

extension ClusterReader {
  /// What is known of the past of the extension called `name`: here, and from what the cluster lets this user read.
  package func chronicle(of name: String, _ history: History) async throws(ClusterError) -> Chronicle {
    let objects = try await installations()
    let object = Installations(objects.map(Installation.init)).of(name).flatMap { found in
      objects.first { $0.name == found.name }
    }
    var sources = Chronicle.Sources(lines: history.lines().filter { $0.extension == name }, object: object)
    guard let installation = object.map(Installation.init) else { return Chronicle(sources) }
    let namespace = installation.targetNamespace.isEmpty ? "extension-\(name)" : installation.targetNamespace
    let release = installation.releaseName.isEmpty ? name : installation.releaseName
    do throws(ClusterError) {
      sources.releases = try await releases(of: release, in: namespace)
    } catch {
      sources.gaps.append("helm's revisions in namespace \(namespace) are not to be read: \(error.brief)")
    }
    return Chronicle(sources)
  }
}
