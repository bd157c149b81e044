import Client
import KubernetesAPI
import Manifest

/// Answers what is asked by creating it and never kept: questions about oneself.
struct Reviews: Sendable {
  var authorizer: Authorizer
  var user: User

  /// The object in `value` with its answer as `status`.
  func answer(_ value: Value, _ type: ResourceType) throws(Status) -> Value {
    let status: Value =
      switch type.resource.kind {
      case "SelfSubjectAccessReview": try access(value)
      case "SelfSubjectRulesReview": try rules(value)
      default: whoami
      }
    var review = value.setting(["apiVersion"], to: .string(type.resource.apiVersion))
    review = review.setting(["kind"], to: .string(type.resource.kind)).setting(["status"], to: status)
    return review.setting(["metadata"], to: ["creationTimestamp": .null])
  }

  private func access(_ value: Value) throws(Status) -> Value {
    let (resource, other) = (value[path: "spec", "resourceAttributes"], value[path: "spec", "nonResourceAttributes"])
    guard (resource?.mapping != nil) != (other?.mapping != nil) else {
      let cause = Status.Cause.invalid(
        "spec.resourceAttributes", .string("null"),
        "exactly one of nonResourceAttributes or resourceAttributes must be specified")
      throw .invalid(ResourceTypes.accessReviews.resource, "", [cause])
    }
    let verdict = authorizer.verdict(on: Self.attributes(resource, other), by: user)
    var status: Mapping = ["allowed": .bool(verdict.isAllowed)]
    if !verdict.reason.isEmpty { status["reason"] = .string(verdict.reason) }
    return .mapping(status)
  }

  private static func attributes(_ resource: Value?, _ other: Value?) -> Attributes {
    guard let resource else {
      return Attributes(verb: other?["verb"]?.string ?? "", path: other?["path"]?.string ?? "/")
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
