import KubernetesAPI
import Manifest

/// A row of the database that cannot be read as an object.
///
/// It stays on disk until it is deleted, because a newer program or a user may be able to read more of it.
struct DamagedObject: Hashable, Sendable {
  let key: ObjectKey
  /// Its UID, if that can be read.
  let uid: String?
  let problem: String

  init(_ key: ObjectKey, bytes: [UInt8], problem: String) {
    self.key = key
    self.problem = problem
    uid = StoredObject(bytes: bytes, version: 0).map(\.uid).flatMap { $0.isEmpty ? nil : $0 }
  }

  /// The object that its deletion reports: key and UID.
  func placeholder(_ type: ResourceType) -> Value {
    let namespace = key.namespace.isEmpty ? nil : key.namespace
    let object = Object(type.resource, name: key.name, namespace: namespace).value
    return uid.map { object.setting(["metadata", "uid"], to: .string($0)) } ?? object
  }
}
