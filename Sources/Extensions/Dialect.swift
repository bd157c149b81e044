package import Client
package import KubernetesAPI
import Packages

/// How one cluster speaks of extensions: which resources, groups and labels its era has.
///
/// Shipped KubeSphere 4 has InstallPlans and two API groups; the first design had Subscriptions
/// and one group; there were several steps between them. To the rest of the program all are one
/// idea, an installation.
package struct Dialect: Hashable, Sendable {
  /// What a user calls a dialect: by the word for an installation.
  package enum Name: String, CaseIterable, Sendable {
    case subscription
    case installPlan = "installplan"
  }

  package var era: Era
  /// The group of proxies, bundles and services.
  package var servingGroup: String

  /// The dialect of `era`, with its proxies in `servingGroup` where the cluster has shown which it is.
  package init(era: Era, servingGroup: String? = nil) {
    self.era = era
    self.servingGroup = servingGroup ?? (era == .subscription || era == .seed ? Self.core : Self.serving)
  }

  /// The dialect that a standalone backend has for `name`.
  package init(_ name: Name) {
    self.init(era: name == .installPlan ? .installPlan : .seed)
  }

  /// The first design: Subscriptions, everything in one group.
  package static let subscription = Dialect(.subscription)
  /// Shipped KubeSphere: InstallPlans, and a second group for proxies and bundles.
  package static let installPlan = Dialect(.installPlan)

  static let core = "kubesphere.io"
  static let serving = "extensions.kubesphere.io"

  package var name: Name { era == .installPlan ? .installPlan : .subscription }

  package var categories: Resource { resource(Self.core, "categories", "Category") }
  package var repositories: Resource { resource(marketGroup, "repositories", "Repository") }

  /// What is installed from.
  package var extensions: Resource {
    era == .plugin ? resource(Self.serving, "plugins", "Plugin") : resource(Self.core, "extensions", "Extension")
  }

  /// The versions of what is installed from.
  package var extensionVersions: Resource {
    era == .plugin
      ? resource(Self.serving, "pluginversions", "PluginVersion")
      : resource(Self.core, "extensionversions", "ExtensionVersion")
  }

  /// Subscriptions or InstallPlans.
  package var installations: Resource {
    era == .installPlan
      ? resource(Self.core, "installplans", "InstallPlan") : resource(marketGroup, "subscriptions", "Subscription")
  }

  package var apiServices: Resource { resource(servingGroup, "apiservices", "APIService") }
  package var jsBundles: Resource { resource(servingGroup, "jsbundles", "JSBundle") }
  package var reverseProxies: Resource { resource(servingGroup, "reverseproxies", "ReverseProxy") }

  /// Only shipped KubeSphere has it.
  package var extensionEntries: Resource? {
    era == .installPlan ? resource(servingGroup, "extensionentries", "ExtensionEntry") : nil
  }

  /// What the gateway serves for extensions.
  package var served: [Resource] { [apiServices, jsBundles, reverseProxies] + [extensionEntries].compactMap(\.self) }

  /// What two ways to one cluster must show alike.
  package var compared: [Resource] { [categories, extensions, extensionVersions, installations] }

  /// The label that names an object's extension; it was another one before 2023 (docs/KUBESPHERE.md: Eras).
  package var extensionLabel: String { hasLabelsOfToday ? "kubesphere.io/extension-ref" : "kubesphere.io/extension" }

  /// The label that names an object's repository.
  package var repositoryLabel: String { hasLabelsOfToday ? "kubesphere.io/repository-ref" : "kubesphere.io/repo" }

  /// The label that names an object's category; the first design has it in the other group.
  package var categoryLabel: String {
    era == .seed ? "extensions.kubesphere.io/category" : "kubesphere.io/category"
  }

  /// What a version of `extension` is called when it is made; it is never looked for by this name.
  package func versionName(_ extension: String, _ version: String) -> String {
    era == .seed ? "\(`extension`)-\(VersionText(version).marked)" : "\(`extension`)-\(version)"
  }

  private var hasLabelsOfToday: Bool { era == .scheduledSubscription || era == .installPlan }

  private var marketGroup: String { era == .plugin ? Self.serving : Self.core }

  private func resource(_ group: String, _ plural: String, _ kind: String) -> Resource {
    Resource(group: group, version: "v1alpha1", plural: plural, kind: kind)
  }
}

/// Why the dialect of a cluster could not be told.
package enum DialectError: Error, Hashable, Sendable {
  /// The cluster has no KubeSphere extensions at all.
  case absent
  /// Neither discovery nor listing is allowed to this user.
  case forbidden
  case cluster(ClusterError)
}
