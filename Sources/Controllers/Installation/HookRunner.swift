import Charts
import Client
import KubernetesAPI
import Manifest
import Packages

/// Creates the objects of hooks, checks their progress, and deletes them.
///
/// Level-triggered, so that a restarted controller continues and runs nothing twice: the object of a running hook has
/// the run's id.
struct HookRunner: Sendable {
  /// The state of a hook's object.
  enum ObjectState: Sendable {
    /// It has just been created.
    case created(Object)
    /// It was created in this run.
    case present(Object, Readiness)
    /// It is from an earlier run, and is being deleted.
    case fromEarlierRun(Object)
  }

  var planner: ReleasePlanner
  /// The labels that identify objects of the release.
  var mark: OwnerMark
  var namespace: String
  /// Distinguishes the objects of this run from those of earlier ones.
  var run: String
  /// The cluster of the release, as its account.
  var cluster: Cluster

  static let runAnnotation = "ksx.dev/hook-run"

  /// Creates the hook's object if it does not exist, deletes it if it is from an earlier run, and returns its state.
  func advance(_ hook: ReleaseRecord.Hook) async throws(StepError) -> ObjectState {
    let part = try await part(hook)
    guard let present = try await find(part) else { return .created(try await make(part)) }
    if present.annotations[Self.runAnnotation] == run { return .present(present, Readiness(ofHook: present)) }
    guard mark.owns(present) else {
      throw .permanent("\(part.title) is there already and was not made by it")
    }
    guard hook.policies.contains(.beforeCreation) else {
      throw .permanent("\(part.title) is there from an earlier run, and its hook-delete-policy leaves it there")
    }
    if !present.isBeingDeleted { try await remove(part, uid: present.uid) }
    return .fromEarlierRun(present)
  }

  /// Deletes the objects of `hooks` whose delete policy includes `policy`.
  func deleteObjects(
    of hooks: [ReleaseRecord.Hook], policy: HookAnnotation.DeletePolicy
  ) async throws(StepError) {
    // As in helm, definitions are not deleted, because all their objects would be deleted with them.
    for hook in hooks where hook.policies.contains(policy) && hook.object.kind != "CustomResourceDefinition" {
      let part = try await part(hook)
      guard let present = try await find(part), present.annotations[Self.runAnnotation] == run else { continue }
      if !present.isBeingDeleted { try await remove(part, uid: present.uid) }
    }
  }

  /// Deletes the object of this run if it has not ended; returns whether it was deleted.
  func end(_ hook: ReleaseRecord.Hook) async throws(StepError) -> Bool {
    let part = try await part(hook)
    guard hook.object.kind != "CustomResourceDefinition", let present = try await find(part),
      present.annotations[Self.runAnnotation] == run, !present.isBeingDeleted,
      case .waiting = Readiness(ofHook: present)
    else { return false }
    try await remove(part, uid: present.uid)
    return true
  }

  private func part(_ hook: ReleaseRecord.Hook) async throws(StepError) -> ReleaseRecord.Part {
    var kinds = ServedKinds(cluster)
    return try await planner.placed(
      RenderedChart.Part(object: hook.object, file: hook.file), namespace, &kinds, isNew: false)
  }

  private func find(_ part: ReleaseRecord.Part) async throws(StepError) -> Object? {
    try await StepError.prefixingErrors(part.title) { () throws(ClusterError) in
      try await cluster.find(part.resource, namespace: part.object.namespace, part.object.name)
    }
  }

  private func make(_ part: ReleaseRecord.Part) async throws(StepError) -> Object {
    let value = mark.put(on: part.object.value).setting(
      ["metadata", "annotations", Self.runAnnotation], to: .string(run))
    return try await StepError.prefixingErrors(part.title) { () throws(ClusterError) in
      try await cluster.notingUnknownFields.create(part.resource, Object(value))
    }
  }

  private func remove(_ part: ReleaseRecord.Part, uid: String) async throws(StepError) {
    try await StepError.prefixingErrors(part.title) { () throws(ClusterError) in
      try await cluster.remove(part.resource, namespace: part.object.namespace, part.object.name, uid: uid)
    }
  }
}

/// The output of pods, shortened for the user.
struct PodOutput: Sendable {
  var cluster: Cluster

  private static let longest = 4000

  /// The end of the output of `object`, a Pod or a Job; empty if nothing runs it.
  func of(_ object: Object) async -> String {
    guard let namespace = object.namespace, let pod = await pod(of: object, namespace) else { return "" }
    let path = Resource.pods.path(namespace: namespace, name: pod, subresource: "log") + "?limitBytes=65536"
    // An unreadable output does not change the result.
    let text = (try? await cluster.text(path)) ?? ""
    guard text.utf8.count > Self.longest else { return text }
    // Does not begin within a character.
    return "…" + String(decoding: text.utf8.suffix(Self.longest).drop { $0 & 0xC0 == 0x80 }, as: UTF8.self)
  }

  /// The name of the Pod, or of the last Pod of a Job.
  private func pod(of object: Object, _ namespace: String) async -> String? {
    guard object.kind == "Job" else { return object.kind == "Pod" ? object.name : nil }
    let selector = Selector(labels: "job-name=\(object.name)")
    let pods = (try? await cluster.list(.pods, namespace: namespace, selector: selector)) ?? []
    return pods.max { ($0.creationTimestamp ?? "") < ($1.creationTimestamp ?? "") }?.name
  }
}
