import KubernetesAPI
import Manifest

// An object is kept in one version and by the schema of its time, and read in any other version and by the schema of now.
extension ResourceType {
  /// Whether `stored` was written before the schemas became what they are.
  func isOutdated(_ stored: StoredObject) -> Bool { stored.version < schemaVersion }

  /// The object that is kept as `stored`, as this version has it.
  ///
  /// As kube-apiserver does: what the schema of the kept version does not know is left out, what it has by default filled
  /// in, and then what this version does not know is left out.
  func value(of stored: StoredObject) -> Value {
    presenting(isOutdated(stored) ? renewed(stored.value) : stored.value)
  }

  /// `stored` itself where there is nothing to do: most lists are sent as they are kept.
  func presenting(_ stored: StoredObject) -> StoredObject {
    guard isOutdated(stored) || storageVersion != resource.version else { return stored }
    let value = value(of: stored)
    return stored.version == 0 ? StoredObject(unstored: value) : StoredObject(value, version: stored.version)
  }

  /// `object` as it is kept.
  func storing(_ object: Value) -> Value {
    guard storageVersion != resource.version else { return object }
    let version = resource.group.isEmpty ? storageVersion : "\(resource.group)/\(storageVersion)"
    let kept = (conversion?.storing(object) ?? object).setting(["apiVersion"], to: .string(version))
    guard let schema = schemas[version] else { return kept }
    return schema.completed(schema.pruned(kept).value)
  }

  private func renewed(_ object: Value) -> Value {
    guard let schema = schemas[object["apiVersion"]?.string ?? ""] ?? schema else { return object }
    return schema.completed(schema.pruned(object).value)
  }

  /// Between versions of a definition only the name differs (strategy None).
  private func presenting(_ object: Value) -> Value {
    guard hasOtherVersions, object["apiVersion"]?.string != resource.apiVersion else { return object }
    let renamed = (conversion?.presenting(object) ?? object).setting(["apiVersion"], to: .string(resource.apiVersion))
    return isCustom ? pruned(renamed) : renamed
  }
}
