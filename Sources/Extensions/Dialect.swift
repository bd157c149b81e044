package import Client
package import KubernetesAPI
import Packages

/// The resources, groups and labels that one cluster uses for extensions, according to its era.
///
/// Shipped KubeSphere 4 has InstallPlans and two API groups; the first design had Subscriptions
/// and one group; there were several steps between them. The rest of the program uses one concept for
/// all of them, the installation.
package struct Dialect: Hashable, Sendable {
  /// The user's name for a dialect: the word for an installation.
  package enum Name: String, CaseIterable, Sendable {
    case subscription
    case installPlan = "installplan"
  }

  package var era: Era
  /// The group of proxies, bundles and services.
  package var servingGroup: String

  /// The dialect of `era`; `servingGroup` is `nil` unless the cluster has shown it.
  package init(era: Era, servingGroup: String? = nil) {
    self.era = era
    self.servingGroup =
      servingGroup ?? (era == .subscription || era == .seed ? Self.coreGroup : Self.defaultServingGroup)
  }

  /// The dialect of a standalone backend for `name`.
  package init(_ name: Name) {
    self.init(era: name == .installPlan ? .installPlan : .seed)
  }

  /// The first design: Subscriptions, everything in one group.
  package static let subscription = Dialect(.subscription)
  /// Shipped KubeSphere: InstallPlans, and a second group for proxies and bundles.
  package static let installPlan = Dialect(.installPlan)

  static let coreGroup = "kubesphere.io"
  static let defaultServingGroup = "extensions.kubesphere.io"

  package var name: Name { era == .installPlan ? .installPlan : .subscription }

  package var categories: Resource { resource(Self.coreGroup, "categories", "Category") }
  package var repositories: Resource { resource(marketGroup, "repositories", "Repository") }

  /// Extensions, or Plugins in the earliest era.
  package var extensions: Resource {
    era == .plugin
      ? resource(Self.defaultServingGroup, "plugins", "Plugin") : resource(Self.coreGroup, "extensions", "Extension")
  }

  /// The versions of extensions.
  package var extensionVersions: Resource {
    era == .plugin
      ? resource(Self.defaultServingGroup, "pluginversions", "PluginVersion")
      : resource(Self.coreGroup, "extensionversions", "ExtensionVersion")
  }

  /// Subscriptions or InstallPlans.
  package var installations: Resource {
    era == .installPlan
      ? resource(Self.coreGroup, "installplans", "InstallPlan") : resource(marketGroup, "subscriptions", "Subscription")
  }

  package var apiServices: Resource { resource(servingGroup, "apiservices", "APIService") }
  package var jsBundles: Resource { resource(servingGroup, "jsbundles", "JSBundle") }
  package var reverseProxies: Resource { resource(servingGroup, "reverseproxies", "ReverseProxy") }

  /// `nil` except in shipped KubeSphere.
  package var extensionEntries: Resource? {
    era == .installPlan ? resource(servingGroup, "extensionentries", "ExtensionEntry") : nil
  }

  /// The resources by which the gateway serves extensions.
  package var served: [Resource] { [apiServices, jsBundles, reverseProxies] + [extensionEntries].compactMap(\.self) }

  /// The resources that two ways to one cluster must return alike.
  package var compared: [Resource] { [categories, extensions, extensionVersions, installations] }

  /// The label that names an object's extension; a different one before 2023 (docs/KUBESPHERE.md: Eras).
  package var extensionLabel: String { hasCurrentLabels ? "kubesphere.io/extension-ref" : "kubesphere.io/extension" }

  /// The label that names an object's repository.
  package var repositoryLabel: String { hasCurrentLabels ? "kubesphere.io/repository-ref" : "kubesphere.io/repo" }

  /// The label that names an object's category; in the first design its prefix is the other group.
  package var categoryLabel: String {
    era == .seed ? "extensions.kubesphere.io/category" : "kubesphere.io/category"
  }

  /// The name for a new version object of `extension`; versions are never looked up by this name.
  package func versionName(_ extension: String, _ version: String) -> String {
    era == .seed ? "\(`extension`)-\(VersionText(version).marked)" : "\(`extension`)-\(version)"
  }

  private var hasCurrentLabels: Bool { era == .scheduledSubscription || era == .installPlan }

  private var marketGroup: String { era == .plugin ? Self.defaultServingGroup : Self.coreGroup }

  private func resource(_ group: String, _ plural: String, _ kind: String) -> Resource {
    Resource(group: group, version: "v1alpha1", plural: plural, kind: kind)
  }
}

/// Why the dialect of a cluster could not be determined.
package enum DialectError: Error, Hashable, Sendable {
  /// The cluster has no KubeSphere extensions at all.
  case absent
  /// This user may neither read discovery nor list.
  case forbidden
  case cluster(ClusterError)
}
