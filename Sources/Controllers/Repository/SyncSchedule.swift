import Charts
import Client
import Extensions
import KubernetesAPI
import Manifest
import Platform

/// When a repository is read next, and where the last sync is recorded.
///
/// Shipped KubeSphere has `status.lastSyncTime`, and a client that sets it to null requests a sync. The first design
/// has no such field, so an annotation takes its place.
struct SyncSchedule: Hashable, Sendable {
  static let sourceAnnotation = "ksx.dev/synced-source"
  static let timeAnnotation = "ksx.dev/last-sync-time"

  /// Seconds between two syncs.
  var interval: Int
  /// Fields with invalid values, which are ignored.
  let problems: [String]
  /// The last sync; `nil` if the spec has changed since, or there was none.
  let known: LastSync?
  /// The time of the last sync, as written; empty if a sync is requested.
  let lastSyncTime: String
  /// The current digest of a folder on this machine; empty for other repositories.
  let digestOnDisk: String
  private let last: Timestamp?
  private let dialect: Dialect

  init(_ object: Object, dialect: Dialect) {
    self.dialect = dialect
    let asked = object.spec[path: "updateStrategy", "registryPoll", "interval"]?.string ?? ""
    interval = Self.interval(GoDuration.seconds(asked), dialect)
    problems = [["registryPoll", "interval"], ["timeout"]].compactMap { keys in
      let strategy = object.spec["updateStrategy"] ?? [:]
      let value = keys.reduce(strategy) { $0[$1] ?? .null }
      if value == .null || value.string.map({ $0.isEmpty || GoDuration.parse($0) != nil }) == true { return nil }
      let field = "spec.updateStrategy.\(keys.joined(separator: "."))"
      return "\(field): \(value.string ?? JSON.text(value)) is no duration such as 30m"
    }
    let noted =
      dialect.name == .installPlan
      ? object.status["lastSyncTime"]?.string : object.annotations[Self.timeAnnotation]
    lastSyncTime = noted ?? ""
    let synced = object.annotations[Self.sourceAnnotation].flatMap(LastSync.init)
    let isSame = synced.map { $0.specFingerprint == LastSync.fingerprint(of: object) } ?? false
    known = isSame && noted != nil ? synced : nil
    // A folder on this machine is checked at every reconciliation.
    let onDisk = RepositorySource(object).revisionOnDisk
    digestOnDisk = onDisk?.digest ?? ""
    let isUpToDate = known != nil && (onDisk == nil || onDisk?.digest == known?.revision.digest)
    last = isUpToDate ? noted.flatMap(Timestamp.init) : nil
  }

  /// Shipped KubeSphere's minimum is 15 minutes, which is also the default; the first design accepts shorter intervals.
  private static func interval(_ asked: Int?, _ dialect: Dialect) -> Int {
    guard dialect.era == .seed, let asked else { return max(15 * 60, asked ?? 0) }
    // An even shorter one would be a busy loop.
    return max(10, asked)
  }

  /// Whether the current spec has been synced, and a folder has not changed since.
  var isSynced: Bool { last != nil }

  /// Seconds until the next sync; 0 if it is due.
  func remainingSeconds(at now: Timestamp) -> Int {
    guard let last else { return 0 }
    return max(0, min(interval, last.secondsSince1970 + interval - now.secondsSince1970))
  }

  /// The patch that records a sync in the object.
  func record(_ synced: LastSync, _ conditions: RepositoryConditions, at now: Timestamp) -> Value {
    var annotations: Mapping = [Self.sourceAnnotation: .string(synced.text)]
    var status = Mapping()
    switch dialect.name {
    case .installPlan: status["lastSyncTime"] = .string(now.description)
    case .subscription:
      annotations[Self.timeAnnotation] = .string(now.description)
      status["state"] = "ready"
    }
    return conditions.patch(dialect, annotations: annotations, status: status)
  }
}

/// The result of the last sync, as stored in the object.
struct LastSync: Hashable, Sendable {
  /// A fingerprint of the object's spec; if it changes, nothing about the last sync applies any more.
  var specFingerprint: String
  var revision: RepositoryRevision
  /// A fingerprint of the names that were published.
  var publishedFingerprint: String
  /// How many extensions could not be published because of another repository; `nil` if an earlier ksxd did not record
  /// it.
  var nameConflicts: Int?

  init(specFingerprint: String, revision: RepositoryRevision, publishedFingerprint: String, nameConflicts: Int?) {
    self.specFingerprint = specFingerprint
    self.revision = revision
    self.publishedFingerprint = publishedFingerprint
    self.nameConflicts = nameConflicts
  }

  init?(_ text: String) {
    guard let value = try? JSON.parse(Array(text.utf8)), let specFingerprint = value["spec"]?.string else { return nil }
    self.init(
      specFingerprint: specFingerprint, revision: RepositoryRevision(value["mark"]),
      publishedFingerprint: value["published"]?.string ?? "",
      nameConflicts: value["lost"]?.integer)
  }

  var text: String {
    var fields: Mapping = [
      "spec": .string(specFingerprint), "mark": revision.value, "published": .string(publishedFingerprint),
    ]
    if let nameConflicts { fields["lost"] = .integer(nameConflicts) }
    return JSON.text(.mapping(fields))
  }

  /// The fingerprint of the object's spec and the name of its Secret.
  static func fingerprint(of object: Object) -> String {
    let secret = object.annotations[RepositoryAccess.secretAnnotation] ?? ""
    return ConfigHash.of(JSON.text(.mapping(object.spec.mapping ?? [:])) + secret)
  }

  /// The fingerprint of the names of objects.
  static func fingerprint(of names: some Sequence<String>) -> String {
    ConfigHash.of(names.sorted().joined(separator: "\n"))
  }
}
