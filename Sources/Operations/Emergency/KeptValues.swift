package import Client
import Extensions
import HTTP
import KubernetesAPI
package import Manifest
import Packages
import Platform

/// Values that must outlive this program, stored in a Secret of the cluster for all its users.
///
/// If the cluster does not accept them, they are stored in a file on this computer. It is a Secret because copies of
/// objects may contain secrets.
package struct KeptValues: Sendable {
  private let cluster: Cluster
  private let name: String
  private let path: String

  /// `name` is that of the Secret, such as `ksx-bisect`; `folder` is the state folder of this program.
  package init(_ cluster: Cluster, name: String, folder: String, identity: String) {
    self.cluster = cluster
    self.name = name
    path = "\(folder)/emergency/\(ConfigHash.of(identity)).\(name).json"
  }

  /// In bytes: Kubernetes limits the data of a Secret to 1 MiB.
  private static let largest = 900_000

  /// Reads the values in the cluster and on this computer; if the Secret may not be read, only the latter.
  package func read() async throws(ClusterError) -> (there: [String: Value], here: [String: Value]) {
    let secret = try await secret()
    let data = secret?.value["data"]?.mapping?.pairs ?? []
    var there: [String: Value] = [:]
    for pair in data { there[pair.key] = pair.value.string.flatMap(Self.unpacked) }
    return (there, here)
  }

  /// Stores `value`; returns a warning for the user if the cluster did not accept it.
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

  /// Deletes a value, and with the last value also the Secret and the file.
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
