import KubernetesAPI
import Manifest
import Platform

/// Records which writer owns which field, and applies the fields that a writer wants to own
/// (Kubernetes, "Server-Side Apply"; the algorithm of structured-merge-diff).
struct Ownership: Sendable {
  var type: ResourceType
  var writer: ManagedFields.Writer
  var time: String

  init(
    _ type: ResourceType, _ manager: String, _ operation: ManagedFields.Writer.Operation, at now: Timestamp,
    isStatus: Bool = false
  ) {
    self.type = type
    writer = ManagedFields.Writer(
      manager: manager, operation: operation, apiVersion: type.resource.apiVersion,
      subresource: isStatus ? "status" : "")
    time = now.description
  }

  /// The managed fields after `old` was replaced by `new`; `given` are those in the request.
  ///
  /// An existing object without managed fields gets them when it is first applied, not by an update.
  func managedFields(of new: Value, after old: Value?, given: Value?) -> Value? {
    if given == [[:]] { return nil }
    let kept = ManagedFields(given) ?? ManagedFields(old?[path: "metadata", "managedFields"])
    guard var managed = kept ?? (old == nil ? ManagedFields() : nil) else { return nil }
    let comparison = FieldComparison(from: content(old ?? [:]), to: content(new), type.structure)
    let own = managed[writer] ?? .empty
    managed.release(comparison.removed.union(comparison.written))
    if !comparison.written.isEmpty {
      managed.set(own.subtracting(comparison.removed).union(comparison.written), of: writer, at: time)
    }
    managed.tidy()
    return managed.value
  }

  /// `old` with `wanted` applied, and the managed fields after that.
  func apply(
    _ wanted: Value, to old: Value?, force: Bool
  ) throws(Status) -> (object: Value, managedFields: Value?) {
    var managed = ManagedFields(old?[path: "metadata", "managedFields"]) ?? assumedOwner(of: old)
    let live = old ?? [:]
    let wanted = part(of: wanted)
    let owned = fields(of: wanted)
    let last = managed[writer] ?? .empty
    managed.set(owned, of: writer, at: time)
    var object = StructuredMerge.merge(wanted, into: live, type.structure)
    object = StructuredMerge.prune(object, last: last, owned: managed.all, type.structure)
    let comparison = FieldComparison(from: content(live), to: content(object), type.structure)
    try check(comparison.written, managed, force, migrating: lastApplied(by: live))
    managed.release(comparison.written.union(comparison.removed), except: writer)
    managed.tidy()
    return (keepingLastApplied(object, wanted, live), managed.value)
  }

  /// Throws 409 if other managers own written fields, except those in `migrating`, which kubectl applied on the client
  /// side.
  private func check(
    _ written: FieldSet, _ managed: ManagedFields, _ force: Bool, migrating: FieldSet
  ) throws(Status) {
    guard !force else { return }
    let conflicts = managed.entries.filter { !$0.writer.isSame(as: writer) }
      .map { (who: $0.writer.description, paths: $0.fields.intersection(written).subtracting(migrating).paths) }
      .filter { !$0.paths.isEmpty }.sorted { $0.who < $1.who }
    guard conflicts.isEmpty else { throw .applyConflict(conflicts) }
  }

  private static let lastApplied = "kubectl.kubernetes.io/last-applied-configuration"

  /// The fields of the last `kubectl apply` without `--server-side`, which kubectl may take over.
  private func lastApplied(by live: Value) -> FieldSet {
    let text = live[path: "metadata", "annotations", Self.lastApplied]?.string
    guard writer.manager == "kubectl", let text, let value = try? JSON.parse(Array(text.utf8)) else { return .empty }
    return fields(of: value)
  }

  /// `object` with kubectl's annotation updated, for a later `kubectl apply` without `--server-side`.
  private func keepingLastApplied(_ object: Value, _ wanted: Value, _ live: Value) -> Value {
    let path = ["metadata", "annotations", Self.lastApplied]
    guard writer.manager == "kubectl", live[path: path] != nil else { return object }
    let applied = wanted[path: path] == nil ? wanted : wanted.setting(path, to: nil)
    return object.setting(path, to: .string(JSON.text(applied) + "\n"))
  }

  /// The owner assumed for an object without managed fields: the manager `before-first-apply`.
  private func assumedOwner(of old: Value?) -> ManagedFields {
    var managed = ManagedFields()
    guard let old else { return managed }
    var earlier = writer
    earlier.manager = "before-first-apply"
    earlier.operation = .update
    managed.set(FieldComparison(from: content([:]), to: content(old), type.structure).added, of: earlier, at: time)
    managed.tidy()
    return managed
  }

  /// The part of `wanted` that this write concerns: all but the status, or the status alone.
  private func part(of wanted: Value) -> Value {
    guard type.hasStatus else { return wanted }
    guard !writer.subresource.isEmpty else { return wanted.setting(["status"], to: nil) }
    var pairs = wanted.mapping ?? Mapping()
    pairs.pairs.removeAll { !["apiVersion", "kind", "status"].contains($0.key) }
    return .mapping(pairs)
  }

  private func fields(of wanted: Value) -> FieldSet {
    let all = FieldSet(of: content(wanted), type.structure)
    // Metadata as a whole has no owner.
    let metadata = all.children["f:metadata"].map { FieldSet(children: $0.children) } ?? .empty
    var fields = all.without("f:metadata")
    fields.add("f:metadata", metadata)
    return fields
  }

  /// An object without the fields that have no owner.
  private func content(_ value: Value) -> Value {
    var pairs = value.mapping ?? Mapping()
    for key in ["apiVersion", "kind"] { pairs[key] = nil }
    var metadata = pairs["metadata"]?.mapping ?? Mapping()
    let serverSet = [
      "name", "namespace", "creationTimestamp", "selfLink", "uid", "generation", "managedFields", "resourceVersion",
      "generateName", "deletionTimestamp", "deletionGracePeriodSeconds",
    ]
    for key in serverSet { metadata[key] = nil }
    pairs["metadata"] = .mapping(metadata)
    return .mapping(pairs)
  }
}

extension Status {
  /// The 409 that lists fields of other managers, as kube-apiserver does.
  static func applyConflict(_ conflicts: [(who: String, paths: [String])]) -> Status {
    let count = conflicts.reduce(0) { $0 + $1.paths.count }
    let causes = conflicts.flatMap { conflict in
      conflict.paths.map {
        Cause(reason: "FieldManagerConflict", message: "conflict with \(conflict.who)", field: $0)
      }
    }
    let list =
      count == 1
      ? "1 conflict: conflict with \(conflicts[0].who): \(conflicts[0].paths[0])"
      : "\(count) conflicts: "
        + conflicts.map { "conflicts with \($0.who):" + $0.paths.map { "\n- \($0)" }.joined() }.joined(separator: "\n")
    return Status(
      code: 409, reason: "Conflict", message: "Apply failed with \(list)", details: Details(causes: causes))
  }
}
