import HTTP
import KubernetesAPI
import Manifest

/// A review of the caller's own user or rights: a create that is answered and stores nothing.
enum Review: String, CaseIterable, Sendable {
  case access = "SelfSubjectAccessReview"
  case rules = "SelfSubjectRulesReview"
  case user = "SelfSubjectReview"

  /// The review that `request` creates, if it creates one.
  init?(_ request: HTTPRequest, _ target: Target) {
    guard request.method == .post, let review = Self.allCases.first(where: { $0.path == target.segments }) else {
      return nil
    }
    self = review
  }

  var resource: Resource {
    let group = self == .user ? "authentication.k8s.io" : "authorization.k8s.io"
    return Resource(group: group, version: "v1", plural: rawValue.lowercased() + "s", kind: rawValue)
  }

  private var path: [String] { ["apis", resource.group, resource.version, resource.plural] }
}

/// Answers the reviews of one user.
struct Reviews: Sendable {
  var authorizer: Authorizer
  var user: User

  /// The review in `value` with its result as `status`.
  func answer(_ review: Review, _ value: Value) throws(Status) -> Value {
    let status: Value =
      switch review {
      case .access: try access(value)
      case .rules: try rules(value)
      case .user: whoami
      }
    var answered = value.setting(["apiVersion"], to: .string(review.resource.apiVersion))
    answered = answered.setting(["kind"], to: .string(review.resource.kind)).setting(["status"], to: status)
    return answered.setting(["metadata"], to: ["creationTimestamp": .null])
  }

  private func access(_ value: Value) throws(Status) -> Value {
    let resource = value[path: "spec", "resourceAttributes"]
    let nonResource = value[path: "spec", "nonResourceAttributes"]
    guard (resource?.mapping != nil) != (nonResource?.mapping != nil) else {
      let cause = Status.Cause.invalid(
        "spec.resourceAttributes", .string("null"),
        "exactly one of nonResourceAttributes or resourceAttributes must be specified")
      throw .invalid(Review.access.resource, "", [cause])
    }
    let verdict = authorizer.verdict(on: Self.attributes(resource, nonResource), by: user)
    var status: Mapping = ["allowed": .bool(verdict.isAllowed)]
    if !verdict.reason.isEmpty { status["reason"] = .string(verdict.reason) }
    return .mapping(status)
  }

  private static func attributes(_ resource: Value?, _ nonResource: Value?) -> Attributes {
    guard let resource else {
      return Attributes(verb: nonResource?["verb"]?.string ?? "", path: nonResource?["path"]?.string ?? "/")
    }
    func text(_ key: String) -> String { resource[key]?.string ?? "" }
    var attributes = Attributes(
      verb: text("verb"), group: text("group"), resource: text("resource"), subresource: text("subresource"),
      name: text("name"))
    attributes.namespace = text("namespace")
    return attributes
  }

  private func rules(_ value: Value) throws(Status) -> Value {
    guard let namespace = value[path: "spec", "namespace"]?.string, !namespace.isEmpty else {
      throw .badRequest("no namespace on request")
    }
    let rules = authorizer.rules(for: user, in: namespace)
    return [
      "resourceRules": .sequence(rules.resources), "nonResourceRules": .sequence(rules.others), "incomplete": false,
    ]
  }

  /// What `kubectl auth whoami` shows.
  private var whoami: Value {
    var info: Mapping = ["username": .string(user.name)]
    if !user.uid.isEmpty { info["uid"] = .string(user.uid) }
    info["groups"] = .sequence(user.groups.map(Value.string))
    if !user.extra.isEmpty {
      let pairs = user.extra.sorted { $0.key < $1.key }
      info["extra"] = .mapping(
        Mapping(pairs.map { Mapping.Pair(key: $0.key, value: .sequence($0.value.map(Value.string))) }))
    }
    return ["userInfo": .mapping(info)]
  }
}
