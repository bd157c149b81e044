package import Extensions
package import KubernetesAPI
import Manifest

/// Switches installations off in a way that can be told from all other ways: the same patch that switches one off leaves
/// a mark at it, so that at no moment one is off without being remembered.
package struct MarkedSwitch: Hashable, Sendable {
  /// The annotation of the mark.
  package let annotation: String
  let capabilities: Capabilities

  package init(_ annotation: String, _ capabilities: Capabilities) {
    self.annotation = annotation
    self.capabilities = capabilities
  }

  /// What the mark at an object says, or `nil` where there is none.
  package func mark(of object: Object) -> String? { object.annotations[annotation] }

  /// Off, with a mark.
  package func off(_ object: Object, mark: String) -> Write { write(.disable, object, .string(mark)) }

  /// On, without one.
  package func on(_ object: Object) -> Write { write(.enable, object, .null) }

  /// The mark gone, and nothing else.
  package func forget(_ object: Object) -> Write {
    let metadata: Value = [
      "resourceVersion": .string(object.resourceVersion), "annotations": .mapping([annotation: .null]),
    ]
    return .patch(capabilities.dialect.installations, name: object.name, ["metadata": metadata])
  }

  private func write(_ change: Change, _ object: Object, _ mark: Value) -> Write {
    let write = change.write(to: object.name, installation: Installation(object), in: capabilities)
    guard case .patch(let resource, let namespace, let name, let body) = write else { return write }
    return .patch(
      resource, namespace: namespace, name: name, body.setting(["metadata", "annotations", annotation], to: mark))
  }
}
