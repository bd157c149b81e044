import HTTP
package import KubernetesAPI
package import Manifest
import Platform

extension Cluster {
  /// All objects of a collection, page by page, decoded while they arrive.
  ///
  /// `limit` is the page size. If the list expires between two pages (410), it starts over: `restart` is
  /// called, and the caller must discard the objects that `each` has received.
  package func list(
    _ resource: Resource, namespace: String? = nil, selector: Selector = Selector(), limit: Int? = 500,
    skipping: JSONPaths = JSONPaths(), freshness: Freshness = .newest, restart: () -> Void = {}, each: (Object) -> Void
  ) async throws(ClusterError) -> ListVersion {
    let list = ListRequest(
      resource: resource, namespace: namespace, selector: selector, limit: limit, skipping: skipping,
      version: freshness.version)
    return try await self.list(list, restart: restart, each: each)
  }

  /// All objects of a collection at once.
  package func list(
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
    let end = try await pages(list, restart: restart) { (value) throws(ClusterError) in
      each(try Object(value).withTypeMeta(for: list.resource))
    }
    return ListVersion(resourceVersion: end.version)
  }

  /// Passes the items of all pages to `each`; returns the rest of the last page.
  func pages(
    _ list: ListRequest, restart: () -> Void, each: (Value) throws(ClusterError) -> Void
  ) async throws(ClusterError) -> ListMetadata {
    var list = list
    var restarts = 0
    while true {
      do throws(ClusterError) {
        let end = try await page(list, each: each)
        guard !end.next.isEmpty else { return end }
        list.next = end.next
      } catch {
        // If pages keep expiring, the last attempt requests the list in one piece.
        guard case .refused(let status) = error, status.isExpired, !list.next.isEmpty, restarts < 3 else { throw error }
        restarts += 1
        list.next = ""
        if restarts == 3 { list.limit = nil }
        restart()
      }
    }
  }

  private func page(
    _ list: ListRequest, each: (Value) throws(ClusterError) -> Void
  ) async throws(ClusterError) -> ListMetadata {
    let response = try await read(list.target, accepting: list.form.accepted)
    var splitter = ItemSplitter()
    splitter.fields = list.form.fields
    do {
      for try await chunk in response.body {
        try Self.split(chunk, list.form.skipping(list.skipping), &splitter, each)
      }
    } catch let error as TransportError {
      throw .transport(error)
    } catch let error as ClusterError {
      throw error.without(response.secrets)
    } catch {
      throw .unreadable("\(error)")
    }
    do {
      return try ListMetadata(splitter.remainder, list.form)
    } catch {
      throw error.without(response.secrets)
    }
  }

  private static func split(
    _ chunk: [UInt8], _ skipping: JSONPaths, _ splitter: inout ItemSplitter,
    _ each: (Value) throws(ClusterError) -> Void
  ) throws(ClusterError) {
    let result = chunk.withUnsafeBufferPointer { chunk in
      Result { () throws(ClusterError) in
        try splitter.add(chunk) { (item) throws(ClusterError) in try each(self.value(of: item, skipping: skipping)) }
      }
    }
    try result.get()
    // Items with icons can be large, but not this large: it is some other response, and need not be buffered.
    guard splitter.count <= 64 << 20 else { throw .unreadable("an item of the list is longer than 64 MB") }
  }

  private static func value(
    of item: UnsafeBufferPointer<UInt8>, skipping: JSONPaths
  ) throws(ClusterError) -> Value {
    do {
      return try JSON.parse(item, skipping: skipping)
    } catch {
      throw .unreadable("an item of the list is not JSON: \(error.sentence)")
    }
  }
}

/// How new a list must be.
package enum Freshness: Hashable, Sendable {
  /// As new as the server's storage, including all completed writes.
  case newest
  /// From the server's cache, usually a moment old. For long lists this is many times faster, because the
  /// server does not read its storage; it then returns all items in one page.
  case cached

  var version: String { self == .cached ? "0" : "" }
}

extension Cluster {
  /// A collection as a table, page by page, decoded while it arrives.
  ///
  /// A server without tables sends whole objects, which become rows without cells. The columns are returned
  /// at the end, because rows may arrive before them. `restart` is as in `list`.
  package func table(
    _ resource: Resource, namespace: String? = nil, selector: Selector = Selector(), limit: Int? = 500,
    of contents: Table.Contents = .nothing, freshness: Freshness = .newest, restart: () -> Void = {},
    each: (Table.Row) -> Void
  ) async throws(ClusterError) -> Table {
    var list = ListRequest(
      resource: resource, namespace: namespace, selector: selector, limit: limit, version: freshness.version)
    list.form = .table(contents)
    let end = try await pages(list, restart: restart) { (value) throws(ClusterError) in
      guard let cells = value["cells"]?.sequence else {
        return each(Table.Row(cells: [], object: try Object(value).withTypeMeta(for: resource)))
      }
      each(Table.Row(cells: cells, object: Object(value["object"] ?? .null)))
    }
    return Table(columns: end.columns, version: ListVersion(resourceVersion: end.version))
  }
}
