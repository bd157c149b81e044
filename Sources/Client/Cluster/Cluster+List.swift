import HTTP
package import KubernetesAPI
package import Manifest

extension Cluster {
  /// Everything in a collection, page by page, decoded while it arrives.
  ///
  /// `limit` is the page size. When the server forgets the list between two pages (410), the list
  /// starts over: `restart` is called, and what `each` has seen must be thrown away.
  package func list(
    _ resource: Resource, namespace: String? = nil, selector: Selector = Selector(), limit: Int? = 500,
    skipping: JSONPaths = JSONPaths(), freshness: Freshness = .newest, restart: () -> Void = {}, each: (Object) -> Void
  ) async throws(ClusterError) -> ListVersion {
    let list = ListRequest(
      resource: resource, namespace: namespace, selector: selector, limit: limit, skipping: skipping,
      version: freshness.version)
    return try await self.list(list, restart: restart, each: each)
  }

  /// Everything in a collection at once.
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
      each(try Object(value).filled(for: list.resource))
    }
    return ListVersion(resourceVersion: end.version)
  }

  /// Hands over the items of every page, and gives what stands around those of the last.
  func pages(
    _ list: ListRequest, restart: () -> Void, each: (Value) throws(ClusterError) -> Void
  ) async throws(ClusterError) -> ListEnd {
    var list = list
    var restarts = 0
    while true {
      do throws(ClusterError) {
        let end = try await page(list, each: each)
        guard !end.next.isEmpty else { return end }
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

  private func page(
    _ list: ListRequest, each: (Value) throws(ClusterError) -> Void
  ) async throws(ClusterError) -> ListEnd {
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
      return try ListEnd(splitter.remainder, list.form)
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
    // Icons can be large, lists are not: something else is coming, and it need not be kept.
    guard splitter.count <= 64 << 20 else { throw .unreadable("an item of the list is longer than 64 MB") }
  }

  private static func value(
    of item: UnsafeBufferPointer<UInt8>, skipping: JSONPaths
  ) throws(ClusterError) -> Value {
    do {
      return try JSON.parse(item, skipping: skipping)
    } catch {
      throw .unreadable("an item of the list is not JSON: \(error)")
    }
  }
}

/// How new a list must be.
package enum Freshness: Hashable, Sendable {
  /// As new as the store behind the server: what was just written is in it.
  case newest
  /// What the server has at hand, as a rule a moment old. For long lists many times as fast,
  /// because the server need not ask its store; it then gives all of them in one page.
  case atHand

  var version: String { self == .atHand ? "0" : "" }
}

extension Cluster {
  /// A collection as a table, page by page, decoded while it arrives.
  ///
  /// A server that knows no tables sends whole objects; they come as rows without cells. The columns are
  /// given at the end, because rows may come before them. `restart` is as in `list`.
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
        return each(Table.Row(cells: [], object: try Object(value).filled(for: resource)))
      }
      each(Table.Row(cells: cells, object: Object(value["object"] ?? .null)))
    }
    return Table(columns: end.columns, version: ListVersion(resourceVersion: end.version))
  }
}
