import HTTP
package import KubernetesAPI
package import Manifest
import Platform

/// Follows one collection until its task is cancelled: list, then watch, then resume.
///
/// The machine has two states, and every failure is an edge between them:
///
///     listing ──ok──▶ watching(version) ──end of stream──▶ watching(version)
///        ▲                 │
///        └──── gone ───────┘           any other error: report, back off, try again
///
/// Where the server offers it, listing is the beginning of the watch itself (`ListStreaming`). The semantics
/// are those of client-go's reflector.
package struct Watch<Element: Mirrored>: Sendable {
  package var resource: Resource
  package var cluster: Cluster
  package var namespace: String?
  package var selector = Selector()
  package var skipping = JSONPaths()
  /// Seconds of silence after which a stream is asked for anew.
  ///
  /// Kubernetes sends a bookmark a minute; a proxy on the way that has lost the server answers TCP's probes
  /// all the same, and only this shows it.
  var longestSilence = 180
  /// Makes an element of an object, off the main thread; `nil` leaves it out.
  package var decode: @Sendable (Object) -> Element?

  package init(
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
  package func run(_ report: (WatchEvent<Element>) async -> Void) async {
    var position = WatchPosition()
    var backoff = Backoff()
    var watch = self
    // Being put off is reported here, not waited out unseen.
    watch.cluster.readAttempts = 1
    while !Task.isCancelled {
      do throws(ClusterError) {
        if position.isListing, await !watch.streamsList(at: position) {
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
    if position.isListing, cluster.listStreaming.isOffered == true, ListStreaming.isRefused(by: error) {
      cluster.listStreaming.note(false)
      return
    }
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

  /// Whether the list is to come with the watch.
  private func streamsList(at position: WatchPosition) async -> Bool {
    position.hasListed ? await cluster.findListStreaming() : cluster.listStreaming.isOffered == true
  }

  /// One watch from its answer to its end; while the position is still listing, everything there is comes first.
  private func follow(
    _ position: inout WatchPosition, _ report: (WatchEvent<Element>) async -> Void
  ) async throws(ClusterError) {
    let start = cluster.timing.now()
    let seconds = 300 + Int(cluster.timing.random() * 300)
    let events: Int
    do throws(ClusterError) {
      let patience = HTTPRequest.Patience.stream(limit: seconds + 30, silence: longestSilence)
      let response = try await cluster.read(target(at: position, seconds), patience: patience)
      if position.isInterrupted, !position.isListing {
        await report(.resumed)
        position.isInterrupted = false
      }
      events = try await drain(response, &position, report)
    } catch {
      // Nothing is lost by silence: whether there is trouble will be seen when the stream is asked for again.
      if case .transport(.timedOut) = error, !position.isListing { return }
      throw error
    }
    // A server that closes every watch at once would be asked for ever more of them.
    if events == 0, cluster.timing.now() - start < .seconds(1) {
      throw .transport(.interrupted(reason: "the server ended the watch at once"))
    }
    if !position.isListing { position.passed("") }
  }

  private func target(at position: WatchPosition, _ seconds: Int) -> String {
    var query = Query()
    query.add("watch", "true")
    query.add("allowWatchBookmarks", "true")
    query.add("sendInitialEvents", position.isListing ? "true" : nil)
    query.add("resourceVersion", position.isListing ? position.listVersion : position.version)
    query.add("resourceVersionMatch", position.isListing ? "NotOlderThan" : nil)
    query.add("timeoutSeconds", String(seconds))
    query.add(selector)
    return resource.path(namespace: namespace) + query.text
  }

  private func drain(
    _ response: HTTPResponse, _ position: inout WatchPosition, _ report: (WatchEvent<Element>) async -> Void
  ) async throws(ClusterError) -> Int {
    var lines = LineSplitter()
    var reader = response.body.makeAsyncIterator()
    var initial = InitialEvents<Element>()
    var events = 0
    while let chunk = try await Self.next(&reader) {
      for line in lines.add(chunk) where !line.isEmpty {
        events += 1
        let change = try Self.change(line, skipping, response.secrets)
        if position.isListing {
          guard try await applyInitial(change, &initial, &position, report) else { return events }
        } else if !position.isBeyond(change.object.resourceVersion) {
          // What was seen already and comes again must not undo what came after it.
          let event = try event(change)
          position.passed(change.object.resourceVersion)
          if let event { await report(event) }
        }
      }
      guard lines.count < 64 << 20 else { throw .unreadable("an event longer than 64 MB") }
    }
    guard !position.isListing else {
      throw .transport(.interrupted(reason: "the server ended the watch before everything was there"))
    }
    // What stands after the last newline was cut off, and comes again.
    return events
  }

  /// Applies one of the initial events of a watch that begins with a list.
  ///
  /// False when the server turns out to know nothing of that: an ordinary bookmark comes only after the end.
  private func applyInitial(
    _ change: WatchLine, _ initial: inout InitialEvents<Element>, _ position: inout WatchPosition,
    _ report: (WatchEvent<Element>) async -> Void
  ) async throws(ClusterError) -> Bool {
    guard change.kind == .bookmark else {
      initial.apply(change.kind == .deleted ? nil : decode(try change.object.filled(for: resource)), for: change.object)
      return true
    }
    guard change.endsInitialEvents else {
      cluster.listStreaming.note(false)
      return false
    }
    let version = change.object.resourceVersion
    guard !version.isEmpty else { throw .unreadable("the end of the initial events without a resourceVersion") }
    position.listed(version)
    await report(.replaced(initial.all))
    initial = InitialEvents()
    return true
  }

  private static func next(_ reader: inout HTTPBody.AsyncIterator) async throws(ClusterError) -> [UInt8]? {
    do {
      return try await reader.next()
    } catch {
      throw .transport(error)
    }
  }

  private static func change(
    _ line: [UInt8], _ skipping: JSONPaths, _ secrets: Secrets
  ) throws(ClusterError) -> WatchLine {
    do {
      return try WatchLine(line, skipping: skipping)
    } catch {
      throw error.without(secrets)
    }
  }

  private func event(_ change: WatchLine) throws(ClusterError) -> WatchEvent<Element>? {
    guard change.kind != .bookmark, let element = decode(try change.object.filled(for: resource)) else { return nil }
    return change.kind == .deleted ? .deleted(element) : .applied(element)
  }
}
