import Client
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

  /// The extensions that may have been disabled, as recorded in another place.
  private let recorded: Set<String>

  package init(_ annotation: String, _ capabilities: Capabilities, recorded: [String] = []) {
    self.annotation = annotation
    self.capabilities = capabilities
    self.recorded = Set(recorded)
  }

  /// The value of the mark on an object; `nil` if it has none.
  package func mark(of object: Object) -> String? { object.annotations[annotation] }

  /// Whether `object` has lost its mark: it is recorded, and it was ksx that disabled it.
  ///
  /// KubeSphere's controllers write annotations back as they had read them (docs/KUBESPHERE.md: Changes).
  package func hasLostMark(_ object: Object) -> Bool {
    let installation = Installation(object)
    guard mark(of: object) == nil, !installation.isEnabled, recorded.contains(installation.extension) else {
      return false
    }
    let writers = installation.writers.filter { $0.fields.contains("enabled") }
    return writers.max { $0.time < $1.time }?.manager == Cluster.defaultFieldManager
  }

  /// Whether this has disabled the installation; another client may have enabled it since.
  package func hasDisabled(_ object: Object) -> Bool { mark(of: object) != nil || hasLostMark(object) }

  /// Only sets the mark.
  package func remember(_ object: Object, mark: String) -> Write { annotate(object, .string(mark)) }

  /// Disables the installation and sets the mark.
  package func off(_ object: Object, mark: String) -> Write { write(.disable, object, .string(mark)) }

  /// Enables the installation and removes the mark.
  package func on(_ object: Object) -> Write { write(.enable, object, .null) }

  /// Only removes the mark.
  package func forget(_ object: Object) -> Write { annotate(object, .null) }

  private func annotate(_ object: Object, _ mark: Value) -> Write {
    let metadata: Value = [
      "resourceVersion": .string(object.resourceVersion), "annotations": .mapping([annotation: mark]),
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
