import HTTP
import KubernetesAPI
import Manifest
import Platform

/// Responds to list requests, page by page.
struct ListResponder: Sendable {
  var api: API

  func page(_ path: ResourcePath, _ target: Target, _ representation: Representation) throws(Status) -> HTTPResponse {
    let (filter, options) = (try ObjectFilter(path, target), try ListOptions(target))
    let limit = try target.integer("limit", orNegative: true).flatMap { $0 > 0 ? $0 : nil }
    let token = try target["continue"].map(ContinueToken.init(text:))
    let wanted = try Self.version(options, token)
    let snapshot = try api.snapshot(filter, after: token?.key, at: wanted)
    let objects = limit.map { Array(snapshot.objects.prefix($0)) } ?? snapshot.objects
    let remaining = snapshot.objects.count - objects.count
    var metadata: Mapping = ["resourceVersion": .string(String(snapshot.version))]
    if remaining > 0, let last = objects.last {
      metadata["continue"] = .string(ContinueToken(version: snapshot.version, key: last.key).text)
      // With selectors, Kubernetes does not report the number of remaining items.
      if filter.labels.isEmpty, !filter.selectsFields { metadata["remainingItemCount"] = .integer(remaining) }
    }
    let body = representation.list(objects, of: path.type, metadata, at: api.now())
    return HTTPResponse(status: 200, headers: ["Content-Type": "application/json"], body: body)
      .warning(of: DamageNotice.texts(snapshot.damaged, path.type))
  }

  /// The state that a list must show.
  private static func version(_ options: ListOptions, _ token: ContinueToken?) throws(Status) -> WantedVersion {
    guard let token else {
      let version = options.version ?? 0
      return options.match == "Exact" ? .exactly(version) : .notOlderThan(version)
    }
    guard options.version ?? 0 == 0 else {
      throw .badRequest("specifying resource version is not allowed when using continue")
    }
    return .continued(token.version)
  }
}

/// The state that a list must show.
enum WantedVersion: Hashable, Sendable {
  case notOlderThan(Int)
  case exactly(Int)
  /// As `exactly`, for a further page, which has another error if the version is no longer available.
  case continued(Int)
}

extension API {
  struct Snapshot: Sendable {
    var objects: [StoredObject]
    var version: Int
    /// Damaged objects that the list omits.
    var damaged: [DamagedObject] = []
  }

  /// The selected objects, in the current state or a past one.
  nonisolated func snapshot(
    _ filter: ObjectFilter, after key: ObjectKey?, at wanted: WantedVersion
  ) throws(Status) -> Snapshot {
    let collection = filter.type.collection
    let (table, current, all) = registry.withLock { ($0.table(collection), $0.version, $0.damaged(collection)) }
    let damaged = all.values.filter(filter.mayContain).sorted { $0.key < $1.key }
    switch wanted {
    case .notOlderThan(let version):
      guard version <= current else { throw .tooLargeVersion(version, current: current) }
      let objects = filter.selection(of: table, after: key)
      return Snapshot(objects: objects, version: current, damaged: damaged)
    case .exactly(let version), .continued(let version):
      guard version <= current else { throw .tooLargeVersion(version, current: current) }
      guard let past = past(collection, at: version) else {
        guard case .exactly = wanted else { throw .expiredContinue }
        throw .expired(version, oldest: registry.withLock { $0.history.compactedVersion })
      }
      let objects = filter.selection(of: past, after: key)
      return Snapshot(objects: objects, version: version, damaged: damaged)
    }
  }

  /// The table of `collection` with every change after `version` undone; `nil` if the history no longer has all of
  /// them.
  private nonisolated func past(_ collection: String, at version: Int) -> ObjectTable? {
    let (table, changes) = registry.withLock { registry in
      (registry.table(collection), registry.history.changes(after: version)?.filter { $0.collection == collection })
    }
    guard let changes else { return nil }
    var past = table
    for change in changes.reversed() {
      guard change.kind == .added || change.previous != nil else { return nil }
      past[change.object.key] = change.previous
    }
    return past
  }
}

/// The position where a list continues: the last key of the previous page, and the version of the list.
struct ContinueToken: Hashable, Sendable {
  var version: Int
  var key: ObjectKey

  init(version: Int, key: ObjectKey) {
    self.version = version
    self.key = key
  }

  init(text: String) throws(Status) {
    let parts = text.split(separator: "_", maxSplits: 2, omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 3, let version = Int(parts[0]) else { throw .badRequest("continue key is not valid") }
    self.init(version: version, key: ObjectKey(namespace: parts[1], name: parts[2]))
  }

  /// The encoded token; it can be split at underscores, because namespaces contain none.
  var text: String { "\(version)_\(key.namespace)_\(key.name)" }
}
