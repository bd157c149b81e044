import HTTP
import KubernetesAPI
import Manifest
import Platform

/// A request for a page of a collection.
struct ListRequest {
  var resource: Resource
  var namespace: String?
  var selector = Selector()
  var limit: Int?
  var skipping = JSONPaths()
  var form = Form.objects
  /// The resourceVersion: empty for the newest state, `0` for any state in the server's cache, else the oldest allowed.
  var version = ""
  /// The server's token for this page; empty for the first.
  var next = ""

  /// The form in which the server returns the objects.
  enum Form: Hashable {
    case objects
    case table(Table.Contents)
  }

  var target: String {
    var query = Query()
    query.add("limit", limit.map(String.init))
    query.add("continue", next)
    query.add("includeObject", form.includedObject)
    query.add(selector)
    if next.isEmpty {
      query.add("resourceVersion", version)
      query.add("resourceVersionMatch", version.isEmpty ? nil : "NotOlderThan")
    }
    return resource.path(namespace: namespace) + query.text
  }
}

extension ListRequest.Form {
  var accepted: String {
    switch self {
    case .objects: "application/json"
    // The second is for a server without tables.
    case .table: "application/json;as=Table;v=v1;g=meta.k8s.io,application/json"
    }
  }

  var includedObject: String? {
    if case .table(let contents) = self { contents.rawValue } else { nil }
  }

  /// The fields that may contain the items.
  var fields: [String] { self == .objects ? ["items"] : ["rows", "items"] }

  /// The paths to skip in an item, given the paths to skip in an object.
  func skipping(_ paths: JSONPaths) -> JSONPaths { self == .objects ? paths : paths.under("object") }
}

/// The parts of a list besides its items.
struct ListMetadata {
  var version: String
  /// The server's token for the next page, or empty.
  var next: String
  var columns: [Table.Column]

  init(_ bytes: [UInt8], _ form: ListRequest.Form) throws(ClusterError) {
    let value: Value
    do {
      value = try JSON.parse(bytes)
    } catch {
      throw .unreadable(Cluster.problem(error, in: bytes))
    }
    // Go encodes a nil slice as `null`.
    guard form.fields.contains(where: { value[$0] == .null || value[$0] == .sequence([]) }) else {
      throw .unreadable("the answer is JSON but no list")
    }
    version = value[path: "metadata", "resourceVersion"]?.string ?? ""
    next = value[path: "metadata", "continue"]?.string ?? ""
    columns = value["columnDefinitions"]?.sequence?.map(Table.Column.init) ?? []
  }
}

extension Object {
  /// The object with the `apiVersion` and `kind` of the list, which its items may omit.
  ///
  /// Throws for an object of another kind: a proxy or cache mixed up two responses.
  func withTypeMeta(for resource: Resource) throws(ClusterError) -> Object {
    guard kind.isEmpty || kind == resource.kind else {
      throw .unreadable("there is something else in the answer, \(Excerpt.shortened(kind, to: 80))")
    }
    guard value["kind"] == nil || value["apiVersion"] == nil, var mapping = value.mapping else { return self }
    mapping["apiVersion"] = mapping["apiVersion"] ?? .string(resource.apiVersion)
    mapping["kind"] = mapping["kind"] ?? .string(resource.kind)
    return Object(.mapping(mapping))
  }
}
