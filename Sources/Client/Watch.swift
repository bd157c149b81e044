public import Manifest

/// Follows one collection for as long as someone is listening: list, then watch, then resume.
///
/// The machine has two states, and every failure is an edge between them:
///
///     listing ──ok──▶ watching(version) ──end of stream──▶ watching(version)
///        ▲                 │
///        └──── gone ───────┘           any other error: report, back off, try again
///
/// The semantics are those of client-go's reflector.
public struct Watch<Element: Mirrored>: Sendable {
  public var resource: Resource
  public var cluster: Cluster
  public var namespace: String?
  public var selector = Selector()
  public var skipping = JSONPaths()
  /// Makes an element of an object, off the main thread; `nil` leaves it out.
  public var decode: @Sendable (Object) -> Element?

  public init(
    _ resource: Resource, in cluster: Cluster, namespace: String? = nil, selector: Selector = Selector(),
    skipping: JSONPaths = JSONPaths(), decode: @escaping @Sendable (Object) -> Element?
  ) {
    self.resource = resource
    self.cluster = cluster
    self.namespace = namespace
    self.selector = selector
    self.skipping = skipping
    self.decode = decode
  }

  /// Runs until the surrounding task is cancelled.
  public func run(_ report: (WatchEvent<Element>) async -> Void) async {
    var position = WatchPosition()
    var backoff = Backoff()
    var watch = self
    // Being put off is reported here, not waited out unseen.
    watch.cluster.readAttempts = 1
    while !Task.isCancelled {
      do throws(ClusterError) {
        if position.isListing {
          try await watch.list(&position, report)
        } else {
          try await watch.follow(&position, report)
        }
      } catch {
        await watch.recover(from: error, &position, &backoff, report)
      }
    }
  }

  private func recover(
    from error: ClusterError, _ position: inout WatchPosition, _ backoff: inout Backoff,
    _ report: (WatchEvent<Element>) async -> Void
  ) async {
    if Task.isCancelled { return }
    if position.relists(after: error) { return }
    position.isInterrupted = true
    let timing = cluster.timing
    var delay = backoff.next(now: timing.now(), random: timing.random())
    if case .refused(let status) = error, let seconds = status.retryAfter {
      delay = max(delay, .seconds(min(seconds, 300)))
    }
    await report(.interrupted(error, delay: delay))
    await timing.sleep(delay)
  }

  private func list(
    _ position: inout WatchPosition, _ report: (WatchEvent<Element>) async -> Void
  ) async throws(ClusterError) {
    var request = ListRequest(
      resource: resource, namespace: namespace, selector: selector, limit: 500, skipping: skipping)
    request.version = position.listVersion
    var elements: [Element] = []
    let version = try await cluster.list(request, restart: { elements = [] }) { object in
      if let element = decode(object) { elements.append(element) }
    }
    guard !version.resourceVersion.isEmpty else { throw .unreadable("a list without a resourceVersion") }
    position.listed(version.resourceVersion)
    await report(.replaced(elements))
  }

  /// One watch from its answer to its end.
  private func follow(
    _ position: inout WatchPosition, _ report: (WatchEvent<Element>) async -> Void
  ) async throws(ClusterError) {
    let start = cluster.timing.now()
    let seconds = 300 + Int(cluster.timing.random() * 300)
    let target = WatchRequest(resource, namespace, selector, position.version, seconds).target
    let response = try await cluster.read(target, patience: .stream(limit: seconds + 30))
    if position.isInterrupted { await report(.resumed) }
    position.isInterrupted = false
    let events = try await drain(response.body, &position, report)
    // A server that closes every watch at once would be asked for ever more of them.
    if events == 0, cluster.timing.now() - start < .seconds(1) {
      throw .transport(.interrupted(reason: "the server ended the watch at once"))
    }
    position.passed("")
  }

  private func drain(
    _ body: HTTPBody, _ position: inout WatchPosition, _ report: (WatchEvent<Element>) async -> Void
  ) async throws(ClusterError) -> Int {
    var lines = LineSplitter()
    var reader = body.makeAsyncIterator()
    var events = 0
    while let chunk = try await Self.next(&reader) {
      for line in lines.add(chunk) where !line.isEmpty {
        events += 1
        let change = try WatchLine(line, skipping: skipping)
        position.passed(change.object.resourceVersion)
        if let event = event(change) { await report(event) }
      }
      guard lines.count < 64 << 20 else { throw .unreadable("an event longer than 64 MB") }
    }
    // What stands after the last newline was cut off, and comes again.
    return events
  }

  private static func next(_ reader: inout HTTPBody.AsyncIterator) async throws(ClusterError) -> [UInt8]? {
    do {
      return try await reader.next()
    } catch {
      throw .transport(error)
    }
  }

  private func event(_ change: WatchLine) -> WatchEvent<Element>? {
    guard change.kind != .bookmark, let element = decode(change.object.filled(for: resource)) else { return nil }
    return change.kind == .deleted ? .deleted(element) : .applied(element)
  }
}
