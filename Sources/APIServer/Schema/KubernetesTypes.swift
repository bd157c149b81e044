import KubernetesAPI

extension ResourceTypes {
  /// What charts of extensions are made of.
  static let kubernetes: [ResourceType] = core + workloads + access + [customResourceDefinitions]

  static let namespaces = ResourceType(
    .namespaces, shortNames: ["ns"], hasStatus: true, names: .label,
    columns: [ResourceType.Column("Status", "status", "phase")], rules: NamespaceRules())

  private static let core: [ResourceType] = [
    namespaces,
    ResourceType(.configMaps, shortNames: ["cm"], rules: DataRules(isSecret: false)),
    ResourceType(.secrets, columns: [ResourceType.Column("Type", "type")], rules: DataRules(isSecret: true)),
    ResourceType(
      namespaced("", "v1", "services", "Service"), shortNames: ["svc"], hasStatus: true, names: .label,
      columns: [ResourceType.Column("Type", "spec", "type"), ResourceType.Column("Cluster-IP", "spec", "clusterIP")]),
    ResourceType(namespaced("", "v1", "serviceaccounts", "ServiceAccount"), shortNames: ["sa"]),
    ResourceType(
      .events, shortNames: ["ev"],
      columns: [
        ResourceType.Column("Type", "type"), ResourceType.Column("Reason", "reason"),
        ResourceType.Column("Message", "message"),
      ]),
    ResourceType(
      .pods, shortNames: ["po"], categories: ["all"], hasStatus: true,
      columns: [ResourceType.Column("Status", "status", "phase")]),
    ResourceType(
      namespaced("", "v1", "persistentvolumeclaims", "PersistentVolumeClaim"), shortNames: ["pvc"], hasStatus: true,
      columns: [ResourceType.Column("Status", "status", "phase")]),
  ]

  private static let workloads: [ResourceType] = [
    workload("apps", "deployments", "Deployment", ["deploy"]),
    workload("apps", "statefulsets", "StatefulSet", ["sts"]),
    workload("apps", "daemonsets", "DaemonSet", ["ds"]),
    workload("batch", "jobs", "Job", []),
    workload("batch", "cronjobs", "CronJob", ["cj"]),
    workload("networking.k8s.io", "ingresses", "Ingress", ["ing"]),
  ]

  private static let access: [ResourceType] = [
    role(namespaced("rbac.authorization.k8s.io", "v1", "roles", "Role")),
    role(namespaced("rbac.authorization.k8s.io", "v1", "rolebindings", "RoleBinding")),
    role(Resource(group: "rbac.authorization.k8s.io", version: "v1", plural: "clusterroles", kind: "ClusterRole")),
    role(
      Resource(
        group: "rbac.authorization.k8s.io", version: "v1", plural: "clusterrolebindings", kind: "ClusterRoleBinding")),
    review("authorization.k8s.io", "selfsubjectaccessreviews", "SelfSubjectAccessReview"),
    review("authorization.k8s.io", "selfsubjectrulesreviews", "SelfSubjectRulesReview"),
    review("authentication.k8s.io", "selfsubjectreviews", "SelfSubjectReview"),
  ]

  /// Answered when it is created, and never kept.
  private static func review(_ group: String, _ plural: String, _ kind: String) -> ResourceType {
    var type = ResourceType(Resource(group: group, version: "v1", plural: plural, kind: kind))
    type.verbs = ["create"]
    return type
  }

  private static func namespaced(_ group: String, _ version: String, _ plural: String, _ kind: String) -> Resource {
    Resource(group: group, version: version, plural: plural, kind: kind, isNamespaced: true)
  }

  private static func workload(_ group: String, _ plural: String, _ kind: String, _ short: [String]) -> ResourceType {
    ResourceType(
      namespaced(group, "v1", plural, kind), shortNames: short, categories: ["all"], hasStatus: true,
      generation: .content)
  }

  private static func role(_ resource: Resource) -> ResourceType {
    ResourceType(resource, names: .pathSegment)
  }
}
