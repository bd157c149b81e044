public import Client
import Manifest

extension Capabilities {
  /// Looks at discovery, and at the definitions of kinds where they may be read.
  ///
  /// Where discovery is forbidden, listing tells: what may not be listed either may still be there.
  public static func learn(from cluster: Cluster) async throws(DialectError) -> Capabilities {
    var evidence = Evidence()
    for group in [Dialect.core, Dialect.serving] {
      evidence.plurals[group] = try await plurals(of: group, in: cluster)
    }
    if evidence.era == nil, evidence.plurals[Dialect.core] == nil {
      let dialect = try await Dialect.discover(in: cluster)
      evidence.plurals[Dialect.core] = [dialect.installations.plural]
    }
    guard let first = evidence.era else { throw .absent }
    evidence.serverVersion = (try? await cluster.document("/version"))?["gitVersion"]?.string ?? ""
    for kind in Feature.Field.Kind.allCases {
      evidence.schemas[kind] = await schema(of: resource(kind, first, evidence), in: cluster)
    }
    return Capabilities(evidence, era: evidence.era ?? first)
  }

  /// `nil` when discovery is forbidden.
  private static func plurals(of group: String, in cluster: Cluster) async throws(DialectError) -> Set<String>? {
    do {
      let document = try await cluster.document("/apis/\(group)/v1alpha1")
      return Set(document["resources"]?.sequence?.compactMap { $0["name"]?.string } ?? [])
    } catch .refused(let status) where status.code == 403 {
      return nil
    } catch .refused(let status) where status.code == 404 {
      return []
    } catch {
      throw .cluster(error)
    }
  }

  private static func resource(_ kind: Feature.Field.Kind, _ era: Era, _ evidence: Evidence) -> String {
    switch kind {
    case .installations: era.installations.qualifiedName
    case .repositories: "repositories." + (era == .plugin ? Dialect.serving : Dialect.core)
    case .bundles: "jsbundles." + evidence.servingGroup
    }
  }

  /// The schema of a kind, or `nil` when its definition cannot be read for whatever reason: it only
  /// makes certain what is otherwise inferred.
  private static func schema(of name: String, in cluster: Cluster) async -> Value? {
    let definition = try? await cluster.document("/apis/apiextensions.k8s.io/v1/customresourcedefinitions/\(name)")
    let version = definition?[path: "spec", "versions"]?.sequence?.first { $0["name"]?.string == "v1alpha1" }
    return version?[path: "schema", "openAPIV3Schema"]
  }
}
