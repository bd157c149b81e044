import HTTP
import KubernetesAPI
import Platform

/// What a request is about, as a policy sees it (kube-apiserver's `RequestInfo`).
///
/// Found from the path alone, before it is known whether there is such a resource: who may not
/// ask learns nothing about what is there.
struct Attributes: Hashable, Sendable {
  var verb: String
  var group = ""
  var resource = ""
  var subresource = ""
  var namespace = ""
  var name = ""
  /// The path of a request for no resource, such as `/version`; empty otherwise.
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
    // As Go has it, an encoded slash is one: what a rule takes for two parts is judged as two.
    let parts = target.segments
    let isSplit = !parts.contains { $0.utf8.contains(UInt8(ascii: "/")) }
    var rest = (isSplit ? parts : parts.flatMap { $0.pathParts.map(String.init) })[...]
    let method = request.method
    let isGroupless = rest.first == "api"
    // What extensions serve has groups and resources too (KubeSphere's `RequestInfo`).
    guard isGroupless || rest.first == "apis" || rest.first == "kapis", rest.count >= (isGroupless ? 3 : 4) else {
      let path = request.target.utf8.prefix { $0 != UInt8(ascii: "?") }
      self.init(verb: method.rawValue.lowercased(), path: String(Substring(path)))
      return
    }
    rest.removeFirst()
    self.init(verb: Self.verb(of: method), resource: "")
    if !isGroupless { group = rest.removeFirst() }
    rest.removeFirst()
    // Kubernetes' earlier paths of watches. Below `kapis` an extension may make of another method what it likes.
    if rest.first == "watch", [.get, .head].contains(method) { verb = rest.removeFirst() }
    read(resource: rest)
    specialize(target)
  }

  /// Reads what follows the version of an API in a path.
  private mutating func read(resource segments: ArraySlice<String>) {
    var rest = segments
    if rest.first == "namespaces", rest.count > 1 {
      namespace = rest[rest.startIndex + 1]
      // A namespace is an object too, with parts of its own.
      if rest.count > 2, !["status", "finalize"].contains(rest[rest.startIndex + 2]) { rest = rest.dropFirst(2) }
    }
    resource = rest.popFirst() ?? ""
    name = rest.popFirst() ?? ""
    subresource = rest.popFirst() ?? ""
  }

  /// Tells a list from a watch and one deletion from many.
  private mutating func specialize(_ target: Target) {
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
