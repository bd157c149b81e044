import KubernetesAPI
import Manifest

/// A row of the database that cannot be read as the object it should be.
///
/// It stays on disk until it is deleted: a newer program, or a user, may read more of it.
struct DamagedObject: Hashable, Sendable {
  let key: ObjectKey
  /// Its uid, when that much can be read.
  let uid: String?
  let problem: String

  init(_ key: ObjectKey, bytes: [UInt8], problem: String) {
    self.key = key
    self.problem = problem
    uid = StoredObject(bytes: bytes, version: 0).map(\.uid).flatMap { $0.isEmpty ? nil : $0 }
  }

  /// What can be said of it when it is deleted.
  func remains(_ type: ResourceType) -> Value {
    let namespace = key.namespace.isEmpty ? nil : key.namespace
    let object = Object(type.resource, name: key.name, namespace: namespace).value
    return uid.map { object.setting(["metadata", "uid"], to: .string($0)) } ?? object
  }
}
