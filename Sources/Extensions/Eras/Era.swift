public import Client

/// Which of KubeSphere's designs of extensions a cluster has.
///
/// The names of kinds, fields and states changed several times before 4.1 was shipped, and what the
/// controllers do with them changed as well.
public enum Era: String, CaseIterable, Sendable {
  /// May to July 2022: Plugins, and Subscriptions to them, all in `extensions.kubesphere.io`.
  case plugin
  /// August 2022: Extensions and Subscriptions, everything in `kubesphere.io`.
  case subscription
  /// September 2022: the same, but proxies and bundles in `extensions.kubesphere.io`.
  case splitSubscription
  /// May 2023: Subscriptions with placements and the states of today.
  case scheduledSubscription
  /// September 2023 until today: InstallPlans.
  case installPlan
  /// The first design as it was written, which a standalone backend carries out in full.
  case seed

  /// How this era's objects are named and written; `nil` when they can only be looked at.
  public var dialect: Dialect? {
    switch self {
    case .plugin: nil
    case .subscription, .splitSubscription, .scheduledSubscription, .seed: .subscription
    case .installPlan: .installPlan
    }
  }

  /// What is installed from.
  public var extensions: Resource {
    guard let dialect else { return Self.legacy("plugins", "Plugin") }
    return dialect.extensions
  }

  /// The versions of what is installed from.
  public var extensionVersions: Resource {
    guard let dialect else { return Self.legacy("pluginversions", "PluginVersion") }
    return dialect.extensionVersions
  }

  /// Subscriptions or InstallPlans.
  public var installations: Resource {
    guard let dialect else { return Self.legacy("subscriptions", "Subscription") }
    return dialect.installations
  }

  /// The label that names an object's extension.
  public var extensionLabel: String {
    switch self {
    case .scheduledSubscription, .installPlan: "kubesphere.io/extension-ref"
    case .plugin, .subscription, .splitSubscription, .seed: "kubesphere.io/extension"
    }
  }

  /// The label that names an object's repository.
  public var repositoryLabel: String {
    switch self {
    case .scheduledSubscription, .installPlan: "kubesphere.io/repository-ref"
    case .plugin, .subscription, .splitSubscription, .seed: "kubesphere.io/repo"
    }
  }

  private static func legacy(_ plural: String, _ kind: String) -> Resource {
    Resource(group: Dialect.serving, version: "v1alpha1", plural: plural, kind: kind)
  }
}
