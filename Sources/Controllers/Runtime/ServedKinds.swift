import Client
import KubernetesAPI
import Manifest
import Platform

/// The kinds that the cluster serves, discovered on demand.
struct ServedKinds {
  private let cluster: Cluster
  private var known: [String: [String: Resource]] = [:]

  init(_ cluster: Cluster) { self.cluster = cluster }

  /// The resource of `kind` in `apiVersion`; `nil` if the cluster does not serve it.
  mutating func resource(_ apiVersion: String, _ kind: String) async throws(ClusterError) -> Resource? {
    if known[apiVersion] == nil { known[apiVersion] = try await list(apiVersion) }
    return known[apiVersion]?[kind]
  }

  private func list(_ apiVersion: String) async throws(ClusterError) -> [String: Resource] {
    let parts = apiVersion.split(separator: "/", maxSplits: 1).map(String.init)
    let (group, version) = parts.count == 2 ? (parts[0], parts[1]) : ("", apiVersion)
    let path = ([group.isEmpty ? "/api" : "/apis"] + parts.map(PercentEncoding.encode)).joined(separator: "/")
    let document: Value
    do {
      document = try await cluster.document(path)
    } catch {
      if error.isNotFound { return [:] }
      throw error
    }
    var kinds: [String: Resource] = [:]
    for entry in document["resources"]?.sequence ?? [] {
      // Names with a slash are subresources, such as the status.
      guard let plural = entry["name"]?.string, !plural.contains("/"), let kind = entry["kind"]?.string else {
        continue
      }
      kinds[kind] = Resource(
        group: group, version: version, plural: plural, kind: kind,
        isNamespaced: entry["namespaced"]?.bool ?? false)
    }
    return kinds
  }
}
