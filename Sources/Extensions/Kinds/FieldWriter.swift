import KubernetesAPI
import Manifest

/// A manager, that is a program and not a user, that has written fields of an object's spec (`managedFields`).
package struct FieldWriter: Hashable, Sendable {
  package var manager: String
  /// The time of its last write, RFC 3339, or empty.
  package var time: String
  /// The fields below `spec`, by their names in the object, sorted.
  package var fields: [String]

  /// The writers of the spec of `object`.
  static func all(of object: Object) -> [FieldWriter] {
    let managers = object.value[path: "metadata", "managedFields"]?.sequence ?? []
    return managers.compactMap { entry in
      guard let spec = entry[path: "fieldsV1", "f:spec"]?.mapping else { return nil }
      let fields = spec.pairs.map(\.key).filter { $0.hasPrefix("f:") }.map { String($0.dropFirst(2)) }
      return FieldWriter(
        manager: entry["manager"]?.string ?? "", time: entry["time"]?.string ?? "", fields: fields.sorted())
    }
  }
}
