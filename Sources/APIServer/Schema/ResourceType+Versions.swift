import KubernetesAPI
import Manifest

// An object is stored in one version by the schema of that time, and read in any version by the present schema.
extension ResourceType {
  /// Whether the schemas have changed since `stored` was written.
  func isOutdated(_ stored: StoredObject) -> Bool { stored.version < schemaVersion }

  /// The object `stored` in this version.
  ///
  /// As in kube-apiserver: fields that the schema of the stored version does not know are dropped, its defaults are
  /// filled in, and then fields that this version does not know are dropped.
  func value(of stored: StoredObject) -> Value {
    presenting(isOutdated(stored) ? renewed(stored.value) : stored.value)
  }

  /// The object in this version; `stored` itself if nothing changes, so that most lists are sent as they are stored.
  func presenting(_ stored: StoredObject) -> StoredObject {
    guard isOutdated(stored) || storageVersion != resource.version else { return stored }
    let value = value(of: stored)
    return stored.version == 0 ? StoredObject(unstored: value) : StoredObject(value, version: stored.version)
  }

  /// `object` in the version in which it is stored.
  func storing(_ object: Value) -> Value {
    guard storageVersion != resource.version else { return object }
    let version = resource.group.isEmpty ? storageVersion : "\(resource.group)/\(storageVersion)"
    let kept = (conversion?.storing(object) ?? object).setting(["apiVersion"], to: .string(version))
    guard let schema = schemas[version] else { return kept }
    return schema.defaulted(schema.pruned(kept).value)
  }

  private func renewed(_ object: Value) -> Value {
    guard let schema = schemas[object["apiVersion"]?.string ?? ""] ?? schema else { return object }
    return schema.defaulted(schema.pruned(object).value)
  }

  /// Versions of a definition differ only in `apiVersion` (conversion strategy None).
  private func presenting(_ object: Value) -> Value {
    guard hasOtherVersions, object["apiVersion"]?.string != resource.apiVersion else { return object }
    let renamed = (conversion?.presenting(object) ?? object).setting(["apiVersion"], to: .string(resource.apiVersion))
    return isCustom ? pruned(renamed) : renamed
  }
}
