import Client
import Extensions
import HTTP
import KubernetesAPI
import Manifest
import Packages
import Platform

/// The ServiceAccount as which a chart is applied in a cluster, with only the rights that its package asks for, like
/// KubeSphere's executor (docs/KUBESPHERE.md: Executor).
struct ExecutorAccount: Sendable {
  var cluster: Cluster
  var dialect: Dialect
  var `extension`: String
  var namespace: String

  private var name: String { "helm-executor.\(`extension`)" }
  private var roleName: String { "kubesphere:\(`extension`):helm-executor" }

  /// Whether the account exists; a release that was installed without one continues without it.
  var exists: Bool {
    get async throws(ClusterError) {
      try await cluster.find(.serviceAccounts, namespace: namespace, name).map(isOurs) == true
    }
  }

  /// The same cluster with requests impersonating the account.
  var impersonated: Cluster {
    var cluster = cluster
    cluster.transport = ImpersonatingTransport(
      inner: cluster.transport, user: "system:serviceaccount:\(namespace):\(name)")
    return cluster
  }

  /// Creates the account, or updates its rights to those that `package` asks for.
  func ensure(for package: Package?) async throws(ClusterError) {
    let roles = (try? YAML.documents(package?.permissions ?? ""))?.map(\.value) ?? []
    func rules(_ kind: String) -> [Value] { roles.filter { $0["kind"]?.string == kind }.flatMap(Self.rules) }
    try await ensure(.serviceAccounts, name, namespace, [:])
    try await ensure(.roles, roleName, namespace, ["rules": .sequence(rules("Role") + [Self.ownNamespace])])
    try await ensure(.roleBindings, roleName, namespace, binding(to: .roles))
    try await ensure(.clusterRoles, roleName, nil, ["rules": .sequence(rules("ClusterRole"))])
    try await ensure(.clusterRoleBindings, roleName, nil, binding(to: .clusterRoles))
  }

  /// Deletes the account and its rights.
  func remove() async throws(ClusterError) {
    for (resource, name, objectNamespace) in [
      (.clusterRoleBindings, roleName, nil), (.clusterRoles, roleName, nil), (.roleBindings, roleName, namespace),
      (.roles, roleName, namespace), (.serviceAccounts, name, namespace),
    ] as [(Resource, String, String?)] {
      guard let present = try await cluster.find(resource, namespace: objectNamespace, name), isOurs(present)
      else { continue }
      try await cluster.remove(resource, namespace: objectNamespace, name, uid: present.uid)
    }
  }

  /// The rights that every extension has in its own namespace.
  private static let ownNamespace: Value = [
    "verbs": ["*"], "resources": ["*"],
    "apiGroups": ["", "apps", "batch", "policy", "networking.k8s.io", "autoscaling", "metrics.k8s.io"],
  ]

  /// Removes unknown fields of rules, which the API server would reject.
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

  /// Creates or updates an object; throws if it belongs to another, because that must not get any rights.
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

/// Sends requests as another user.
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
  /// The account as which the release is applied; `nil` if the controllers apply it with their own rights.
  func account(_ snapshot: InstallationSnapshot) -> ExecutorAccount? {
    guard settings.usesExecutorAccounts else { return nil }
    return ExecutorAccount(
      cluster: target, dialect: dialect, extension: snapshot.installation.extension,
      namespace: snapshot.record?.namespace ?? snapshot.namespace)
  }

  /// The cluster of the release, with requests impersonating the account if it exists.
  func executor(_ snapshot: InstallationSnapshot) async throws(StepError) -> Cluster {
    guard let account = account(snapshot) else { return target }
    do { return try await account.exists ? account.impersonated : target } catch { throw .transient(error) }
  }

  /// Deletes the account with the release; an agent in the host cluster uses the extension's own, which stays.
  func removeAccount(_ snapshot: InstallationSnapshot) async throws(StepError) {
    guard let account = account(snapshot), site?.isHost != true else { return }
    try await throwingTransient { () throws(ClusterError) in try await account.remove() }
  }
}
