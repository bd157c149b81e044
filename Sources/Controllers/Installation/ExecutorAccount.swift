import Client
import Extensions
import HTTP
import KubernetesAPI
import Manifest
import Packages

/// The account as which a chart is made in a cluster, with the rights that its package asks for and no others, as
/// KubeSphere's executor has it (docs/KUBESPHERE.md: Executor).
struct ExecutorAccount: Sendable {
  var cluster: Cluster
  var dialect: Dialect
  var `extension`: String
  var namespace: String

  private var name: String { "helm-executor.\(`extension`)" }
  private var roleName: String { "kubesphere:\(`extension`):helm-executor" }

  /// Whether there is such an account; what was made before there was one goes without it.
  var isThere: Bool {
    get async throws(ClusterError) {
      try await cluster.find(.serviceAccounts, namespace: namespace, name).map(isOurs) == true
    }
  }

  /// The same cluster, asked as the account.
  var impersonated: Cluster {
    var cluster = cluster
    cluster.transport = ImpersonatingTransport(
      inner: cluster.transport, user: "system:serviceaccount:\(namespace):\(name)")
    return cluster
  }

  /// Makes it, or gives it the rights that `package` asks for now.
  func ensure(for package: Package?) async throws(ClusterError) {
    let roles = (try? YAML.documents(package?.permissions ?? ""))?.map(\.value) ?? []
    func rules(_ kind: String) -> [Value] { roles.filter { $0["kind"]?.string == kind }.flatMap(Self.rules) }
    try await ensure(.serviceAccounts, name, namespace, [:])
    try await ensure(.roles, roleName, namespace, ["rules": .sequence(rules("Role") + [Self.ownNamespace])])
    try await ensure(.roleBindings, roleName, namespace, binding(to: .roles))
    try await ensure(.clusterRoles, roleName, nil, ["rules": .sequence(rules("ClusterRole"))])
    try await ensure(.clusterRoleBindings, roleName, nil, binding(to: .clusterRoles))
  }

  /// Takes it and its rights away.
  func remove() async throws(ClusterError) {
    for (resource, name, place) in [
      (.clusterRoleBindings, roleName, nil), (.clusterRoles, roleName, nil), (.roleBindings, roleName, namespace),
      (.roles, roleName, namespace), (.serviceAccounts, name, namespace),
    ] as [(Resource, String, String?)] {
      guard let present = try await cluster.find(resource, namespace: place, name), isOurs(present) else { continue }
      try await cluster.remove(resource, namespace: place, name, uid: present.uid)
    }
  }

  /// What every extension may do where it lies, whatever its package asks for.
  private static let ownNamespace: Value = [
    "verbs": ["*"], "resources": ["*"],
    "apiGroups": ["", "apps", "batch", "policy", "networking.k8s.io", "autoscaling", "metrics.k8s.io"],
  ]

  /// Fields that a rule does not have would be refused.
  private static func rules(_ role: Value) -> [Value] {
    (role["rules"]?.sequence ?? []).compactMap { rule in
      let known = ["verbs", "apiGroups", "resources", "resourceNames", "nonResourceURLs"]
      return rule.mapping.map { .mapping(Mapping($0.pairs.filter { known.contains($0.key) })) }
    }
  }

  private func binding(to role: Resource) -> Mapping {
    [
      "roleRef": [
        "apiGroup": "rbac.authorization.k8s.io", "kind": .string(role.kind), "name": .string(roleName),
      ],
      "subjects": [["kind": "ServiceAccount", "name": .string(name), "namespace": .string(namespace)]],
    ]
  }

  private func isOurs(_ object: Object) -> Bool { object.labels[dialect.extensionLabel] == `extension` }

  /// One of another's making stays as it is: rights are given to nothing that is not ours.
  private func ensure(
    _ resource: Resource, _ name: String, _ namespace: String?, _ fields: Mapping
  ) async throws(ClusterError) {
    let labels = [dialect.extensionLabel: `extension`, "kubesphere.io/managed": "true"]
    let wanted = Object(resource, name: name, namespace: namespace, labels: labels, fields)
    guard let present = try await cluster.find(resource, namespace: namespace, name) else {
      _ = try await cluster.create(resource, wanted)
      return
    }
    guard isOurs(present) else {
      throw .unreadable("the \(resource.kind) \(name) is there already, and not \(`extension`)'s")
    }
    let target = fields.pairs.reduce(present.value) { $0.setting([$1.key], to: $1.value) }
    let patch = MergePatch.difference(from: present.value, to: target)
    if patch.mapping?.isEmpty == true { return }
    _ = try await cluster.patch(resource, namespace: namespace, name, .merge(patch))
  }
}

/// Asks as another user.
private struct ImpersonatingTransport: Transport {
  let inner: any Transport
  let user: String

  func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
    var request = request
    request.headers["Impersonate-User"] = user
    return try await inner.send(request)
  }
}

extension Resource {
  private static func rbac(_ plural: String, _ kind: String, isNamespaced: Bool) -> Resource {
    Resource(
      group: "rbac.authorization.k8s.io", version: "v1", plural: plural, kind: kind, isNamespaced: isNamespaced)
  }

  static let serviceAccounts = Resource(
    group: "", version: "v1", plural: "serviceaccounts", kind: "ServiceAccount", isNamespaced: true)
  static let roles = rbac("roles", "Role", isNamespaced: true)
  static let roleBindings = rbac("rolebindings", "RoleBinding", isNamespaced: true)
  static let clusterRoles = rbac("clusterroles", "ClusterRole", isNamespaced: false)
  static let clusterRoleBindings = rbac("clusterrolebindings", "ClusterRoleBinding", isNamespaced: false)
}

extension InstallationReconciler {
  /// The account as which the release is made where it lies; `nil` where that is done with the rights of the controllers.
  func account(_ snapshot: InstallationSnapshot) -> ExecutorAccount? {
    guard settings.usesExecutorAccounts else { return nil }
    return ExecutorAccount(
      cluster: target, dialect: dialect, extension: snapshot.installation.extension,
      namespace: snapshot.record?.namespace ?? snapshot.namespace)
  }

  /// The cluster in which the release is made, as it is asked for that.
  func executor(_ snapshot: InstallationSnapshot) async throws(StepError) -> Cluster {
    guard let account = account(snapshot) else { return target }
    do { return try await account.isThere ? account.impersonated : target } catch { throw .passing(error) }
  }

  /// Takes the account away with the release; that of an agent in the host cluster is the extension's own.
  func removeAccount(_ snapshot: InstallationSnapshot) async throws(StepError) {
    guard let account = account(snapshot), site?.isHost != true else { return }
    try await passing { () throws(ClusterError) in try await account.remove() }
  }
}
