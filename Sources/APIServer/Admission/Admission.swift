import KubernetesAPI
import Manifest
import Platform

/// Prepares an object for the store: sets its metadata, completes it, prunes it and validates it.
///
/// `Ownership`, not this, computes its `managedFields`.
struct Admission {
  var type: ResourceType
  var now: Timestamp
  /// The existing objects of the kind.
  var others: () -> [Value] = { [] }

  /// Completes and validates a new object; throws if it is not valid.
  func create(_ value: Value, at path: ResourcePath, uid: String) throws(Status) -> Value {
    var object = try checkingKind(value)
    if let version = object[path: "metadata", "resourceVersion"]?.string, !version.isEmpty {
      throw .badRequest("resourceVersion should not be set on objects to be created")
    }
    object = try naming(object, path)
    let metadata: [(String, Value?)] = [
      ("uid", .string(uid)), ("creationTimestamp", .string(now.description)),
      ("generation", type.generation == .content ? 1 : nil), ("deletionTimestamp", nil),
      ("deletionGracePeriodSeconds", nil), ("resourceVersion", nil), ("selfLink", nil),
      ("managedFields", nil),
    ]
    for (key, value) in metadata { object = object.setting(["metadata", key], to: value) }
    object = withoutEmptyMetadata(object)
    if type.hasStatus { object = object.setting(["status"], to: nil) }
    object = type.defaulted(type.pruned(object))
    try check(object)
    return object
  }

  /// `new` in the place of `old`, or `old` itself when nothing changed.
  ///
  /// The finalizers of a namespace, which are in its spec, are changed by its subresource `finalize` alone.
  func update(_ new: Value, from old: Value, isStatus: Bool, isFinalize: Bool = false) throws(Status) -> Value {
    let name = Object(old).name
    var object = try checkingKind(new)
    let held = old[path: "spec", "finalizers"]
    if type.resource == .namespaces, !isFinalize, object[path: "spec", "finalizers"] != held {
      object = object.setting(["spec", "finalizers"], to: held)
    }
    guard Object(object).name == name else {
      throw .badRequest("the name of the object (\(Object(object).name)) does not match the name on the URL (\(name))")
    }
    try checkPreconditions(object, old, name)
    try checkFixed(object, old)
    object = withoutEmptyMetadata(keepingMetadata(of: old, in: object))
    object = type.defaulted(type.pruned(type.hasStatus ? separatingStatus(object, old, isStatus) : object))
    guard object != old else { return old }
    if type.generation == .content, content(object) != content(old) {
      object = object.setting(["metadata", "generation"], to: .integer((Object(old).generation ?? 0) + 1))
    }
    try check(object, replacing: old)
    try checkFinalizers(object, old)
    return object
  }

  /// `object` with the metadata of `old` that only the server changes.
  private func keepingMetadata(of old: Value, in object: Value) -> Value {
    let keys = [
      "namespace", "uid", "creationTimestamp", "generation", "deletionTimestamp", "deletionGracePeriodSeconds",
      "resourceVersion", "managedFields",
    ]
    return keys.reduce(object.setting(["metadata", "selfLink"], to: nil)) { object, key in
      object.setting(["metadata", key], to: old[path: "metadata", key])
    }
  }

  /// Removes empty metadata fields (Go's `omitempty`).
  private func withoutEmptyMetadata(_ given: Value) -> Value {
    let object = withTexts(given)
    return (object["metadata"]?.mapping?.pairs ?? []).filter(\.value.saysNothing).reduce(object) { object, pair in
      object.setting(["metadata", pair.key], to: nil)
    }
  }

  /// Replaces a null label or annotation with an empty string (Go's zero value); charts write null for an empty value.
  private func withTexts(_ object: Value) -> Value {
    ["labels", "annotations"].reduce(object) { object, key in
      let pairs = object[path: "metadata", key]?.mapping?.pairs ?? []
      return pairs.filter { $0.value == .null }.reduce(object) { $0.setting(["metadata", key, $1.key], to: "") }
    }
  }

  /// Limits a write to the status, or to everything but the status.
  private func separatingStatus(_ new: Value, _ old: Value, _ isStatus: Bool) -> Value {
    isStatus ? old.setting(["status"], to: new["status"]) : new.setting(["status"], to: old["status"])
  }

  private func content(_ value: Value) -> Value {
    let content = value.setting(["metadata"], to: nil)
    return type.hasStatus ? content.setting(["status"], to: nil) : content
  }

  /// Fills in missing `kind` and `apiVersion` of Kubernetes' own kinds, as kube-apiserver does; custom objects must
  /// have both.
  private func named(_ value: Value) -> Value {
    guard !type.isCustom, value.mapping != nil else { return value }
    let object = Object(value)
    let kinded = object.kind.isEmpty ? value.setting(["kind"], to: .string(type.resource.kind)) : value
    return object.apiVersion.isEmpty
      ? kinded.setting(["apiVersion"], to: .string(type.resource.apiVersion)) : kinded
  }

  private func checkingKind(_ given: Value) throws(Status) -> Value {
    let value = named(given)
    let object = Object(value)
    guard value.mapping != nil else { throw .badRequest("the body is no object") }
    guard !object.apiVersion.isEmpty, !object.kind.isEmpty else {
      let missing = object.kind.isEmpty ? "kind" : "apiVersion"
      throw .badRequest("Object '\(missing.prefix(1).uppercased() + missing.dropFirst())' is missing in the body")
    }
    guard object.apiVersion == type.resource.apiVersion else {
      throw .badRequest(
        "the API version in the data (\(object.apiVersion)) does not match the expected API version "
          + "(\(type.resource.apiVersion))")
    }
    guard object.kind == type.resource.kind || !type.isCustom else {
      let cause = Status.Cause.invalid("kind", .string(object.kind), "must be \(type.resource.kind)")
      throw .invalid(type.resource, object.name, [cause])
    }
    guard object.kind == type.resource.kind else {
      throw .badRequest(
        "\(object.kind) in version \"\(object.apiVersion)\" cannot be handled as a \(type.resource.kind)")
    }
    if let problem = NativeDecoding.problem(value, type) {
      throw .badRequest(
        "\(object.kind) in version \"\(type.resource.version)\" cannot be handled as a \(object.kind): \(problem)")
    }
    return value
  }

  private func naming(_ value: Value, _ path: ResourcePath) throws(Status) -> Value {
    var object = value
    let namespace = Object(value).namespace ?? ""
    if type.resource.isNamespaced {
      guard let expected = path.namespace else {
        throw .badRequest("an empty namespace may not be set during creation")
      }
      guard namespace.isEmpty || namespace == expected else {
        throw .badRequest("the namespace of the provided object does not match the namespace sent on the request")
      }
      object = object.setting(["metadata", "namespace"], to: .string(expected))
    } else {
      object = object.setting(["metadata", "namespace"], to: nil)
    }
    guard Object(object).name.isEmpty, let prefix = object[path: "metadata", "generateName"]?.string, !prefix.isEmpty
    else { return object }
    // Kubernetes' alphabet for generated names: without vowels, so that no words result.
    let suffix = String((0..<5).compactMap { _ in "bcdfghjklmnpqrstvwxz2456789".randomElement() })
    return object.setting(["metadata", "name"], to: .string(prefix + suffix))
  }

  private func checkPreconditions(_ new: Value, _ old: Value, _ name: String) throws(Status) {
    let (claimed, current) = (Object(new), Object(old))
    if !claimed.uid.isEmpty, claimed.uid != current.uid {
      throw .conflict(
        type.resource, name,
        "Precondition failed: UID in precondition: \(claimed.uid), UID in object meta: \(current.uid)")
    }
    if !claimed.resourceVersion.isEmpty, claimed.resourceVersion != current.resourceVersion {
      throw .conflict(type.resource, name)
    }
  }

  /// Refuses a change of the namespace or of the deletion fields; the caller fills in missing ones.
  private func checkFixed(_ new: Value, _ old: Value) throws(Status) {
    let (namespace, present) = (Object(new).namespace ?? "", Object(old).namespace ?? "")
    guard namespace.isEmpty || namespace == present else {
      throw .badRequest(
        "the namespace of the object (\(namespace)) does not match the namespace on the request (\(present))")
    }
    let causes = ["deletionTimestamp", "deletionGracePeriodSeconds"].compactMap { key -> Status.Cause? in
      let (value, present) = (new[path: "metadata", key] ?? .null, old[path: "metadata", key])
      guard value != .null, value != present else { return nil }
      return .invalid("metadata." + key, value, "field is immutable")
    }
    guard causes.isEmpty else { throw .invalid(type.resource, Object(old).name, causes) }
  }

  private func checkFinalizers(_ new: Value, _ old: Value) throws(Status) {
    let object = Object(new)
    guard object.isBeingDeleted else { return }
    let added = object.finalizers.filter { !Object(old).finalizers.contains($0) }
    guard added.isEmpty else {
      throw .invalid(
        type.resource, object.name,
        [
          .forbidden(
            "metadata.finalizers",
            "no new finalizers can be added if the object is being deleted, found new finalizers \(added)")
        ])
    }
  }

  private func check(_ value: Value, replacing old: Value? = nil) throws(Status) {
    let causes = MetadataRules(type).causes(value) + type.causes(value, replacing: old)
    guard causes.isEmpty else { throw .invalid(type.resource, Object(value).name, causes) }
    if let denial = type.rules.denial(of: value, beside: others) { throw denial }
  }
}

extension Value {
  /// Whether Go omits a metadata field with this value.
  fileprivate var saysNothing: Bool {
    self == .null || self == "" || mapping?.isEmpty == true || sequence?.isEmpty == true
  }
}
