import KubernetesAPI
import Manifest
import Platform

extension API {
  /// Makes the namespaces in `names`, unless there are some already.
  package func makeNamespaces(_ names: [String]) throws(StorageError) {
    guard registry.withLock({ $0.table(Resource.namespaces.qualifiedName).keys.isEmpty }) else { return }
    for name in names {
      let namespace = Object(.namespaces, name: name).value
      let path = ResourcePath(type: ResourceTypes.namespaces, key: ObjectKey(namespace: "", name: name))
      do throws(Status) {
        _ = try create(namespace, at: path, WriteOptions())
      } catch {
        throw .unusable(path: "namespace \(name)", reason: "cannot be made: \(error.message)")
      }
    }
  }
}
