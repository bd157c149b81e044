import Client

extension ResourceTypes {
  /// KubeSphere's own resources; none of them has a separate status.
  static func kubeSphere(_ dialect: ServedDialect) -> [ResourceType] {
    switch dialect {
    case .subscription: catalogue + [subscriptions] + served(in: core)
    case .installplan: catalogue + [installPlans] + served(in: "extensions.kubesphere.io") + [entries]
    }
  }

  private static let core = "kubesphere.io"
  private static let state = ResourceType.Column("State", "status", "state")
  private static let enabled = ResourceType.Column("Enabled", "spec", "enabled", type: "boolean")
  private static let version = ResourceType.Column("Version", "spec", "extension", "version")
  private static let extensionColumn = ResourceType.Column("Extension", "spec", "extension", "name")

  private static let catalogue: [ResourceType] = [
    type(core, "categories", "Category", []),
    type(core, "repositories", "Repository", [ResourceType.Column("URL", "spec", "url")]),
    type(
      core, "extensions", "Extension",
      [state, ResourceType.Column("Recommended", "status", "recommendedVersion")]),
    type(core, "extensionversions", "ExtensionVersion", [ResourceType.Column("Version", "spec", "version")]),
  ]

  private static let subscriptions = type(
    core, "subscriptions", "Subscription", [state, extensionColumn, version, enabled],
    .installation(configIsText: false))

  private static let installPlans = type(
    core, "installplans", "InstallPlan", [state, extensionColumn, version, enabled], .installation(configIsText: true))

  private static let entries = type("extensions.kubesphere.io", "extensionentries", "ExtensionEntry", [state])

  /// What an extension brings to the gateway.
  private static func served(in group: String) -> [ResourceType] {
    [
      type(group, "apiservices", "APIService", [state]),
      type(group, "jsbundles", "JSBundle", [state]),
      type(group, "reverseproxies", "ReverseProxy", [state]),
    ]
  }

  private static func type(
    _ group: String, _ plural: String, _ kind: String, _ columns: [ResourceType.Column],
    _ schema: ResourceType.Schema = .any
  ) -> ResourceType {
    ResourceType(
      Resource(group: group, version: "v1alpha1", plural: plural, kind: kind),
      categories: group == core ? ["extensions"] : [], generation: .content, columns: columns, schema: schema)
  }
}
