import Manifest

/// What `permissions.yaml` lets a package's installer create outside of its own namespace, for which only ClusterRoles
/// count.
///
/// Within its namespace KubeSphere grants further rights.
package struct InstallerRights: Hashable, Sendable {
  private struct Rule: Hashable, Sendable {
    var groups: Set<String>
    var resources: Set<String>
    var verbs: Set<String>
  }

  private let rules: [Rule]

  /// `nil` if the package is installed with the rights of the controllers.
  package init?(_ package: Package) {
    guard package.files["extension.yaml"] != nil else { return nil }
    let roles = (try? YAML.documents(package.permissions ?? ""))?.map(\.value) ?? []
    rules = roles.filter { $0["kind"] == "ClusterRole" }.flatMap { $0["rules"]?.sequence ?? [] }.map { rule in
      func words(_ key: String) -> Set<String> { Set(rule[key]?.sequence?.compactMap(\.string) ?? []) }
      return Rule(groups: words("apiGroups"), resources: words("resources"), verbs: words("verbs"))
    }
  }

  /// Whether the installer may create objects of `resources` in `group`.
  package func allowMaking(_ resources: String, of group: String) -> Bool {
    rules.contains { rule in
      !rule.groups.isDisjoint(with: [group, "*"]) && !rule.resources.isDisjoint(with: [resources, "*"])
        && !rule.verbs.isDisjoint(with: ["create", "*"])
    }
  }
}
