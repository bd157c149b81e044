import Client
import Extensions
import KubernetesAPI
import Manifest
import Platform

/// Applies the objects of a release, and deletes them.
struct Applier: Sendable {
  var cluster: Cluster
  /// The labels that identify objects of the release.
  var mark: OwnerMark

  /// Applies every object of the attempt, in an order in which references exist before they are used.
  func apply(_ record: ReleaseRecord, reported: (ReleaseRecord.Part) -> Void = { _ in }) async throws(StepError) {
    let earlier = Dictionary(record.earlier.map { ($0.reference, $0.object.value) }, uniquingKeysWith: { $1 })
    for part in record.parts.sorted(by: { Self.rank($0) < Self.rank($1) }) {
      do {
        try await apply(part, earlier: earlier[part.reference] ?? .mapping([:]))
        reported(part)
      } catch .permanent(let message) {
        throw .permanent("\(part.file): \(message)")
      }
    }
  }

  /// Creates the object, or patches it.
  ///
  /// The patch is a three-way merge, as in helm: fields that an earlier attempt set and this one does not are removed,
  /// and fields that others set stay.
  private func apply(_ part: ReleaseRecord.Part, earlier: Value) async throws(StepError) {
    let (resource, namespace, name) = (part.resource, part.object.namespace, part.object.name)
    let wanted = Object(mark.put(on: part.object.value))
    let present = try await StepError.prefixingErrors(part.title) { () throws(ClusterError) in
      try await cluster.find(resource, namespace: namespace, name)
    }
    guard let present else {
      _ = try await StepError.prefixingErrors(part.title) { () throws(ClusterError) in
        try await cluster.create(resource, wanted)
      }
      return
    }
    guard mark.owns(present) else {
      throw .permanent("\(part.title) is there already and \(mark.owner(of: present))")
    }
    guard let patch = Self.patch(from: present.value, earlier: earlier, to: wanted.value) else { return }
    _ = try await StepError.prefixingErrors(part.title) { () throws(ClusterError) in
      try await cluster.patch(resource, namespace: namespace, name, .merge(patch))
    }
  }

  /// `nil` if nothing differs.
  static func patch(from present: Value, earlier: Value, to wanted: Value) -> Value? {
    let withoutOld = MergePatch.apply(MergePatch.difference(from: earlier, to: wanted), to: present)
    var target = MergePatch.apply(wanted, to: earlier.mapping?.isEmpty == true ? present : withoutOld)
    // The status belongs to the API server and to controllers.
    target = target.setting(["status"], to: present["status"])
    let patch = MergePatch.difference(from: present, to: target)
    guard patch.mapping?.isEmpty == false else { return nil }
    return patch.setting(["metadata", "resourceVersion"], to: .string(Object(present).resourceVersion))
  }

  /// The result of deleting objects.
  struct Removal: Sendable {
    /// Objects that still exist.
    var remaining: [ReleaseRecord.Part] = []
    /// At most three of them with their finalizers, in words, for the user.
    var holding: String {
      let names = remaining.prefix(3).map { part in
        let held = finalizers[part.reference] ?? []
        return part.title + (held.isEmpty ? "" : " (held by its finalizers \(held.joined(separator: ", ")))")
      }
      return names.joined(separator: ", ") + (remaining.count > 3 ? " and \(remaining.count - 3) more" : "")
    }
    fileprivate var finalizers: [ReleaseRecord.Reference: [String]] = [:]
    /// Objects that are kept because they ask for it.
    var kept: [ReleaseRecord.Part] = []

    /// The kept objects in words; empty if there are none.
    var words: [String] { kept.map { "kept \($0.title), which says \(Self.policy): keep" } }

    static let policy = "helm.sh/resource-policy"
  }

  /// Deletes the objects of `parts` that the release owns, in the reverse order, except those that are annotated to be
  /// kept, as in helm.
  func remove(_ parts: [ReleaseRecord.Part]) async throws(ClusterError) -> Removal {
    var removal = Removal()
    for part in parts.sorted(by: { Self.rank($0) > Self.rank($1) }) {
      let (resource, namespace, name) = (part.resource, part.object.namespace, part.object.name)
      guard let present = try await cluster.find(resource, namespace: namespace, name),
        mark.owns(present)
      else { continue }
      guard !Self.isKept(present), !Self.isKept(part.object) else {
        removal.kept.append(part)
        continue
      }
      if !present.isBeingDeleted { try await cluster.remove(resource, namespace: namespace, name, uid: present.uid) }
      guard let left = try await cluster.find(resource, namespace: namespace, name), left.uid == present.uid else {
        continue
      }
      removal.remaining.append(part)
      removal.finalizers[part.reference] = left.finalizers
    }
    return removal
  }

  private static func isKept(_ object: Object) -> Bool {
    object.annotations[Removal.policy]?.trimmed().lowercased() == "keep"
  }

  /// Similar to helm's order: objects that others refer to first, then workloads, and the gateway's objects last.
  private static func rank(_ part: ReleaseRecord.Part) -> Int {
    let order = [
      "Namespace", "NetworkPolicy", "ResourceQuota", "LimitRange", "ServiceAccount", "Secret", "ConfigMap",
      "StorageClass", "PersistentVolume", "PersistentVolumeClaim", "ClusterRole", "ClusterRoleBinding", "Role",
      "RoleBinding", "Service", "DaemonSet", "Pod", "ReplicaSet", "Deployment", "StatefulSet", "Job", "CronJob",
      "Ingress",
    ]
    return order.firstIndex(of: part.resource.kind) ?? order.count
  }
}

extension ReleaseRecord.Part {
  /// Such as `Deployment extension-bell/bell`, for the user.
  var title: String {
    "\(resource.kind) " + (object.namespace.map { $0 + "/" } ?? "") + object.name
  }
}
