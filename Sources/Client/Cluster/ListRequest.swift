import HTTP
import KubernetesAPI
import Manifest
import Platform

/// What is asked of a collection.
struct ListRequest {
  var resource: Resource
  var namespace: String?
  var selector = Selector()
  var limit: Int?
  var skipping = JSONPaths()
  var form = Form.objects
  /// Empty for the newest state; `0` for any the server has at hand; else not older than this.
  var version = ""
  /// The server's token for the next page.
  var next = ""

  /// What the server is to make of the objects.
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
    // The second is for a server that knows no tables.
    case .table: "application/json;as=Table;v=v1;g=meta.k8s.io,application/json"
    }
  }

  var includedObject: String? {
    if case .table(let contents) = self { contents.rawValue } else { nil }
  }

  /// The fields in which the items may stand.
  var fields: [String] { self == .objects ? ["items"] : ["rows", "items"] }

  /// What to pass over in an item, given what to pass over in an object.
  func skipping(_ paths: JSONPaths) -> JSONPaths { self == .objects ? paths : paths.under("object") }
}

/// What stands around the items of a list.
struct ListEnd {
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
    // `null` is how Go writes a list that was never made.
    guard form.fields.contains(where: { value[$0] == .null || value[$0] == .sequence([]) }) else {
      throw .unreadable("the answer is JSON but no list")
    }
    version = value[path: "metadata", "resourceVersion"]?.string ?? ""
    next = value[path: "metadata", "continue"]?.string ?? ""
    columns = value["columnDefinitions"]?.sequence?.map(Table.Column.init) ?? []
  }
}

extension Object {
  /// Items of a list may leave out what the list says for all of them.
  ///
  /// One of another kind is not an item of this list: a proxy or cache mixed up two answers.
  func filled(for resource: Resource) throws(ClusterError) -> Object {
    guard kind.isEmpty || kind == resource.kind else {
      throw .unreadable("there is something else in the answer, \(Excerpt.shortened(kind, to: 80))")
    }
    guard value["kind"] == nil || value["apiVersion"] == nil, var mapping = value.mapping else { return self }
    mapping["apiVersion"] = mapping["apiVersion"] ?? .string(resource.apiVersion)
    mapping["kind"] = mapping["kind"] ?? .string(resource.kind)
    return Object(.mapping(mapping))
  }
}
