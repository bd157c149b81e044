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
  private var last: Timestamp?
  private let dialect: Dialect

  init(_ object: Object, dialect: Dialect) {
    self.dialect = dialect
    let asked = object.spec[path: "updateStrategy", "registryPoll", "interval"]?.string ?? ""
    interval = Self.interval(GoDuration.seconds(asked), dialect)
    let noted =
      dialect.name == .installPlan
      ? object.status["lastSyncTime"]?.string : object.annotations[Self.timeAnnotation]
    let isSameSource = object.annotations[Self.sourceAnnotation] == RepositorySource(object).fingerprint
    last = isSameSource ? noted.flatMap(Timestamp.init) : nil
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

  /// Notes that `source` was read.
  func record(
    _ object: Object, _ source: RepositorySource, in cluster: Cluster, at now: Timestamp
  ) async throws(ClusterError) {
    var annotations: Mapping = [Self.sourceAnnotation: .string(source.fingerprint)]
    var status = Mapping()
    switch dialect.name {
    case .installPlan: status["lastSyncTime"] = .string(now.description)
    case .subscription:
      annotations[Self.timeAnnotation] = .string(now.description)
      status["state"] = "ready"
    }
    _ = try await cluster.patch(
      dialect.repositories, object.name,
      ["metadata": ["annotations": .mapping(annotations)], "status": .mapping(status)])
  }
}

/// Durations as Go writes them: `1h30m`, `45s`, `500ms`.
enum GoDuration {
  /// Whole seconds, or `nil` when `text` is no duration.
  static func seconds(_ text: String) -> Int? {
    let units = ["h": 3600.0, "m": 60, "s": 1, "ms": 0.001, "us": 1e-6, "µs": 1e-6, "ns": 1e-9]
    var rest = text[...]
    var total = 0.0
    guard !rest.isEmpty else { return nil }
    while !rest.isEmpty {
      let digits = rest.prefix { $0.isNumber || $0 == "." }
      let unit = rest.dropFirst(digits.count).prefix { !$0.isNumber && $0 != "." }
      guard let number = Double(digits), let factor = units[String(unit)] else { return nil }
      total += number * factor
      rest = rest.dropFirst(digits.count + unit.count)
    }
    return total < 1e9 ? Int(total) : nil
  }
}
