import HTTP
import KubernetesAPI
import Manifest
import Platform

/// Responds to watch requests.
struct WatchResponder: Sendable {
  var api: API

  /// The duration of a watch, in seconds, if the client sets none.
  private static let defaultDuration = 3_600

  func begin(_ path: ResourcePath, _ target: Target, _ representation: Representation) throws(Status) -> HTTPResponse {
    let (filter, options) = (try ObjectFilter(path, target), try ListOptions(target))
    let seconds = try target.integer("timeoutSeconds").flatMap { $0 > 0 ? $0 : nil } ?? Self.defaultDuration
    let version = options.version ?? 0
    let allowsBookmarks = target.flag("allowWatchBookmarks")
    let plan = WatchPlan(
      filter: filter, representation: representation, allowsBookmarks: allowsBookmarks,
      marksInitialEventsEnd: options.sendsInitialEvents == true && allowsBookmarks, end: .now + .seconds(seconds))
    // Without a version, the watch begins with all objects as added ones, unless the request forbids it.
    let sendsInitial = options.sendsInitialEvents ?? (version == 0)
    let isFromNow = version == 0 || sendsInitial
    let start = isFromNow ? try api.snapshot(filter, after: nil, at: .notOlderThan(version)) : nil
    let (api, initial) = (api, sendsInitial ? start?.objects ?? [] : [])
    return HTTPResponse(
      status: 200, headers: ["Content-Type": "application/json"],
      body: HTTPBody {
        let reader = WatchReader(api, plan, initial: initial, after: start?.version ?? version)
        return { () async throws(TransportError) in try await reader.next() }
      }
    ).warning(of: DamageNotice.texts(start?.damaged ?? [], path.type))
  }
}

/// What a watch sends, and until when.
struct WatchPlan: Sendable {
  var filter: ObjectFilter
  var representation: Representation
  var allowsBookmarks: Bool
  /// Whether a bookmark marks the end of the initial objects.
  var marksInitialEventsEnd: Bool
  var end: ContinuousClock.Instant
}

/// One watch: a position in the history, which advances as the client reads.
///
/// A slow client holds only its position; if the history no longer contains it, the watch ends with 410.
actor WatchReader {
  /// The bytes of a chunk of initial objects, which is small because many watches may begin at once.
  private static let pieceSize = 16 << 10
  private static let bookmarkInterval = Duration.seconds(60)

  private let api: API
  private let plan: WatchPlan
  private var initial: ArraySlice<StoredObject>
  private var marksInitialEventsEnd: Bool
  /// The resource version up to which the events have been sent.
  private var position: Int
  private var nextBookmark: ContinuousClock.Instant
  private var isFinished = false
  private var isFirst = true

  init(_ api: API, _ plan: WatchPlan, initial: [StoredObject], after version: Int) {
    self.api = api
    self.plan = plan
    self.initial = initial[...]
    marksInitialEventsEnd = plan.marksInitialEventsEnd
    position = version
    nextBookmark = .now + Self.bookmarkInterval
  }

  /// The next lines of the watch; waits until there are any.
  func next() async throws(TransportError) -> [UInt8]? {
    if let lines = initialLines() { return lines }
    while !isFinished {
      guard !Task.isCancelled else { throw .cancelled }
      // A kind that is no longer served has no further events; its last ones are still sent.
      let isServed = api.serves(plan.filter.type)
      let news = await api.news(after: position, for: plan.filter, until: isServed ? min(plan.end, nextBookmark) : .now)
      switch news {
      case .expired(let oldest):
        isFinished = true
        return line("ERROR", JSON.bytes(Status.expired(position, oldest: oldest).value))
      case .events(let events, let version):
        position = version
        if !events.isEmpty { return lines(events) }
        guard isServed else { return nil }
        if let lines = quietLines() { return lines }
      }
    }
    return nil
  }

  private func initialLines() -> [UInt8]? {
    guard !initial.isEmpty || marksInitialEventsEnd else { return nil }
    var piece: [UInt8] = []
    while let object = initial.popFirst() {
      piece += lines([WatchedChange(kind: .added, object: object)])
      if piece.count >= Self.pieceSize { return piece }
    }
    if marksInitialEventsEnd { piece += bookmark(["k8s.io/initial-events-end": "true"]) }
    marksInitialEventsEnd = false
    // Even an empty slice would keep the whole array for as long as the watch lasts.
    initial = []
    return piece
  }

  /// The lines that are sent without events: a bookmark at intervals, and one before the end.
  private func quietLines() -> [UInt8]? {
    let now = ContinuousClock.now
    isFinished = now >= plan.end
    guard isFinished || now >= nextBookmark else { return nil }
    nextBookmark = now + Self.bookmarkInterval
    return plan.allowsBookmarks ? bookmark([:]) : nil
  }

  private func bookmark(_ annotations: [String: String]) -> [UInt8] {
    let resource = plan.filter.type.resource
    // A client of tables accepts nothing else; a client of metadata accepts the form below too.
    if case .table = plan.representation { return line("BOOKMARK", JSON.bytes(emptyTable)) }
    var metadata: Mapping = ["resourceVersion": .string(String(position)), "creationTimestamp": .null]
    if !annotations.isEmpty { metadata["annotations"] = Value(annotations) }
    return line(
      "BOOKMARK",
      JSON.bytes([
        "kind": .string(resource.kind), "apiVersion": .string(resource.apiVersion), "metadata": .mapping(metadata),
      ]))
  }

  private var emptyTable: Value {
    TableRenderer(type: plan.filter.type, inclusion: .nothing, now: api.now())
      .value([], ["resourceVersion": .string(String(position))], hasColumns: false)
  }

  private func lines(_ events: [WatchedChange]) -> [UInt8] {
    events.reduce(into: []) { lines, event in
      let object = plan.representation.bytes(event.object, of: plan.filter.type, at: api.now(), isFirst: isFirst)
      lines += line(event.kind.rawValue, object)
      isFirst = false
    }
  }

  private func line(_ type: String, _ object: [UInt8]) -> [UInt8] {
    Array(#"{"type":"\#(type)","object":"#.utf8) + object + Array("}\n".utf8)
  }
}
