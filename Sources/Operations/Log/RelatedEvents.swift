package import Extensions
package import KubernetesAPI

/// Which of a cluster's events are about one extension.
package struct RelatedEvents: Hashable, Sendable {
  /// Where its workloads, its jobs and their pods are, or would be.
  package var namespace: String
  private var names: Set<String>
  private static let kinds: Set<String> = ["InstallPlan", "Subscription", "Extension", "ExtensionVersion", "Plugin"]

  /// Those about the extension called `name`, and about what is installed of it.
  package init(_ name: String, _ installation: Installation?) {
    let placed = installation?.targetNamespace ?? ""
    namespace = placed.isEmpty ? Change.usualNamespace(of: name) : placed
    names = [name, installation?.name ?? name]
  }

  /// Where to look: events about what is in no namespace lie in `default`.
  package var namespaces: [String] { namespace == "default" ? ["default"] : [namespace, "default"] }

  package func include(_ event: Object) -> Bool {
    if event.namespace == namespace { return true }
    let (kind, name) = EventLine.subject(of: event)
    guard Self.kinds.contains(kind) else { return false }
    return names.contains(name) || (kind == "ExtensionVersion" && names.contains { name.hasPrefix($0 + "-") })
  }
}
