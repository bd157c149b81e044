import KubernetesAPI
import Manifest

/// Decides what a user may do: members of `system:masters` everything, other users what the built-in roles and the
/// policies allow.
package struct Authorizer: Hashable, Sendable {
  private var policies: [Policy] = []

  struct Verdict: Hashable, Sendable {
    var isAllowed: Bool
    var reason: String
  }

  /// Without policies, only members of `system:masters` and the built-in roles are allowed anything.
  package init() {}

  /// Reads a file in the format of kube-apiserver's `--authorization-policy-file`.
  package init(policyFile file: String) throws(AccessFileError) {
    try self.init(text: try AccessFile.text(file), file: file)
  }

  init(text: String, file: String) throws(AccessFileError) {
    try AccessFile.read(text, of: file) { (line, number) throws(AccessFile.Problem) in
      var policy = try Policy(line: line)
      policy.line = number
      policies.append(policy)
    }
  }

  func verdict(on attributes: Attributes, by user: User) -> Verdict {
    if user.isMember(of: User.masters) { return Verdict(isAllowed: true, reason: "") }
    for role in BuiltInRole.all where user.isMember(of: role.group) && role.allows(attributes) {
      return Verdict(isAllowed: true, reason: "allowed to all members of group \"\(role.group)\" by \"\(role.name)\"")
    }
    if let policy = policies.first(where: { $0.matches(user, attributes) }) {
      return Verdict(isAllowed: true, reason: "ABAC: allowed by line \(policy.line) of the policy file")
    }
    return Verdict(isAllowed: false, reason: "No policy matched.")
  }

  /// Throws 403 if `user` may not do this.
  func check(_ attributes: Attributes, by user: User) throws(Status) {
    guard verdict(on: attributes, by: user).isAllowed else { throw .forbidden(attributes, user) }
  }

  /// The rules of `user` in `namespace`, as a `SelfSubjectRulesReview` lists them.
  func rules(for user: User, in namespace: String) -> (resources: [Value], others: [Value]) {
    if user.isMember(of: User.masters) {
      return ([Self.rule(["*"], group: "*", ["*"])], [Self.rule(["*"], paths: ["*"])])
    }
    let roles = BuiltInRole.all.filter { user.isMember(of: $0.group) }
    var resources = roles.filter { !$0.reviews.isEmpty }.map { Self.rule(["create"], group: $0.apiGroup, $0.reviews) }
    var others = roles.filter { !$0.paths.isEmpty }.map { Self.rule(["get"], paths: $0.paths) }
    for policy in policies where policy.concerns(user) {
      let verbs = policy.isReadOnly ? ["get", "list", "watch"] : ["*"]
      if !policy.resource.isEmpty, policy.namespace == "*" || policy.namespace == namespace {
        resources.append(Self.rule(verbs, group: policy.apiGroup, [policy.resource]))
      }
      if !policy.nonResourcePath.isEmpty { others.append(Self.rule(verbs, paths: [policy.nonResourcePath])) }
    }
    return (resources, others)
  }

  private static func rule(_ verbs: [String], group: String, _ resources: [String]) -> Value {
    ["verbs": list(verbs), "apiGroups": list([group]), "resources": list(resources)]
  }

  private static func rule(_ verbs: [String], paths: [String]) -> Value {
    ["verbs": list(verbs), "nonResourceURLs": list(paths)]
  }

  private static func list(_ texts: [String]) -> Value { .sequence(texts.map(Value.string)) }
}

/// A role that needs no policy, like the default roles of a cluster with role-based access control.
struct BuiltInRole: Hashable, Sendable {
  var name: String
  var group: String
  /// Paths that may be read, with `*` at the end for any suffix.
  var paths: [String] = []
  /// The group of `reviews`, which are the reviews of their own rights that users may create.
  var apiGroup = ""
  var reviews: [String] = []

  private static let information = ["/healthz", "/livez", "/readyz", "/version", "/version/"]

  static let all = [
    BuiltInRole(
      name: "system:discovery", group: User.authenticated,
      paths: ["/api", "/api/*", "/apis", "/apis/*", "/openapi", "/openapi/*"] + information),
    BuiltInRole(
      name: "system:basic-user", group: User.authenticated, apiGroup: "authorization.k8s.io",
      reviews: ["selfsubjectaccessreviews", "selfsubjectrulesreviews"]),
    BuiltInRole(
      name: "system:basic-user", group: User.authenticated, apiGroup: "authentication.k8s.io",
      reviews: ["selfsubjectreviews"]),
    BuiltInRole(name: "system:public-info-viewer", group: User.unauthenticated, paths: information),
    // The web front end is loaded before the user logs in.
    BuiltInRole(name: "kubesphere:front-end", group: User.unauthenticated, paths: [frontEnd + "*"]),
    BuiltInRole(name: "kubesphere:front-end", group: User.authenticated, paths: [frontEnd + "*"]),
  ]

  /// The path prefix of the web front end's files, which every caller may read.
  static let frontEnd = "/dist/"

  func allows(_ attributes: Attributes) -> Bool {
    if attributes.isResourceRequest {
      return attributes.verb == "create" && attributes.group == apiGroup && attributes.subresource.isEmpty
        && reviews.contains(attributes.resource)
    }
    return (attributes.verb == "get" || attributes.verb == "head")
      && paths.contains { PathPattern.matches($0, attributes.path) }
  }
}

extension Status {
  /// A refusal that names user and action, with kube-apiserver's message.
  static func forbidden(_ attributes: Attributes, _ user: User) -> Status {
    let who = "User \(quoted(user.name)) cannot \(attributes.verb)"
    guard attributes.isResourceRequest else {
      return Status(
        code: 403, reason: "Forbidden", message: escaped("forbidden: \(who) path \(quoted(attributes.path))"))
    }
    let subresource = attributes.subresource.isEmpty ? "" : "/" + attributes.subresource
    let scope =
      attributes.namespace.isEmpty ? "at the cluster scope" : "in the namespace \(quoted(attributes.namespace))"
    let what = "resource \(quoted(attributes.resource + subresource)) in API group \(quoted(attributes.group)) \(scope)"
    let subject = attributes.group.isEmpty ? attributes.resource : "\(attributes.resource).\(attributes.group)"
    let name = attributes.name.isEmpty ? "" : " " + quoted(attributes.name)
    return Status(
      code: 403, reason: "Forbidden", message: "\(subject)\(name) is forbidden: " + escaped("\(who) \(what)"),
      details: Details(name: attributes.name, group: attributes.group, kind: attributes.resource))
  }

  private static func quoted(_ text: String) -> String { JSON.text(.string(text)) }

  /// Escapes HTML, because the message contains the caller's text and may be shown in a web page.
  private static func escaped(_ text: String) -> String {
    text.reduce(into: "") { result, character in
      switch character {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      default: result.append(character)
      }
    }
  }
}
