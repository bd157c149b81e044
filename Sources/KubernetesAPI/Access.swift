/// An action on a resource, whose permission an access review asks about.
package struct Access: Hashable, Sendable {
  package var verb: String
  package var resource: Resource
  /// `nil` for all namespaces.
  package var namespace: String?
  /// `nil` for all objects.
  package var name: String?
  package var subresource: String?

  package init(
    _ verb: String, _ resource: Resource, namespace: String? = nil, name: String? = nil, subresource: String? = nil
  ) {
    self.verb = verb
    self.resource = resource
    self.namespace = namespace
    self.name = name
    self.subresource = subresource
  }

  /// The answer to an access review.
  package struct Verdict: Hashable, Sendable {
    package var isAllowed: Bool
    /// The server's reason; empty if it gives none.
    package var reason: String

    package init(isAllowed: Bool, reason: String = "") {
      self.isAllowed = isAllowed
      self.reason = reason
    }
  }
}

extension Resource {
  package static let accessReviews = Resource(
    group: "authorization.k8s.io", version: "v1", plural: "selfsubjectaccessreviews", kind: "SelfSubjectAccessReview")
  package static let userReviews = Resource(
    group: "authentication.k8s.io", version: "v1", plural: "selfsubjectreviews", kind: "SelfSubjectReview")
}
