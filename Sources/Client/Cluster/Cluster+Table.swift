package import KubernetesAPI
import Manifest

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
