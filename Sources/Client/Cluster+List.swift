public import Manifest

extension Cluster {
  /// Everything in a collection, page by page, decoded while it arrives.
  ///
  /// `limit` is the page size. When the server forgets the list between two pages (410), the list
  /// starts over: `restart` is called, and whatever `each` has seen is to be thrown away.
  public func list(
    _ resource: Resource, namespace: String? = nil, selector: Selector = Selector(), limit: Int? = 500,
    skipping: JSONPaths = JSONPaths(), freshness: Freshness = .newest, restart: () -> Void = {}, each: (Object) -> Void
  ) async throws(ClusterError) -> ListVersion {
    let list = ListRequest(
      resource: resource, namespace: namespace, selector: selector, limit: limit, skipping: skipping,
      version: freshness.version)
    return try await self.list(list, restart: restart, each: each)
  }

  /// Everything in a collection at once.
  public func list(
    _ resource: Resource, namespace: String? = nil, selector: Selector = Selector(), limit: Int? = 500,
    skipping: JSONPaths = JSONPaths(), freshness: Freshness = .newest
  ) async throws(ClusterError) -> [Object] {
    var objects: [Object] = []
    let list = ListRequest(
      resource: resource, namespace: namespace, selector: selector, limit: limit, skipping: skipping,
      version: freshness.version)
    _ = try await self.list(list, restart: { objects = [] }, each: { objects.append($0) })
    return objects
  }

  func list(
    _ list: ListRequest, restart: () -> Void, each: (Object) -> Void
  ) async throws(ClusterError) -> ListVersion {
    var list = list
    var restarts = 0
    while true {
      do throws(ClusterError) {
        let end = try await page(list, each: each)
        guard !end.next.isEmpty else { return ListVersion(resourceVersion: end.version) }
        list.next = end.next
      } catch {
        // Pages that expire again and again would never end: the last attempt is in one piece.
        guard case .refused(let status) = error, status.isExpired, !list.next.isEmpty, restarts < 3 else { throw error }
        restarts += 1
        list.next = ""
        if restarts == 3 { list.limit = nil }
        restart()
      }
    }
  }

  /// Hands over the objects of one page, and gives what stands around them.
  private func page(
    _ list: ListRequest, each: (Object) -> Void
  ) async throws(ClusterError) -> (version: String, next: String) {
    let response = try await read(list.target)
    var splitter = ItemSplitter()
    do {
      for try await chunk in response.body {
        try Self.take(chunk, list, &splitter, each)
      }
    } catch let error as TransportError {
      throw .transport(error)
    } catch let error as ClusterError {
      throw error
    } catch {
      throw .unreadable("\(error)")
    }
    return try Self.end(of: splitter.remainder)
  }

  private static func take(
    _ chunk: [UInt8], _ list: ListRequest, _ splitter: inout ItemSplitter, _ each: (Object) -> Void
  ) throws(ClusterError) {
    let result = chunk.withUnsafeBufferPointer { chunk in
      Result { () throws(ClusterError) in
        try splitter.add(chunk) { (item) throws(ClusterError) in
          each(Object(try self.value(of: item, skipping: list.skipping)).filled(for: list.resource))
        }
      }
    }
    try result.get()
    // Icons can be large, lists are not: something else is coming, and it need not be kept.
    guard splitter.count <= 64 << 20 else { throw .unreadable("an item of the list is longer than 64 MB") }
  }

  private static func value(
    of item: UnsafeBufferPointer<UInt8>, skipping: JSONPaths
  ) throws(ClusterError) -> Value {
    do {
      return try JSON.parse(item, skipping: skipping)
    } catch {
      throw .unreadable("an item of the list is no JSON: \(error)")
    }
  }

  private static func end(of remainder: [UInt8]) throws(ClusterError) -> (version: String, next: String) {
    let value: Value
    do {
      value = try JSON.parse(remainder)
    } catch {
      throw .unreadable(problem(error, in: remainder))
    }
    // `null` is how Go writes a list that was never made.
    guard let items = value["items"], items == .null || items == .sequence([]) else {
      throw .unreadable("the answer is JSON but no list")
    }
    let metadata = value["metadata"]
    return (metadata?["resourceVersion"]?.string ?? "", metadata?["continue"]?.string ?? "")
  }
}

/// How new a list must be.
public enum Freshness: Hashable, Sendable {
  /// As new as the store behind the server: what was just written is in it.
  case newest
  /// What the server has at hand, as a rule a moment old. For long lists many times as fast,
  /// because the server need not ask its store; it then gives all of them in one page.
  case atHand

  var version: String { self == .atHand ? "0" : "" }
}

/// What is asked of a collection.
struct ListRequest {
  var resource: Resource
  var namespace: String?
  var selector = Selector()
  var limit: Int?
  var skipping = JSONPaths()
  /// Empty for the newest state; `0` for any the server has at hand; else not older than this.
  var version = ""
  /// The server's token for the next page.
  var next = ""

  var target: String {
    var query = Query()
    query.add("limit", limit.map(String.init))
    query.add("continue", next)
    query.add(selector)
    if next.isEmpty {
      query.add("resourceVersion", version)
      query.add("resourceVersionMatch", version.isEmpty ? nil : "NotOlderThan")
    }
    return resource.path(namespace: namespace) + query.text
  }
}

extension Object {
  /// Items of a list may leave out what the list says for all of them.
  func filled(for resource: Resource) -> Object {
    guard value["kind"] == nil || value["apiVersion"] == nil, var mapping = value.mapping else { return self }
    mapping["apiVersion"] = mapping["apiVersion"] ?? .string(resource.apiVersion)
    mapping["kind"] = mapping["kind"] ?? .string(resource.kind)
    return Object(.mapping(mapping))
  }
}
