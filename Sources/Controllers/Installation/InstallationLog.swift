import Client
import Extensions
import KubernetesAPI
import Manifest
import Platform

/// The log of one installation, in a ConfigMap that clients can read during the work.
///
/// The ConfigMap is called `ksx-log.NAME`, or after the key of an agent. It is in the namespace of the release, and the
/// installation owns it. The oldest lines are dropped first.
final class InstallationLog: Sendable {
  static let key = Installation.logKey
  /// A quarter of what a ConfigMap can hold.
  private static let longest = 256 << 10

  private let lines = Locked<[String]>([])
  private let now: @Sendable () -> Timestamp

  init(now: @escaping @Sendable () -> Timestamp) { self.now = now }

  /// Adds each line of `text`.
  func note(_ text: String) {
    let time = now().description
    let new = text.lines.filter { !$0.isEmpty }.map { "\(time) \($0)" }
    lines.withLock { $0 += new }
  }

  /// Adds what has changed from one record to the next.
  func note(_ record: ReleaseRecord, after earlier: ReleaseRecord?) {
    let isNewTry = record.revision != earlier?.revision
    if isNewTry { note("--- revision \(record.revision): version \(record.attempt.version)") }
    if record.state != earlier?.state || isNewTry { note(record.state.word) }
    guard let condition = record.conditions.first, condition != earlier?.conditions.first else { return }
    if condition.message != earlier?.conditions.first?.message { note("\(condition.reason): \(condition.message)") }
  }

  private static func owner(_ object: Object, _ dialect: Dialect) -> Value {
    [
      "apiVersion": .string(dialect.installations.apiVersion), "kind": .string(dialect.installations.kind),
      "name": .string(object.name), "uid": .string(object.uid),
    ]
  }

  /// Writes what has come since the last time.
  func flush(
    to namespace: String, of object: Object, _ dialect: Dialect, in cluster: Cluster, named name: String
  ) async {
    let new = lines.withLock { lines in
      defer { lines = [] }
      return lines
    }
    if new.isEmpty { return }
    let added = new.map { $0 + "\n" }.joined()
    let owner = Self.owner(object, dialect)
    // An error while the log is written does not fail the operation.
    guard let present = try? await cluster.find(.configMaps, namespace: namespace, name) else {
      // An installation that is being deleted gets no new log.
      if object.isBeingDeleted { return }
      let labels = ["ksx.dev/log": object.name, dialect.extensionLabel: Installation(object).extension]
      let log = Object(
        .configMaps, name: name, namespace: namespace, labels: labels, ["data": [Self.key: .string(added)]])
      _ = try? await cluster.create(
        .configMaps, Object(log.value.setting(["metadata", "ownerReferences"], to: [owner])))
      return
    }
    let text = (present.value[path: "data", Self.key]?.string ?? "") + added
    let patch: Value = [
      "metadata": ["ownerReferences": [owner]], "data": [Self.key: .string(Self.shortened(text))],
    ]
    _ = try? await cluster.patch(.configMaps, namespace: namespace, name, .merge(patch))
  }

  private static func shortened(_ text: String) -> String {
    guard text.utf8.count > longest else { return text }
    let kept = String(decoding: text.utf8.suffix(longest), as: UTF8.self)
    // By bytes, because CR LF is one character in Swift.
    return kept.utf8.firstIndex(of: 10).map { String(kept[kept.utf8.index(after: $0)...]) } ?? kept
  }
}
