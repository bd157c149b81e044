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
/// If the server offers it, the list arrives as the initial events of the watch (`InitialEventsSupport`). The semantics
/// are those of client-go's reflector.
package struct Watch<Element: StoreElement>: Sendable {
  package var resource: Resource
  package var cluster: Cluster
  package var namespace: String?
  package var selector = Selector()
  /// The paths of values that are left out of objects.
  package var skipping = JSONPaths()
  /// Seconds of silence after which the watch is requested again.
  ///
  /// Kubernetes sends a bookmark every minute. A proxy that has lost the API server still answers TCP keepalive
  /// probes, so only silence reveals the loss.
  var longestSilence = 180
  /// Decodes an object, off the main thread; an object for which it returns `nil` is left out.
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
    // A `Retry-After` is reported as an interruption, and not waited for inside a read.
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
    if position.isListing, cluster.initialEventsSupport.isSupported == true, InitialEventsSupport.isRefused(by: error) {
      cluster.initialEventsSupport.note(false)
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
    position.completeList(version.resourceVersion)
    await report(.replaced(elements))
  }

  /// Whether to request the list as initial events of the watch.
  private func streamsList(at position: WatchPosition) async -> Bool {
    position.hasListed ? await cluster.findInitialEventsSupport() : cluster.initialEventsSupport.isSupported == true
  }

  /// Runs one watch until its stream ends; while the position is listing, the stream begins with the initial events.
  private func follow(
    _ position: inout WatchPosition, _ report: (WatchEvent<Element>) async -> Void
  ) async throws(ClusterError) {
    let start = cluster.timing.now()
    let seconds = 300 + Int(cluster.timing.random() * 300)
    let timeoutPolicy = HTTPRequest.TimeoutPolicy.stream(limit: seconds + 30, silence: longestSilence)
    let response = try await cluster.read(target(at: position, seconds), timeoutPolicy: timeoutPolicy)
    if position.isInterrupted, !position.isListing {
      await report(.resumed)
      position.isInterrupted = false
    }
    let events: Int
    do throws(ClusterError) {
      events = try await drain(response, &position, report)
    } catch {
      // A stream that is silent loses no events; if the server has gone, the next watch gets no response.
      if case .transport(.timedOut) = error, !position.isListing { return }
      throw error
    }
    // Without this error, a server that ends every watch at once would be sent requests without a pause.
    if events == 0, cluster.timing.now() - start < .seconds(1) {
      throw .transport(.interrupted(reason: "the server ended the watch at once"))
    }
    if !position.isListing { position.advance("") }
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
        } else if !position.hasReported(change.object.resourceVersion) {
          // An event that was reported before must not overwrite a newer state.
          let event = try event(change)
          position.advance(change.object.resourceVersion)
          if let event { await report(event) }
        }
      }
      guard lines.count < 64 << 20 else { throw .unreadable("an event longer than 64 MB") }
    }
    guard !position.isListing else {
      throw .transport(.interrupted(reason: "the server ended the watch before everything was there"))
    }
    // Bytes after the last newline are an incomplete event, which the next watch sends again.
    return events
  }

  /// Applies one of the initial events of a watch that begins with a list.
  ///
  /// Returns false if the server ignored the request for initial events: it sent an ordinary bookmark before their end.
  private func applyInitial(
    _ change: WatchLine, _ initial: inout InitialEvents<Element>, _ position: inout WatchPosition,
    _ report: (WatchEvent<Element>) async -> Void
  ) async throws(ClusterError) -> Bool {
    guard change.kind == .bookmark else {
      initial.apply(
        change.kind == .deleted ? nil : decode(try change.object.withTypeMeta(for: resource)), for: change.object)
      return true
    }
    guard change.endsInitialEvents else {
      cluster.initialEventsSupport.note(false)
      return false
    }
    let version = change.object.resourceVersion
    guard !version.isEmpty else { throw .unreadable("the end of the initial events without a resourceVersion") }
    position.completeList(version)
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
    guard change.kind != .bookmark, let element = decode(try change.object.withTypeMeta(for: resource)) else {
      return nil
    }
    return change.kind == .deleted ? .deleted(element) : .applied(element)
  }
}
