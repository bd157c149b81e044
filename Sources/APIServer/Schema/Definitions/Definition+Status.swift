import KubernetesAPI
import Manifest
import Platform

extension Definition {
  private static let originLabel = "app.kubernetes.io/managed-by"

  /// Whether its names are accepted, so that its kind is served.
  var isEstablished: Bool {
    (value[path: "status", "conditions"]?.sequence ?? []).contains {
      $0["type"] == "Established" && $0["status"] == "True"
    }
  }

  /// Whether the definition is built into this server.
  static func isBuiltInDefinition(_ stored: StoredObject) -> Bool { stored.labels[originLabel] == "ksxd" }

  /// The built-in definition as an object that replaces `old`.
  func builtInObject(after old: Value?, at now: Timestamp) -> Value {
    var object = value.setting(["metadata", "labels", Self.originLabel], to: "ksxd")
    let metadata = old?["metadata"]
    let generation = (metadata?["generation"]?.integer ?? 0) + 1
    let fields: [(String, Value)] = [
      ("uid", metadata?["uid"] ?? .string(UID.random())),
      ("creationTimestamp", metadata?["creationTimestamp"] ?? .string(now.description)),
      ("generation", .integer(generation)),
    ]
    for (key, value) in fields { object = object.setting(["metadata", key], to: value) }
    return Self.withDefinitionStatus(object, after: old, among: [], at: now)
  }

  /// `object` with its status, which depends on the names of other kinds in its group.
  static func withDefinitionStatus(
    _ object: Value, after old: Value?, among others: [ResourceType], at now: Timestamp
  ) -> Value {
    let names = object[path: "spec", "names"] ?? [:]
    let (accepted, conflict) = accepted(names, others)
    var conditions = (old?[path: "status", "conditions"]?.sequence ?? []).filter { $0["type"] == "Terminating" }
    conditions.insert(
      condition(
        "NamesAccepted", conflict == nil, conflict?.reason ?? "NoConflicts", conflict?.message ?? "no conflicts found"),
      at: 0)
    conditions.insert(
      condition(
        "Established", conflict == nil, conflict == nil ? "InitialNamesAccepted" : "NotAccepted",
        conflict == nil ? "the initial names have been accepted" : "not all names are accepted"), at: 1)
    let status: Value = [
      "conditions": .sequence(conditions.map { dated($0, old, now) }),
      "acceptedNames": accepted,
      "storedVersions": .sequence(storedVersions(object, old)),
    ]
    return object.setting(["status"], to: status)
  }

  /// `object`, marked for deletion, with the finalizer and the condition that precede the deletion of its objects.
  static func terminating(_ object: Value, at now: Timestamp) -> Value {
    let finalizers = Object(object).finalizers
    let all = finalizers.contains(API.cleanup) ? finalizers : finalizers + [API.cleanup]
    let condition = dated(
      Self.condition(
        "Terminating", true, "InstanceDeletionInProgress", "CustomResource deletion is in progress"), nil, now)
    let others = (object[path: "status", "conditions"]?.sequence ?? []).filter { $0["type"] != "Terminating" }
    return object.setting(["metadata", "finalizers"], to: .sequence(all.map(Value.string)))
      .setting(["status", "conditions"], to: .sequence(others + [condition]))
  }

  /// Refuses changes that a definition does not allow.
  static func check(_ object: Value, replacing old: Value) throws(Status) {
    var causes: [Status.Cause] = []
    for path in [["spec", "scope"], ["spec", "names", "kind"]] where object[path: path] != old[path: path] {
      causes.append(
        .invalidValue(path.joined(separator: "."), object[path: path] ?? .null, "field is immutable"))
    }
    let versions = object[path: "spec", "versions"]?.sequence?.compactMap { $0["name"] } ?? []
    for (index, stored) in (old[path: "status", "storedVersions"]?.sequence ?? []).enumerated()
    where !versions.contains(stored) {
      causes.append(.invalidValue("status.storedVersions[\(index)]", stored, "must appear in spec.versions"))
    }
    guard causes.isEmpty else { throw .invalid(.definitions, Object(object).name, causes) }
  }

  /// The stored versions that `object` no longer lists.
  static func dropped(by object: Value, after old: Value) -> [String] {
    let (before, now) = (old[path: "status", "storedVersions"], object[path: "status", "storedVersions"])
    let kept = now?.sequence ?? []
    return (before?.sequence ?? []).filter { !kept.contains($0) }.compactMap(\.string)
  }

  /// The versions in which objects may be stored; a client that has rewritten all objects removes the former ones.
  private static func storedVersions(_ object: Value, _ old: Value?) -> [Value] {
    let before = (object[path: "status", "storedVersions"] ?? old?[path: "status", "storedVersions"])?.sequence ?? []
    let versions = object[path: "spec", "versions"]?.sequence ?? []
    guard let name = versions.first(where: { $0["storage"] == true })?["name"], !before.contains(name) else {
      return before
    }
    return before + [name]
  }

  private static func condition(_ type: String, _ holds: Bool, _ reason: String, _ message: String) -> Value {
    [
      "type": .string(type), "status": .string(holds ? "True" : "False"), "reason": .string(reason),
      "message": .string(message),
    ]
  }

  /// `condition` with the time of its last transition.
  private static func dated(_ condition: Value, _ old: Value?, _ now: Timestamp) -> Value {
    guard condition["lastTransitionTime"] == nil else { return condition }
    let before = (old?[path: "status", "conditions"]?.sequence ?? []).first {
      $0["type"] == condition["type"] && $0["status"] == condition["status"]
    }
    return condition.setting(
      ["lastTransitionTime"], to: before?["lastTransitionTime"] ?? .string(now.description))
  }

  /// `names` without those that another kind of the group has, and the last conflict.
  private static func accepted(
    _ names: Value, _ others: [ResourceType]
  ) -> (names: Value, conflict: (reason: String, message: String)?) {
    let taken = Set(others.flatMap { [$0.resource.plural, $0.singular] + $0.shortNames })
    let kinds = Set(others.flatMap { [$0.resource.kind, $0.listKind] })
    var (accepted, conflict) = (names, (reason: String, message: String)?.none)
    for key in ["plural", "singular", "shortNames", "kind", "listKind"] {
      let claimed = names[key]?.sequence?.compactMap(\.string) ?? [names[key]?.string].compactMap(\.self)
      let known = ["kind", "listKind"].contains(key) ? kinds : taken
      guard let name = claimed.first(where: known.contains) else { continue }
      // The schema requires these two, so they are empty instead of missing.
      accepted = accepted.setting([key], to: key == "plural" || key == "kind" ? "" : Value?.none)
      conflict = (
        key.prefix(1).uppercased() + key.dropFirst() + "Conflict", "\(JSON.text(.string(name))) is already in use"
      )
    }
    return (accepted, conflict)
  }
}

/// Unique identifiers of objects.
enum UID {
  /// A random UUID, RFC 9562 version 4.
  static func random() -> String {
    var bytes = (0..<16).map { _ in UInt8.random(in: 0...255) }
    bytes[6] = bytes[6] & 0x0F | 0x40
    bytes[8] = bytes[8] & 0x3F | 0x80
    return bytes.enumerated().map { index, byte in
      ([4, 6, 8, 10].contains(index) ? "-" : "") + (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }.joined()
  }
}
