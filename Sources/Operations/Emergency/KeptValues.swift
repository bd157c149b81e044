package import Client
import Extensions
import HTTP
import KubernetesAPI
package import Manifest
import Packages
import Platform

/// A few values that outlive this program: in a Secret of the cluster, where every user of it finds them, and in a file
/// on this computer, for a cluster that does not take them.
///
/// A Secret, because copies of objects may hold secrets.
package struct KeptValues: Sendable {
  private let cluster: Cluster
  private let name: String
  private let path: String

  /// The values called `name`, such as `ksx-bisect`; `folder` is the one of this program's state.
  package init(_ cluster: Cluster, name: String, folder: String, identity: String) {
    self.cluster = cluster
    self.name = name
    path = "\(folder)/emergency/\(ConfigHash.of(identity)).\(name).json"
  }

  /// As much as a Secret takes.
  private static let largest = 900_000

  /// What is kept in the cluster and here; where the Secret may not be read, only what is here.
  package func read() async throws(ClusterError) -> (there: [String: Value], here: [String: Value]) {
    let secret = try await secret()
    let data = secret?.value["data"]?.mapping?.pairs ?? []
    var there: [String: Value] = [:]
    for pair in data { there[pair.key] = pair.value.string.flatMap(Self.unpacked) }
    return (there, here)
  }

  /// Keeps `value`; returns what the user must know where the cluster did not take it.
  package func keep(_ key: String, _ value: Value) async throws(ClusterError) -> String? {
    let isHere = keepHere(here.merging([key: value]) { $1 })
    let packed = Gzip.pack(JSON.bytes(value))
    let data: Value = .mapping([key: .string(Base64.encode(packed))])
    do throws(ClusterError) {
      guard packed.count <= Self.largest else { throw .unreadable("it is larger than a Secret may be") }
      let namespace = PackageSource.namespace
      let write: Write =
        try await secret() == nil
        ? .create(.secrets, Object(.secrets, name: name, namespace: namespace, ["data": data]))
        : .patch(.secrets, namespace: namespace, name: name, ["data": data])
      _ = try await write.deliver(to: cluster)
      return nil
    } catch {
      guard isHere else { throw error }
      return "this is kept on this computer only (\(path)): \(error.brief)"
    }
  }

  /// Forgets one value, and the Secret and the file with the last.
  package func forget(_ key: String) async throws(ClusterError) {
    var rest = here
    rest[key] = nil
    if rest.isEmpty { try? Files.remove(path) } else { keepHere(rest) }
    guard let secret = try await secret() else { return }
    let isLast = secret.value["data"]?.mapping?.pairs.allSatisfy { $0.key == key } ?? true
    let write: Write =
      isLast
      ? .delete(.secrets, namespace: PackageSource.namespace, name: name, uid: secret.uid)
      : .patch(.secrets, namespace: PackageSource.namespace, name: name, ["data": .mapping([key: .null])])
    _ = try await write.deliver(to: cluster)
  }

  private func secret() async throws(ClusterError) -> Object? {
    do throws(ClusterError) {
      return try await cluster.get(.secrets, namespace: PackageSource.namespace, name)
    } catch {
      guard error.isNotFound || error.isForbidden else { throw error }
      return nil
    }
  }

  private static func unpacked(_ text: String) -> Value? {
    guard let bytes = Base64.decode(text), let json = try? Gzip.unpack(bytes, limit: 64 << 20) else { return nil }
    return try? JSON.parse(json)
  }

  private var here: [String: Value] {
    guard let bytes = try? Files.read(path), let pairs = (try? JSON.parse(bytes))?.mapping?.pairs else { return [:] }
    return Dictionary(pairs.map { ($0.key, $0.value) }, uniquingKeysWith: { $1 })
  }

  @discardableResult
  private func keepHere(_ values: [String: Value]) -> Bool {
    let pairs = values.sorted { $0.key < $1.key }.map { Mapping.Pair(key: $0.key, value: $0.value) }
    do throws(SystemError) {
      try Files.makeDirectory(Files.parent(of: path) ?? "/")
      try Files.write(JSON.bytes(.mapping(Mapping(pairs))), to: path)
      return true
    } catch {
      return false
    }
  }
}
