package import APIServer
package import Extensions
import KubernetesAPI

extension ResourceTypes {
  /// Kubernetes' own resources that extensions use, and KubeSphere's in `dialect`.
  package init(dialect: Dialect) {
    self.init(Self.kubeSphere(dialect))
  }

  /// KubeSphere's own resources; none of them has a separate status.
  private static func kubeSphere(_ dialect: Dialect) -> [ResourceType] {
    let configIsText = dialect.name == .installPlan
    let types =
      [
        type(dialect.categories), type(dialect.repositories, [ResourceType.Column("URL", "spec", "url")]),
        type(dialect.extensions, [state, ResourceType.Column("Recommended", "status", "recommendedVersion")]),
        type(dialect.extensionVersions, [ResourceType.Column("Version", "spec", "version")]),
        type(dialect.installations, installation, InstallationRules(configIsText: configIsText)),
        type(dialect.apiServices, [state]), type(dialect.jsBundles, [state]), type(dialect.reverseProxies, [state]),
      ] + (dialect.extensionEntries.map { [type($0, [state])] } ?? [])
    return types.map { type in
      var type = type
      type.structure = .kubeSphere(type.resource.plural, isFirstDesign: !configIsText)
      return type
    }
  }

  private static let state = ResourceType.Column("State", "status", "state")

  private static let installation = [
    state, ResourceType.Column("Extension", "spec", "extension", "name"),
    ResourceType.Column("Version", "spec", "extension", "version"),
    ResourceType.Column("Enabled", "spec", "enabled", type: "boolean"),
  ]

  private static func type(
    _ resource: Resource, _ columns: [ResourceType.Column] = [], _ rules: any ObjectRules = NoRules()
  ) -> ResourceType {
    var type = ResourceType(
      resource, categories: resource.group == "kubesphere.io" ? ["extensions"] : [], generation: .content,
      columns: columns, rules: rules)
    type.isCustom = true
    return type
  }
}
