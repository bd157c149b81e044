public import Client
import Manifest

/// How one cluster speaks of extensions.
///
/// Shipped KubeSphere 4 has InstallPlans and two API groups; the first design had Subscriptions
/// and one group. To the rest of the program both are one idea, an installation.
public struct Dialect: Hashable, Sendable {
  public enum Name: String, CaseIterable, Sendable {
    /// `kubesphere.io` Subscriptions, everything in one group.
    case subscription
    /// `kubesphere.io` InstallPlans, proxies and bundles in `extensions.kubesphere.io`.
    case installPlan = "installplan"
  }

  public var name: Name

  public init(_ name: Name) { self.name = name }

  public static let subscription = Dialect(.subscription)
  public static let installPlan = Dialect(.installPlan)

  static let core = "kubesphere.io"
  static let serving = "extensions.kubesphere.io"

  public var categories: Resource { Self.resource(Self.core, "categories", "Category") }
  public var repositories: Resource { Self.resource(Self.core, "repositories", "Repository") }
  public var extensions: Resource { Self.resource(Self.core, "extensions", "Extension") }
  public var extensionVersions: Resource { Self.resource(Self.core, "extensionversions", "ExtensionVersion") }

  /// Subscriptions or InstallPlans.
  public var installations: Resource {
    switch name {
    case .subscription: Self.resource(Self.core, "subscriptions", "Subscription")
    case .installPlan: Self.resource(Self.core, "installplans", "InstallPlan")
    }
  }

  public var apiServices: Resource { Self.resource(servingGroup, "apiservices", "APIService") }
  public var jsBundles: Resource { Self.resource(servingGroup, "jsbundles", "JSBundle") }
  public var reverseProxies: Resource { Self.resource(servingGroup, "reverseproxies", "ReverseProxy") }

  /// Only shipped KubeSphere has it.
  public var extensionEntries: Resource? {
    name == .installPlan ? Self.resource(servingGroup, "extensionentries", "ExtensionEntry") : nil
  }

  private var servingGroup: String { name == .installPlan ? Self.serving : Self.core }

  /// The label that names an object's extension (`kubesphere.io/extension` before 2022-09).
  public var extensionLabel: String { name == .installPlan ? "kubesphere.io/extension-ref" : "kubesphere.io/extension" }

  /// The label that names an object's repository.
  public var repositoryLabel: String { name == .installPlan ? "kubesphere.io/repository-ref" : "kubesphere.io/repo" }

  public var categoryLabel: String { "kubesphere.io/category" }

  private static func resource(_ group: String, _ plural: String, _ kind: String) -> Resource {
    Resource(group: group, version: "v1alpha1", plural: plural, kind: kind)
  }
}

/// Why the dialect of a cluster could not be told.
public enum DialectError: Error, Hashable, Sendable {
  /// The cluster has no KubeSphere extensions at all.
  case absent
  /// Neither discovery nor listing is allowed to this person.
  case forbidden
  case cluster(ClusterError)
}

extension Dialect {
  /// Finds the dialect by discovery; where discovery is forbidden, by listing (facts: §3.2, §7).
  ///
  /// A cluster with both has been upgraded, and speaks of InstallPlans.
  public static func discover(in cluster: Cluster) async throws(DialectError) -> Dialect {
    let document: Value
    do {
      document = try await cluster.document("/apis/\(core)/v1alpha1")
    } catch .refused(let status) where status.code == 403 {
      return try await probe(cluster)
    } catch .refused(let status) where status.code == 404 {
      throw .absent
    } catch {
      throw .cluster(error)
    }
    let plurals = Set(document["resources"]?.sequence?.compactMap { $0["name"]?.string } ?? [])
    let known = [installPlan, subscription].first { plurals.contains($0.installations.plural) }
    guard let known else { throw .absent }
    return known
  }

  /// Asks for one object of each kind: 403 says that the kind may be there, 404 that it is not.
  private static func probe(_ cluster: Cluster) async throws(DialectError) -> Dialect {
    for dialect in [installPlan, subscription] {
      do {
        _ = try await cluster.document(dialect.installations.path() + "?limit=1")
        return dialect
      } catch .refused(let status) where status.code == 403 || status.code == 404 {
        continue
      } catch {
        throw .cluster(error)
      }
    }
    throw .forbidden
  }
}
