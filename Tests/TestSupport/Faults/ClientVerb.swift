package import Client
import KubernetesAPI
package import Manifest

/// Everything a client can ask, of a server with the extensions `a` to `c`.
package enum ClientVerb: String, CaseIterable, Sendable {
  case get, list, pages, table, version, discovery, review
  case create, createDryRun, patch, patchDryRun, jsonPatch, apply, delete, deleteDryRun

  /// Those whose answers differ in form.
  package static let main: [ClientVerb] = Seeds.isLong ? allCases : [.get, .pages, .create, .patch, .delete]

  /// Whether it is sent with another method than GET.
  package var isWrite: Bool {
    [
      .create, .createDryRun, .patch, .patchDryRun, .jsonPatch, .apply, .delete, .deleteDryRun, .review,
    ].contains(self)
  }
  /// Whether something is different afterwards.
  package var changes: Bool { [.create, .patch, .jsonPatch, .apply, .delete].contains(self) }

  private static let wish: Value = ["spec": ["icon": "patched"], "metadata": ["labels": ["patched": "yes"]]]
  /// The same as steps.
  private static let steps: [Patch.Step] = [
    .test(["spec", "icon"], "value of b"), .replace(["spec", "icon"], "patched"),
    .add(["metadata", "labels"], ["patched": "yes"]),
  ]
  /// The same as an object of which no more is said.
  private static let applied = Object(.extensions, name: "b", labels: ["patched": "yes"], ["spec": ["icon": "patched"]])
  private static let new = Object(.extensions, name: "new", ["spec": ["icon": "created"]])

  /// The answer in a form that can be compared.
  package func ask(_ cluster: Cluster) async throws(ClusterError) -> Value {
    switch self {
    case .get: return try await cluster.get(.extensions, "b").value
    case .list: return .sequence(try await cluster.list(.extensions, limit: nil).map(\.value))
    case .pages: return .sequence(try await cluster.list(.extensions, limit: 2).map(\.value))
    case .table:
      var rows: [Value] = []
      _ = try await cluster.table(.extensions, limit: 2, restart: { rows = [] }) { rows.append(.sequence($0.cells)) }
      return .sequence(rows)
    case .version: return .string(try await cluster.version().gitVersion)
    case .discovery:
      let found = try await cluster.resources(group: "kubesphere.io", version: "v1alpha1")
      return .sequence(found.map { .string($0.resource.qualifiedName + $0.verbs.sorted().joined()) })
    case .review: return .bool(try await cluster.verdict(on: Access("delete", .extensions)).isAllowed)
    case .create, .createDryRun:
      return try await cluster.create(.extensions, Self.new, dryRun: self == .createDryRun).value
    case .patch, .patchDryRun:
      return try await cluster.patch(.extensions, "b", .merge(Self.wish), dryRun: self == .patchDryRun).value
    case .jsonPatch: return try await cluster.patch(.extensions, "b", .json(Self.steps)).value
    case .apply: return try await cluster.patch(.extensions, "b", .apply(Self.applied, force: true)).value
    case .delete, .deleteDryRun:
      try await cluster.delete(.extensions, "b", dryRun: self == .deleteDryRun)
      return .null
    }
  }

  /// What the user is told became of a change whose answer was lost.
  package func outcome(_ cluster: Cluster, uid: String) async -> WriteOutcome {
    switch self {
    case .delete: await cluster.outcomeOfDeletion(of: .extensions, "b", uid: uid)
    case .create: await cluster.outcome(of: Self.new.value, on: .extensions, "new")
    default: await cluster.outcome(of: Self.wish, on: .extensions, "b")
    }
  }
}
