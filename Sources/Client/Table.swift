package import Manifest

/// A collection as the server prints it: what `kubectl get` shows.
///
/// For names, states and ages alone this is a fraction of the objects, which need not be sent.
package struct Table: Hashable, Sendable {
  /// What the cells of each row mean; empty when the server knows no tables.
  package var columns: [Column]
  /// The version it was true at.
  package var version: ListVersion

  package struct Column: Hashable, Sendable {
    package var name: String
    /// Such as `string`, `integer` or `date`.
    package var type: String
    /// 0 for what is always shown, more for what `-o wide` adds.
    package var priority: Int

    init(_ value: Value) {
      name = value["name"]?.string ?? ""
      type = value["type"]?.string ?? ""
      priority = value["priority"]?.integer ?? 0
    }
  }

  package struct Row: Hashable, Sendable {
    /// In the order of the columns; empty when the server knows no tables and sent the object whole.
    package var cells: [Value]
    /// As much of the object as was asked for.
    package var object: Object
  }

  /// How much of each object comes with its row.
  package enum Contents: String, Hashable, Sendable {
    case nothing = "None"
    case metadata = "Metadata"
  }
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
