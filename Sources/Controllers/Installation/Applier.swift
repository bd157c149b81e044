import Client
import Extensions
import KubernetesAPI
import Manifest
import Platform

/// Makes the objects of a release what they shall be, and removes them.
struct Applier: Sendable {
  var cluster: Cluster
  /// Says whose an object is.
  var mark: OwnerMark

  /// Makes every object of the attempt, in an order in which they can find each other.
  func apply(_ record: ReleaseRecord, told: (ReleaseRecord.Part) -> Void = { _ in }) async throws(StepError) {
    let earlier = Dictionary(record.earlier.map { ($0.reference, $0.object.value) }, uniquingKeysWith: { $1 })
    for part in record.parts.sorted(by: { Self.rank($0) < Self.rank($1) }) {
      do {
        try await apply(part, earlier: earlier[part.reference] ?? .mapping([:]))
        told(part)
      } catch .lasting(let message) {
        throw .lasting("\(part.file): \(message)")
      }
    }
  }

  /// One object: made, or changed from what it is to what it shall be.
  ///
  /// The change is one of three sides, as with helm: what an earlier attempt set and this one does
  /// not is taken out, and what others set stays.
  private func apply(_ part: ReleaseRecord.Part, earlier: Value) async throws(StepError) {
    let (resource, namespace, name) = (part.resource, part.object.namespace, part.object.name)
    let wanted = Object(mark.put(on: part.object.value))
    let present = try await StepError.telling(part.title) { () throws(ClusterError) in
      try await cluster.find(resource, namespace: namespace, name)
    }
    guard let present else {
      _ = try await StepError.telling(part.title) { () throws(ClusterError) in
        try await cluster.create(resource, wanted)
      }
      return
    }
    guard mark.owns(present) else {
      throw .lasting("\(part.title) is there already and \(mark.owner(of: present))")
    }
    guard let patch = Self.patch(from: present.value, earlier: earlier, to: wanted.value) else { return }
    _ = try await StepError.telling(part.title) { () throws(ClusterError) in
      try await cluster.patch(resource, namespace: namespace, name, .merge(patch))
    }
  }

  /// `nil` when nothing differs.
  static func patch(from present: Value, earlier: Value, to wanted: Value) -> Value? {
    let withoutOld = MergePatch.apply(MergePatch.difference(from: earlier, to: wanted), to: present)
    var target = MergePatch.apply(wanted, to: earlier.mapping?.isEmpty == true ? present : withoutOld)
    // What names the object, and its status, are the API's to keep.
    target = target.setting(["status"], to: present["status"])
    let patch = MergePatch.difference(from: present, to: target)
    guard patch.mapping?.isEmpty == false else { return nil }
    return patch.setting(["metadata", "resourceVersion"], to: .string(Object(present).resourceVersion))
  }

  /// What became of objects that shall go.
  struct Removal: Sendable {
    /// What is still there.
    var remaining: [ReleaseRecord.Part] = []
    /// The same in words, with what holds each, and no more of them than a user reads.
    var holding: String {
      let names = remaining.prefix(3).map { part in
        let held = finalizers[part.reference] ?? []
        return part.title + (held.isEmpty ? "" : " (held by its finalizers \(held.joined(separator: ", ")))")
      }
      return names.joined(separator: ", ") + (remaining.count > 3 ? " and \(remaining.count - 3) more" : "")
    }
    fileprivate var finalizers: [ReleaseRecord.Reference: [String]] = [:]
    /// What stays, as its author wants it.
    var kept: [ReleaseRecord.Part] = []

    /// What is kept, in words, or nothing.
    var words: [String] { kept.map { "kept \($0.title), which says \(Self.policy): keep" } }

    static let policy = "helm.sh/resource-policy"
  }

  /// Deletes what is ours of `parts`, last made first, but for what says of itself that it is to be kept, as helm has it.
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

  /// As helm sorts: what others refer to first, workloads later, what the gateway serves last.
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
  /// `Deployment extension-bell/bell`, for the user.
  var title: String {
    "\(resource.kind) " + (object.namespace.map { $0 + "/" } ?? "") + object.name
  }
}
