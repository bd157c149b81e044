import Charts
import Client
import Extensions
import KubernetesAPI
import Manifest
import Platform

/// When a repository is read next, and where it is written down that it was.
///
/// Shipped KubeSphere has `status.lastSyncTime`, and a client that sets it to null asks for a new sync.
/// The first design has no field for it; there an annotation does the same.
struct SyncSchedule: Hashable, Sendable {
  static let sourceAnnotation = "ksx.dev/synced-source"
  static let timeAnnotation = "ksx.dev/last-sync-time"

  /// Seconds from one look to the next.
  var interval: Int
  /// What its fields say that is passed over, with the field.
  let problems: [String]
  /// What was read last and what came of it, or `nil` when the object has become another since, or was never read.
  let known: SyncedSource?
  /// When that was, as it is written; empty when a new look is wanted.
  let lastSync: String
  /// What a folder on this machine is like now; empty for what lies elsewhere.
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
      let place = "spec.updateStrategy.\(keys.joined(separator: "."))"
      return "\(place): \(value.string ?? JSON.text(value)) is no duration such as 30m"
    }
    let noted =
      dialect.name == .installPlan
      ? object.status["lastSyncTime"]?.string : object.annotations[Self.timeAnnotation]
    lastSync = noted ?? ""
    let synced = object.annotations[Self.sourceAnnotation].flatMap(SyncedSource.init)
    let isSame = synced.map { $0.spec == SyncedSource.fingerprint(of: object) } ?? false
    known = isSame && noted != nil ? synced : nil
    // A folder on this machine is looked at whenever there is a reason to look at its object.
    let onDisk = RepositorySource(object).markOnDisk
    digestOnDisk = onDisk?.digest ?? ""
    let isUpToDate = known != nil && (onDisk == nil || onDisk?.digest == known?.mark.digest)
    last = isUpToDate ? noted.flatMap(Timestamp.init) : nil
  }

  /// Shipped KubeSphere waits a quarter of an hour at least; in the first design ten minutes are ten minutes.
  private static func interval(_ asked: Int?, _ dialect: Dialect) -> Int {
    guard dialect.era == .seed, let asked else { return max(15 * 60, asked ?? 0) }
    // Less would be a loop.
    return max(10, asked)
  }

  /// Whether it was read from where it is now.
  var wasRead: Bool { last != nil }

  /// Seconds until the next look; none when it is due.
  func rest(at now: Timestamp) -> Int {
    guard let last else { return 0 }
    return max(0, min(interval, last.secondsSince1970 + interval - now.secondsSince1970))
  }

  /// What is written to the object when it was read: when, what, and what came of it.
  func record(_ synced: SyncedSource, _ conditions: RepositoryConditions, at now: Timestamp) -> Value {
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

/// What of a repository was read last, as it is kept with its object.
struct SyncedSource: Hashable, Sendable {
  /// A fingerprint of the object's spec: another one means that everything may be otherwise.
  var spec: String
  var mark: RepositoryMark
  /// A fingerprint of the names that were published.
  var published: String
  /// How many extensions another repository had already; `nil` where an earlier ksxd did not write that down.
  var lost: Int?

  init(spec: String, mark: RepositoryMark, published: String, lost: Int?) {
    self.spec = spec
    self.mark = mark
    self.published = published
    self.lost = lost
  }

  init?(_ text: String) {
    guard let value = try? JSON.parse(Array(text.utf8)), let spec = value["spec"]?.string else { return nil }
    self.init(
      spec: spec, mark: RepositoryMark(value["mark"]), published: value["published"]?.string ?? "",
      lost: value["lost"]?.integer)
  }

  var text: String {
    var fields: Mapping = ["spec": .string(spec), "mark": mark.value, "published": .string(published)]
    if let lost { fields["lost"] = .integer(lost) }
    return JSON.text(.mapping(fields))
  }

  /// The fingerprint of what an object asks for.
  static func fingerprint(of object: Object) -> String {
    let secret = object.annotations[RepositoryAccess.secretAnnotation] ?? ""
    return ConfigHash.of(JSON.text(.mapping(object.spec.mapping ?? [:])) + secret)
  }

  /// The fingerprint of the names of objects.
  static func fingerprint(of names: some Sequence<String>) -> String {
    ConfigHash.of(names.sorted().joined(separator: "\n"))
  }
}
