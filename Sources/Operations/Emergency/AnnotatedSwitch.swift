package import Extensions
package import KubernetesAPI
import Manifest

/// Disables installations with a mark: the patch that disables one also sets an annotation.
///
/// So an installation is never disabled without a record of that.
package struct AnnotatedSwitch: Hashable, Sendable {
  /// The name of the annotation.
  package let annotation: String
  let capabilities: Capabilities

  package init(_ annotation: String, _ capabilities: Capabilities) {
    self.annotation = annotation
    self.capabilities = capabilities
  }

  /// The value of the mark on an object; `nil` if it has none.
  package func mark(of object: Object) -> String? { object.annotations[annotation] }

  /// Disables the installation and sets the mark.
  package func off(_ object: Object, mark: String) -> Write { write(.disable, object, .string(mark)) }

  /// Enables the installation and removes the mark.
  package func on(_ object: Object) -> Write { write(.enable, object, .null) }

  /// Only removes the mark.
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
