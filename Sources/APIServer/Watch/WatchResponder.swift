import HTTP
import KubernetesAPI
import Manifest
import Platform

/// Begins watches.
struct WatchResponder: Sendable {
  var api: API

  /// How long a watch lasts when its reader does not say.
  private static let longest = 3_600

  func begin(_ path: ResourcePath, _ target: Target, _ form: Form) throws(Status) -> HTTPResponse {
    let (filter, options) = (try ObjectFilter(path, target), try ListOptions(target))
    let seconds = try target.integer("timeoutSeconds").flatMap { $0 > 0 ? $0 : nil } ?? Self.longest
    let version = options.version ?? 0
    let allowsBookmarks = target.flag("allowWatchBookmarks")
    let plan = WatchPlan(
      filter: filter, form: form, allowsBookmarks: allowsBookmarks,
      announcesInitial: options.sendsInitialEvents == true && allowsBookmarks, end: .now + .seconds(seconds))
    // Without a version the watch begins with everything there is, as made just now, unless it says not to.
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

/// What a watch shows and for how long.
struct WatchPlan: Sendable {
  var filter: ObjectFilter
  var form: Form
  var allowsBookmarks: Bool
  /// Whether a bookmark tells when the objects that were there have all been sent.
  var announcesInitial: Bool
  var end: ContinuousClock.Instant
}

/// One watch: a place in the history that moves as its reader reads.
///
/// A reader that is slow holds nothing but its place; when that is forgotten, it is told so (410).
actor WatchReader {
  /// Bytes of a piece of what there is at the beginning; many readers may begin at once.
  private static let pieceSize = 16 << 10
  private static let bookmarkInterval = Duration.seconds(60)

  private let api: API
  private let plan: WatchPlan
  private var initial: ArraySlice<StoredObject>
  private var announcesInitial: Bool
  private var place: Int
  private var nextBookmark: ContinuousClock.Instant
  private var isFinished = false
  private var isFirst = true

  init(_ api: API, _ plan: WatchPlan, initial: [StoredObject], after version: Int) {
    self.api = api
    self.plan = plan
    self.initial = initial[...]
    announcesInitial = plan.announcesInitial
    place = version
    nextBookmark = .now + Self.bookmarkInterval
  }

  /// The next lines of the watch; waits until there are any.
  func next() async throws(TransportError) -> [UInt8]? {
    if let lines = initialLines() { return lines }
    while !isFinished {
      guard !Task.isCancelled else { throw .cancelled }
      // What is served no more brings nothing further; its last changes are told still.
      let isServed = api.serves(plan.filter.type)
      let news = await api.news(after: place, for: plan.filter, until: isServed ? min(plan.end, nextBookmark) : .now)
      switch news {
      case .forgotten(let oldest):
        isFinished = true
        return line("ERROR", JSON.bytes(Status.expired(place, oldest: oldest).value))
      case .events(let events, let version):
        place = version
        if !events.isEmpty { return lines(events) }
        guard isServed else { return nil }
        if let lines = quietLines() { return lines }
      }
    }
    return nil
  }

  private func initialLines() -> [UInt8]? {
    guard !initial.isEmpty || announcesInitial else { return nil }
    var piece: [UInt8] = []
    while let object = initial.popFirst() {
      piece += lines([WatchedChange(kind: .added, object: object)])
      if piece.count >= Self.pieceSize { return piece }
    }
    if announcesInitial { piece += bookmark(["k8s.io/initial-events-end": "true"]) }
    announcesInitial = false
    // An empty slice would keep all that it has been, for as long as the watch lasts.
    initial = []
    return piece
  }

  /// What is said when nothing happened: a bookmark now and then, and one before the end.
  private func quietLines() -> [UInt8]? {
    let now = ContinuousClock.now
    isFinished = now >= plan.end
    guard isFinished || now >= nextBookmark else { return nil }
    nextBookmark = now + Self.bookmarkInterval
    return plan.allowsBookmarks ? bookmark([:]) : nil
  }

  private func bookmark(_ annotations: [String: String]) -> [UInt8] {
    let resource = plan.filter.type.resource
    // A reader of tables takes nothing else; one of bare metadata would take either.
    if case .table = plan.form { return line("BOOKMARK", JSON.bytes(emptyTable)) }
    var metadata: Mapping = ["resourceVersion": .string(String(place)), "creationTimestamp": .null]
    if !annotations.isEmpty { metadata["annotations"] = Value(annotations) }
    return line(
      "BOOKMARK",
      JSON.bytes([
        "kind": .string(resource.kind), "apiVersion": .string(resource.apiVersion), "metadata": .mapping(metadata),
      ]))
  }

  private var emptyTable: Value {
    TableRenderer(type: plan.filter.type, inclusion: .nothing, now: api.now())
      .value([], ["resourceVersion": .string(String(place))], hasColumns: false)
  }

  private func lines(_ events: [WatchedChange]) -> [UInt8] {
    events.reduce(into: []) { lines, event in
      let object = plan.form.bytes(event.object, of: plan.filter.type, at: api.now(), isFirst: isFirst)
      lines += line(event.kind.rawValue, object)
      isFirst = false
    }
  }

  private func line(_ type: String, _ object: [UInt8]) -> [UInt8] {
    Array(#"{"type":"\#(type)","object":"#.utf8) + object + Array("}\n".utf8)
  }
}
