import Client
import Extensions
import KubernetesAPI
import Manifest
import Packages
import Platform

/// Stores a record in a Secret in the release's namespace, because configs may contain secrets.
extension ReleaseRecord {
  static let key = Installation.recordKey

  /// `name` is an installation's name, or the key of one of its agents.
  static func secretName(_ name: String) -> String { AgentKey(name)?.recordName ?? Installation.recordName(of: name) }

  /// The Secret to write; gzip keeps the objects of a large chart below the API's limit of 1 MiB.
  var secret: Object {
    Object(
      .secrets, name: Self.secretName(name), namespace: namespace,
      labels: ["ksx.dev/release": AgentKey(name)?.installation ?? name],
      [
        "type": "ksx.dev/release.v1",
        "data": .mapping([Self.key: .string(Base64.encode(Gzip.pack(JSON.bytes(value))))]),
      ])
  }

  init(secret: Object) throws(ClusterError) {
    let problem = ClusterError.unreadable("Secret \(secret.namespace ?? "")/\(secret.name) is not a release record")
    guard let text = secret.value[path: "data", Self.key]?.string, let packed = Base64.decode(text),
      let bytes = try? Gzip.unpack(packed, limit: 64 << 20), let value = try? JSON.parse(bytes),
      let record = ReleaseRecord(value)
    else { throw problem }
    self = record
  }

  private var value: Value {
    [
      "name": .string(name), "release": .string(release), "extension": .string(self.extension),
      "namespace": .string(namespace), "state": .string(state.word),
      "revision": .integer(revision), "attempt": Self.value(attempt), "deployed": deployed.map(Self.value) ?? .null,
      "since": .string(since.description), "applied": .bool(isApplied),
      "enabled": appliedEnabled.map(Value.bool) ?? .null,
      "parts": .sequence(parts.map(Self.value)), "earlier": .sequence(earlier.map(Self.value)),
      "tests": tests.map { .sequence($0.map(Self.value)) } ?? .null,
      "hooks": .sequence(hooks.map { ["file": .string($0.file), "object": $0.object.value] }),
      "hookProgress": hookProgress.value, "ready": .bool(isReady),
      "refusedOffer": refusedOffer.map(Value.string) ?? .null, "cluster": .string(clusterID),
      "notes": .sequence(notes.map(Value.string)), "history": .sequence(history.map(\.value)),
      "conditions": .sequence(conditions.map(\.value)),
    ]
  }

  private init?(_ value: Value) {
    guard let name = value["name"]?.string, let namespace = value["namespace"]?.string,
      let attempt = Self.attempt(value["attempt"]), let since = Self.time(value["since"])
    else { return nil }
    let release = value["release"]?.string ?? name
    self.init(name: name, release: release, namespace: namespace, attempt: attempt, at: since)
    self.extension = value["extension"]?.string ?? ""
    state = InstallationState(value["state"]?.string ?? "")
    revision = value["revision"]?.integer ?? 0
    deployed = Self.attempt(value["deployed"])
    isApplied = value["applied"]?.bool ?? false
    appliedEnabled = value["enabled"]?.bool
    parts = (value["parts"]?.sequence ?? []).compactMap(Self.part)
    earlier = (value["earlier"]?.sequence ?? []).compactMap(Self.part)
    tests = value["tests"]?.sequence.map { $0.compactMap(Self.part) }
    hooks = (value["hooks"]?.sequence ?? []).compactMap { hook in
      hook["object"].map { Hook(object: Object($0), file: hook["file"]?.string ?? "") }
    }
    hookProgress = HookProgress(value["hookProgress"])
    isReady = value["ready"]?.bool ?? false
    refusedOffer = value["refusedOffer"]?.string
    clusterID = value["cluster"]?.string ?? ""
    notes = (value["notes"]?.sequence ?? []).compactMap(\.string)
    history = (value["history"]?.sequence ?? []).compactMap(Transition.init)
    conditions = (value["conditions"]?.sequence ?? []).compactMap(Condition.init)
  }

  private static func value(_ attempt: Attempt) -> Value {
    [
      "version": .string(attempt.version), "config": .string(attempt.config),
      "configHash": .string(attempt.configHash),
    ]
  }

  private static func attempt(_ value: Value?) -> Attempt? {
    guard let version = value?["version"]?.string, let config = value?["config"]?.string else { return nil }
    return Attempt(version: version, config: config)
  }

  private static func value(_ part: Part) -> Value {
    [
      "group": .string(part.resource.group), "version": .string(part.resource.version),
      "plural": .string(part.resource.plural), "kind": .string(part.resource.kind),
      "namespaced": .bool(part.resource.isNamespaced), "file": .string(part.file), "object": part.object.value,
    ]
  }

  private static func part(_ value: Value) -> Part? {
    guard let group = value["group"]?.string, let version = value["version"]?.string,
      let plural = value["plural"]?.string, let kind = value["kind"]?.string, let object = value["object"]
    else { return nil }
    let resource = Resource(
      group: group, version: version, plural: plural, kind: kind, isNamespaced: value["namespaced"]?.bool ?? false)
    return Part(resource: resource, object: Object(object), file: value["file"]?.string ?? "")
  }

  fileprivate static func time(_ value: Value?) -> Timestamp? { value?.string.flatMap(Timestamp.init) }
}

extension ReleaseRecord.HookProgress {
  fileprivate var value: Value {
    [
      "run": .integer(run), "ended": .sequence(ended.map(\.rawValue).sorted().map(Value.string)),
      "count": .integer(count),
    ]
  }

  fileprivate init(_ value: Value?) {
    run = value?["run"]?.integer ?? 0
    ended = Set((value?["ended"]?.sequence ?? []).compactMap { $0.string.flatMap(HookEvent.init) })
    count = value?["count"]?.integer ?? 0
  }
}

extension ReleaseRecord.Transition {
  /// An entry of `status.stateHistory`.
  var value: Value { ["lastTransitionTime": .string(time.description), "state": .string(state.word)] }

  fileprivate init?(_ value: Value) {
    guard let time = ReleaseRecord.time(value["lastTransitionTime"]) else { return nil }
    self.init(state: InstallationState(value["state"]?.string ?? ""), time: time)
  }
}

extension ReleaseRecord.Condition {
  /// An entry of `status.conditions`.
  var value: Value {
    [
      "type": .string(type), "status": isTrue ? "True" : "False", "reason": .string(reason),
      "message": .string(message), "lastTransitionTime": .string(time.description),
    ]
  }

  init?(_ value: Value) {
    guard let type = value["type"]?.string, let time = ReleaseRecord.time(value["lastTransitionTime"]) else {
      return nil
    }
    self.init(
      type: type, isTrue: value["status"]?.string == "True", reason: value["reason"]?.string ?? "",
      message: value["message"]?.string ?? "", time: time)
  }
}
