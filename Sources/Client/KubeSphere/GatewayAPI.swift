import HTTP
package import KubernetesAPI
package import Manifest
import Platform

/// The APIs that only KubeSphere's gateway offers: its search, and the files of a package.
///
/// Everything else uses `api`, as with any cluster.
package struct GatewayAPI: Sendable {
  /// `/api` and `/apis` through the gateway; changes and watches are safe only there.
  package var api: Cluster

  package init(_ transport: GatewayTransport) { api = Cluster(transport: transport) }

  /// The parameters of a search.
  package struct Search: Hashable, Sendable {
    /// A part of a displayed name.
    package var text: String
    package var category: String
    /// A state, in any case, or `installed` or `notInstalled`; empty for all.
    package var status: String
    /// From one.
    package var page: Int
    /// Extensions on a page.
    package var size: Int

    package init(text: String = "", category: String = "", status: String = "", page: Int = 1, size: Int = 50) {
      self.text = text
      self.category = category
      self.status = status
      self.page = page
      self.size = size
    }

    var target: String {
      var query = Query()
      query.add("q", text)
      query.add("labelSelector", category.isEmpty ? nil : "kubesphere.io/category=\(category)")
      query.add("status", status)
      query.add("page", String(max(1, page)))
      query.add("limit", String(max(1, size)))
      query.add("sortBy", "name")
      query.add("ascending", "true")
      return "/kapis/kubesphere.io/v1alpha1/extensions" + query.text
    }
  }

  /// One page of results.
  package struct Page: Hashable, Sendable {
    package var objects: [Object]
    /// The number of results on all pages.
    package var total: Int
    /// The number of this page, from one.
    package var number: Int
    /// The number of results after this page.
    package var remaining: Int
  }

  /// Searches extensions by name, category and state; the gateway filters and sorts.
  package func search(_ search: Search, skipping: JSONPaths = JSONPaths()) async throws(ClusterError) -> Page {
    let response = try await api.read(search.target)
    var splitter = ItemSplitter()
    var objects: [Object] = []
    do {
      for try await chunk in response.body { try Self.split(chunk, skipping, &splitter, &objects) }
    } catch let error as TransportError {
      throw .transport(error)
    } catch {
      throw .unreadable("an item of the list cannot be read: \(error)")
    }
    return try Self.page(of: search, objects, around: splitter.remainder)
  }

  private static func split(
    _ chunk: [UInt8], _ skipping: JSONPaths, _ splitter: inout ItemSplitter, _ objects: inout [Object]
  ) throws(SyntaxError) {
    let result = chunk.withUnsafeBufferPointer { chunk in
      Result { () throws(SyntaxError) in
        try splitter.add(chunk) { (item) throws(SyntaxError) in
          objects.append(Object(try JSON.parse(item, skipping: skipping)))
        }
      }
    }
    try result.get()
  }

  private static func page(
    of search: Search, _ objects: [Object], around bytes: [UInt8]
  ) throws(ClusterError) -> Page {
    guard let value = try? JSON.parse(bytes), let items = value["items"], items == .null || items == .sequence([])
    else { throw .unreadable("the answer is not a list") }
    let metadata = value["metadata"]
    let remaining = metadata?["remainingItemCount"]?.integer ?? 0
    // Kubernetes puts a continue token here; the gateway puts the total number of results.
    let total = metadata?["continue"]?.string.flatMap { Int($0) }
    let before = (max(1, search.page) - 1) * max(1, search.size)
    return Page(
      objects: objects, total: total ?? before + objects.count + remaining, number: max(1, search.page),
      remaining: remaining)
  }

  /// A file of a package.
  package struct File: Hashable, Sendable {
    /// Such as `README.md` or `charts/agent/values.yaml`.
    package var name: String
    package var bytes: [UInt8]
  }

  /// All files in the package of an ExtensionVersion, such as `devops-1.1.0`; empty if the cluster has no
  /// package for it.
  package func files(of extensionVersion: String) async throws(ClusterError) -> [File] {
    let name = PercentEncoding.encode(extensionVersion)
    let value = try await api.document(
      "/kapis/package.kubesphere.io/v1alpha1/extensionversions/\(name)/files")
    if value == .null { return [] }
    guard let entries = value.sequence else { throw .unreadable("the answer is JSON but no list of files") }
    return try entries.map { entry throws(ClusterError) in
      guard let name = entry["Name"]?.string, let bytes = Self.bytes(entry["Data"]) else {
        throw .unreadable("a file in the answer has no name or cannot be decoded")
      }
      return File(name: name, bytes: bytes)
    }
  }

  /// Go encodes `[]byte` as base64, and a nil slice as `null`.
  private static func bytes(_ value: Value?) -> [UInt8]? {
    switch value {
    case nil, .null?: []
    case .string(let text)?: Base64.decode(text)
    default: nil
    }
  }
}
