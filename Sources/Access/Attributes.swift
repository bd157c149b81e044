import HTTP
import KubernetesAPI
import Platform

/// The attributes of a request that policies match (kube-apiserver's `RequestInfo`).
///
/// They are derived from method and target alone, without a lookup, so a refusal does not reveal what exists.
struct Attributes: Hashable, Sendable {
  var verb: String
  var group = ""
  var resource = ""
  var subresource = ""
  var namespace = ""
  var name = ""
  /// The path of a non-resource request, such as `/version`; empty otherwise.
  var path = ""

  var isResourceRequest: Bool { path.isEmpty }
  var isReadOnly: Bool { ["get", "list", "watch"].contains(verb) }

  init(verb: String, path: String) {
    self.verb = verb
    self.path = path
  }

  init(verb: String, group: String = "", resource: String, subresource: String = "", name: String = "") {
    self.verb = verb
    self.group = group
    self.resource = resource
    self.subresource = subresource
    self.name = name
  }
}

extension Attributes {
  init(_ request: HTTPRequest, _ target: Target) {
    // As in Go, an encoded slash separates segments, so a path is authorized with the segments that the gateway's rules
    // match.
    let parts = target.segments
    let isSplit = !parts.contains { $0.utf8.contains(UInt8(ascii: "/")) }
    var rest = (isSplit ? parts : parts.flatMap { $0.pathParts.map(String.init) })[...]
    let method = request.method
    let isGroupless = rest.first == "api"
    // Paths of extensions (`/kapis`) have groups and resources too (KubeSphere's `RequestInfo`).
    guard isGroupless || rest.first == "apis" || rest.first == "kapis", rest.count >= (isGroupless ? 3 : 4) else {
      let path = request.target.utf8.prefix { $0 != UInt8(ascii: "?") }
      self.init(verb: method.rawValue.lowercased(), path: String(Substring(path)))
      return
    }
    rest.removeFirst()
    self.init(verb: Self.verb(of: method), resource: "")
    if !isGroupless { group = rest.removeFirst() }
    rest.removeFirst()
    // Kubernetes' deprecated watch paths. Other methods are excluded because an extension below `/kapis` may give them
    // any meaning.
    if rest.first == "watch", [.get, .head].contains(method) { verb = rest.removeFirst() }
    read(resource: rest)
    refineVerb(target)
  }

  /// Reads the path segments after the API version.
  private mutating func read(resource segments: ArraySlice<String>) {
    var rest = segments
    if rest.first == "namespaces", rest.count > 1 {
      namespace = rest[rest.startIndex + 1]
      // `namespaces/NAME` is an object too, with the subresources `status` and `finalize`.
      if rest.count > 2, !["status", "finalize"].contains(rest[rest.startIndex + 2]) { rest = rest.dropFirst(2) }
    }
    resource = rest.popFirst() ?? ""
    name = rest.popFirst() ?? ""
    subresource = rest.popFirst() ?? ""
  }

  /// Distinguishes `list`, `watch` and `deletecollection` if the path names no object.
  private mutating func refineVerb(_ target: Target) {
    guard name.isEmpty else { return }
    if verb == "get" {
      verb = target.flag("watch") ? "watch" : "list"
      let fields = (target["fieldSelector"] ?? "").split(separator: ",")
      let prefix = "metadata.name="
      if fields.count == 1, fields[0].hasPrefix(prefix) { name = String(fields[0].dropFirst(prefix.count)) }
    } else if verb == "delete" {
      verb = "deletecollection"
    }
  }

  private static func verb(of method: HTTPRequest.Method) -> String {
    switch method {
    case .get, .head: "get"
    case .post: "create"
    case .put: "update"
    case .patch: "patch"
    case .delete: "delete"
    case .options: ""
    }
  }
}
