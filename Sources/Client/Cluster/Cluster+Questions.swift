package import KubernetesAPI
import Manifest
import Platform

extension Cluster {
  /// The server's version, which most clusters let every user read.
  package func version() async throws(ClusterError) -> ServerVersion {
    let version = ServerVersion(try await document("/version"))
    guard !version.gitVersion.isEmpty else { throw .unreadable("the answer names no version") }
    return version
  }

  /// The resources of one group and version; empty if the cluster does not serve it.
  package func resources(group: String, version: String) async throws(ClusterError) -> [DiscoveredResource] {
    let target = group.isEmpty ? "/api/\(version)" : "/apis/\(group)/\(version)"
    let value: Value
    do {
      value = try await document(target)
    } catch {
      if error.isNotFound { return [] }
      throw error
    }
    // Go encodes a nil slice as `null`.
    guard let entries = value["resources"], entries == .null || entries.sequence != nil else {
      throw .unreadable("the answer is not a list of resources")
    }
    return (entries.sequence ?? []).compactMap { entry in
      // A subresource, such as pods/log, is not a collection.
      guard let plural = entry["name"]?.string, !plural.contains("/"), let kind = entry["kind"]?.string else {
        return nil
      }
      let resource = Resource(
        group: group, version: version, plural: plural, kind: kind, isNamespaced: entry["namespaced"]?.bool ?? false)
      return DiscoveredResource(resource: resource, verbs: Set(entry["verbs"]?.sequence?.compactMap(\.string) ?? []))
    }
  }

  /// The name under which the server knows this user, as in `kubectl auth whoami`; not available before 1.28.
  package func userName() async throws(ClusterError) -> String {
    let resource = Resource.userReviews
    let review = Object(["apiVersion": .string(resource.apiVersion), "kind": .string(resource.kind)])
    let name = try await createReview(resource, review).status[path: "userInfo", "username"]?.string ?? ""
    guard !name.isEmpty else { throw .unreadable("a review of a user without a name") }
    return name
  }

  /// Asks the server whether this user may do something, as `kubectl auth can-i` does.
  package func verdict(on access: Access) async throws(ClusterError) -> Access.Verdict {
    var attributes: Mapping = [
      "verb": .string(access.verb), "group": .string(access.resource.group),
      "version": .string(access.resource.version),
      "resource": .string(access.resource.plural),
    ]
    if let namespace = access.namespace { attributes["namespace"] = .string(namespace) }
    if let name = access.name { attributes["name"] = .string(name) }
    if let subresource = access.subresource { attributes["subresource"] = .string(subresource) }
    let review = Object([
      "apiVersion": .string(Resource.accessReviews.apiVersion), "kind": .string(Resource.accessReviews.kind),
      "spec": ["resourceAttributes": .mapping(attributes)],
    ])
    let status = try await createReview(.accessReviews, review).status
    guard let isAllowed = status["allowed"]?.bool else { throw .unreadable("a review of access without a verdict") }
    return Access.Verdict(isAllowed: isAllowed, reason: Excerpt.shortened(status["reason"]?.string ?? ""))
  }
}
