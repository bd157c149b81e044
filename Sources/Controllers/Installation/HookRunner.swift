import Charts
import Client
import KubernetesAPI
import Manifest
import Packages

/// Makes the objects of hooks, sees how they do, and deletes them.
///
/// Level-triggered like everything here: what is under way is an object that bears the run's id, so a controller killed
/// at any moment goes on where it was and runs nothing twice.
struct HookRunner: Sendable {
  /// What there is of a hook.
  enum Sight: Sendable {
    /// It was not there, and is now.
    case made(Object)
    /// It has been made in this run, and does so.
    case present(Object, Readiness)
    /// An object of an earlier run is being deleted.
    case inTheWay(Object)
  }

  var planner: ReleasePlanner
  /// Says whose an object is.
  var mark: OwnerMark
  var namespace: String
  /// Tells the objects of this run from those of earlier ones.
  var run: String
  /// Where hooks are made, as it is asked for that.
  var cluster: Cluster

  static let runAnnotation = "ksx.dev/hook-run"

  /// Makes the hook's object if it is not there, and says how it does.
  func look(at hook: ReleaseRecord.Hook) async throws(StepError) -> Sight {
    let part = try await place(hook)
    guard let present = try await find(part) else { return .made(try await make(part)) }
    if present.annotations[Self.runAnnotation] == run { return .present(present, Readiness(ofHook: present)) }
    guard mark.owns(present) else {
      throw .lasting("\(part.title) is there already and was not made by it")
    }
    guard hook.policies.contains(.beforeCreation) else {
      throw .lasting("\(part.title) is there from an earlier run, and its hook-delete-policy leaves it there")
    }
    if !present.isBeingDeleted { try await remove(part, uid: present.uid) }
    return .inTheWay(present)
  }

  /// Deletes those of `hooks` whose policy asks for it after they ended like this.
  func sweep(_ hooks: [ReleaseRecord.Hook], of policy: HookWords.DeletePolicy) async throws(StepError) {
    // helm deletes no definitions, for with them all their objects would go.
    for hook in hooks where hook.policies.contains(policy) && hook.object.kind != "CustomResourceDefinition" {
      let part = try await place(hook)
      guard let present = try await find(part), present.annotations[Self.runAnnotation] == run else { continue }
      if !present.isBeingDeleted { try await remove(part, uid: present.uid) }
    }
  }

  /// Deletes the object of this run if it has not ended; says whether there was one.
  func end(_ hook: ReleaseRecord.Hook) async throws(StepError) -> Bool {
    let part = try await place(hook)
    guard hook.object.kind != "CustomResourceDefinition", let present = try await find(part),
      present.annotations[Self.runAnnotation] == run, !present.isBeingDeleted,
      case .waiting = Readiness(ofHook: present)
    else { return false }
    try await remove(part, uid: present.uid)
    return true
  }

  private func place(_ hook: ReleaseRecord.Hook) async throws(StepError) -> ReleaseRecord.Part {
    var kinds = ServedKinds(cluster)
    return try await planner.placed(
      RenderedChart.Part(object: hook.object, file: hook.file), namespace, &kinds, isNew: false)
  }

  private func find(_ part: ReleaseRecord.Part) async throws(StepError) -> Object? {
    try await StepError.telling(part.title) { () throws(ClusterError) in
      try await cluster.find(part.resource, namespace: part.object.namespace, part.object.name)
    }
  }

  private func make(_ part: ReleaseRecord.Part) async throws(StepError) -> Object {
    let value = mark.put(on: part.object.value).setting(
      ["metadata", "annotations", Self.runAnnotation], to: .string(run))
    return try await StepError.telling(part.title) { () throws(ClusterError) in
      try await cluster.notingUnknownFields.create(part.resource, Object(value))
    }
  }

  private func remove(_ part: ReleaseRecord.Part, uid: String) async throws(StepError) {
    try await StepError.telling(part.title) { () throws(ClusterError) in
      try await cluster.remove(part.resource, namespace: part.object.namespace, part.object.name, uid: uid)
    }
  }
}

/// What pods wrote, as much as a user reads.
struct PodOutput: Sendable {
  var cluster: Cluster

  private static let longest = 4000

  /// The end of what `object`, a Pod or a Job, wrote; where nothing executes it, it wrote nothing.
  func of(_ object: Object) async -> String {
    guard let namespace = object.namespace, let pod = await pod(of: object, namespace) else { return "" }
    let path = Resource.pods.path(namespace: namespace, name: pod, subresource: "log") + "?limitBytes=65536"
    // An output that cannot be read takes nothing from what is known of the end.
    let text = (try? await cluster.text(path)) ?? ""
    guard text.utf8.count > Self.longest else { return text }
    // Not from within a character.
    return "…" + String(decoding: text.utf8.suffix(Self.longest).drop { $0 & 0xC0 == 0x80 }, as: UTF8.self)
  }

  /// The pod itself, or the last one of a Job.
  private func pod(of object: Object, _ namespace: String) async -> String? {
    guard object.kind == "Job" else { return object.kind == "Pod" ? object.name : nil }
    let selector = Selector(labels: "job-name=\(object.name)")
    let pods = (try? await cluster.list(.pods, namespace: namespace, selector: selector)) ?? []
    return pods.max { ($0.creationTimestamp ?? "") < ($1.creationTimestamp ?? "") }?.name
  }
}
