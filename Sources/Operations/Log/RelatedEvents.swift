package import Extensions
package import KubernetesAPI

/// Selects the events of a cluster that are about one extension.
package struct RelatedEvents: Hashable, Sendable {
  /// The namespace of its workloads, Jobs and their pods, whether it exists or not.
  package var namespace: String
  private var names: Set<String>
  private static let kinds: Set<String> = ["InstallPlan", "Subscription", "Extension", "ExtensionVersion", "Plugin"]

  /// Selects events about the extension `name` and its installation.
  package init(_ name: String, _ installation: Installation?) {
    let placed = installation?.targetNamespace ?? ""
    namespace = placed.isEmpty ? Change.usualNamespace(of: name) : placed
    names = [name, installation?.name ?? name]
  }

  /// The namespaces to search: events about cluster-scoped objects are in `default`.
  package var namespaces: [String] { namespace == "default" ? ["default"] : [namespace, "default"] }

  package func include(_ event: Object) -> Bool {
    if event.namespace == namespace { return true }
    let (kind, name) = EventLine.subject(of: event)
    guard Self.kinds.contains(kind) else { return false }
    return names.contains(name) || (kind == "ExtensionVersion" && names.contains { name.hasPrefix($0 + "-") })
  }
}
