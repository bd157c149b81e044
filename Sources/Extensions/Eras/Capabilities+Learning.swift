package import Client
import KubernetesAPI
import Manifest

extension Capabilities {
  /// Reads discovery, and the CRD of installations if this user may read it.
  ///
  /// If discovery is forbidden, it lists each kind; a kind that may not be listed either may still exist.
  package static func learn(from cluster: Cluster) async throws(DialectError) -> Capabilities {
    async let core = plurals(of: Dialect.coreGroup, in: cluster)
    async let serving = plurals(of: Dialect.defaultServingGroup, in: cluster)
    async let version = document("/version", in: cluster)
    var discovered = DiscoveryResult()
    discovered.plurals[Dialect.coreGroup] = try await core.get()
    discovered.plurals[Dialect.defaultServingGroup] = try await serving.get()
    if discovered.era == nil { try await probe(cluster, &discovered) }
    guard let first = discovered.era else { throw .absent }
    discovered.serverVersion = try await version.get()?["gitVersion"]?.string ?? ""
    discovered.installationSchema = try await schema(of: Dialect(era: first).installations.qualifiedName, in: cluster)
    return Capabilities(discovered, era: discovered.era ?? first)
  }

  /// `nil` if discovery is forbidden.
  private static func plurals(of group: String, in cluster: Cluster) async -> Result<Set<String>?, DialectError> {
    do throws(ClusterError) {
      let document = try await cluster.document("/apis/\(group)/v1alpha1")
      return .success(Set(document["resources"]?.sequence?.compactMap { $0["name"]?.string } ?? []))
    } catch {
      guard case .refused(let status) = error, status.isForbidden || status.isNotFound else {
        return .failure(.cluster(error))
      }
      return .success(status.isForbidden ? nil : [])
    }
  }

  /// `nil` if it is not served or may not be read; these are answers, which are cached for an hour.
  ///
  /// Any other failure is an error, because conclusions without the document may be wrong.
  private static func document(_ path: String, in cluster: Cluster) async -> Result<Value?, DialectError> {
    do throws(ClusterError) {
      return .success(try await cluster.document(path))
    } catch {
      guard case .refused(let status) = error, status.isForbidden || status.isNotFound else {
        return .failure(.cluster(error))
      }
      return .success(nil)
    }
  }

  /// Lists one object of each kind of installation in whose group discovery is forbidden: 403 means
  /// that the kind may exist, 404 that it does not.
  private static func probe(_ cluster: Cluster, _ discovered: inout DiscoveryResult) async throws(DialectError) {
    var isRefused = false
    for era in [Era.installPlan, .subscription, .plugin] {
      let kind = Dialect(era: era).installations
      guard discovered.plurals[kind.group] == nil else { continue }
      do throws(ClusterError) {
        _ = try await cluster.document(kind.path() + "?limit=1")
        // Only Plugins have their subscriptions in the other group.
        discovered.plurals[kind.group] = [era == .plugin ? "plugins" : kind.plural]
        return
      } catch {
        guard case .refused(let status) = error, status.isForbidden || status.isNotFound else {
          throw .cluster(error)
        }
        isRefused = isRefused || status.isForbidden
      }
    }
    throw isRefused ? .forbidden : .absent
  }

  /// The schema of a kind, if its CRD may be read; it confirms what is otherwise inferred.
  private static func schema(of name: String, in cluster: Cluster) async throws(DialectError) -> Value? {
    let path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/\(name)"
    let definition = try await document(path, in: cluster).get()
    let version = definition?[path: "spec", "versions"]?.sequence?.first { $0["name"]?.string == "v1alpha1" }
    return version?[path: "schema", "openAPIV3Schema"]
  }
}
