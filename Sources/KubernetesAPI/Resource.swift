import Platform

/// A kind of object and the path under which the API serves it.
package struct Resource: Hashable, Sendable {
  /// Empty for the core group.
  package var group: String
  package var version: String
  package var plural: String
  package var kind: String
  package var isNamespaced: Bool

  package init(group: String, version: String, plural: String, kind: String, isNamespaced: Bool = false) {
    self.group = group
    self.version = version
    self.plural = plural
    self.kind = kind
    self.isNamespaced = isNamespaced
  }

  /// `v1` or `kubesphere.io/v1alpha1`, as in an object's `apiVersion`.
  package var apiVersion: String { group.isEmpty ? version : "\(group)/\(version)" }

  /// `configmaps` or `installplans.kubesphere.io`, as kubectl writes it.
  package var qualifiedName: String { group.isEmpty ? plural : "\(plural).\(group)" }

  /// `ConfigMap` or `InstallPlan.kubesphere.io`, as the API server names a kind.
  package var qualifiedKind: String { group.isEmpty ? kind : "\(kind).\(group)" }

  /// The path of the collection, of the object `name`, or of its subresource.
  package func path(namespace: String? = nil, name: String? = nil, subresource: String? = nil) -> String {
    var path = group.isEmpty ? "/api/\(version)" : "/apis/\(group)/\(version)"
    if let namespace { path += "/namespaces/" + PercentEncoding.encode(namespace) }
    path += "/" + plural
    for part in [name, subresource].compactMap(\.self) { path += "/" + PercentEncoding.encode(part) }
    return path
  }

  package static let namespaces = Resource(group: "", version: "v1", plural: "namespaces", kind: "Namespace")
  package static let configMaps = Resource(
    group: "", version: "v1", plural: "configmaps", kind: "ConfigMap", isNamespaced: true)
  package static let secrets = Resource(group: "", version: "v1", plural: "secrets", kind: "Secret", isNamespaced: true)
  package static let events = Resource(group: "", version: "v1", plural: "events", kind: "Event", isNamespaced: true)
  package static let resourceQuotas = Resource(
    group: "", version: "v1", plural: "resourcequotas", kind: "ResourceQuota", isNamespaced: true)
  package static let pods = Resource(group: "", version: "v1", plural: "pods", kind: "Pod", isNamespaced: true)
  package static let jobs = Resource(group: "batch", version: "v1", plural: "jobs", kind: "Job", isNamespaced: true)

  package static let statefulSets = Resource(
    group: "apps", version: "v1", plural: "statefulsets", kind: "StatefulSet", isNamespaced: true)

  /// The resources that run pods: Deployments, StatefulSets and DaemonSets.
  package static let workloads = [
    ("deployments", "Deployment"), ("statefulsets", "StatefulSet"), ("daemonsets", "DaemonSet"),
  ].map { Resource(group: "apps", version: "v1", plural: $0, kind: $1, isNamespaced: true) }
}
