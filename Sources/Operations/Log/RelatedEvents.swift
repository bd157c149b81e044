package import Extensions
package import KubernetesAPI
import Manifest

/// Which of a cluster's events are about one extension.
package struct RelatedEvents: Hashable, Sendable {
  /// Where its workloads, its jobs and their pods are; empty while nothing is installed.
  package var namespace: String
  private var names: Set<String>
  private static let kinds: Set<String> = ["InstallPlan", "Subscription", "Extension", "ExtensionVersion", "Plugin"]

  /// Those about the extension called `name`, and about what is installed of it.
  package init(_ name: String, _ installation: Installation?) {
    namespace = installation?.targetNamespace ?? ""
    names = [name, installation?.name ?? name]
  }

  /// Where to look: events about what is in no namespace lie in `default`.
  package var namespaces: [String] {
    namespace.isEmpty || namespace == "default" ? ["default"] : [namespace, "default"]
  }

  package func include(_ event: Object) -> Bool {
    if !namespace.isEmpty, event.namespace == namespace { return true }
    let about = event.value["involvedObject"]
    let (kind, name) = (about?["kind"]?.string ?? "", about?["name"]?.string ?? "")
    guard Self.kinds.contains(kind) else { return false }
    return names.contains(name) || (kind == "ExtensionVersion" && names.contains { name.hasPrefix($0 + "-") })
  }
}

/// What an event says, for a list.
package struct EventRow: Hashable, Sendable {
  package var name: String
  /// When it came last, RFC 3339.
  package var time: String
  package var type: String
  package var reason: String
  /// `Job/helm-install-whizard-x`.
  package var about: String
  package var count: Int
  package var message: String

  package init(_ event: Object) {
    let value = event.value
    name = event.name
    let times = [value["lastTimestamp"], value[path: "series", "lastObservedTime"], value["eventTime"]]
    time = times.lazy.compactMap { $0?.string }.first ?? event.creationTimestamp ?? ""
    type = value["type"]?.string ?? ""
    reason = value["reason"]?.string ?? ""
    let about = value["involvedObject"]
    self.about = "\(about?["kind"]?.string ?? "")/\(about?["name"]?.string ?? "")"
    count = value[path: "series", "count"]?.integer ?? value["count"]?.integer ?? 1
    message = value["message"]?.string ?? ""
  }
}
