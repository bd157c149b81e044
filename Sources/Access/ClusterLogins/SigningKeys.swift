import Client
import KubernetesAPI
import Manifest
import Platform

/// The keys with which all gateways of a cluster sign tokens: entries of one Secret, of which the newest signs.
///
/// They are read again after a minute, and when a token names an unknown key. The first gateway that finds no key, or
/// finds the newest older than 30 days, adds one; the previous key is kept until the next is added. Deleting an entry
/// invalidates the tokens that it signed.
final class SigningKeys: Sendable {
  struct Key: Hashable, Sendable {
    /// `ksxd-`, the time of creation, and a random number that distinguishes keys of the same second.
    var name: String
    var bytes: [UInt8]

    private static let prefix = "ksxd-"

    /// Whether `name` has the form of a key's name.
    static func isName(_ name: String) -> Bool {
      let words = name.split(separator: "-", omittingEmptySubsequences: false)
      return words.count == 3 && name.utf8.count <= 40 && name.hasPrefix(prefix) && Int(words[1]) ?? -1 >= 0
    }

    /// When the key was created, in seconds since 1970.
    var created: Int { Int(name.split(separator: "-").dropFirst().first ?? "") ?? 0 }

    init?(name: String, base64: String?) {
      guard Self.isName(name), let bytes = base64.flatMap(Base64.decode), bytes.count >= 32 else { return nil }
      (self.name, self.bytes) = (name, bytes)
    }

    /// Generates a key.
    init(created: Int) {
      var generator = SystemRandomNumberGenerator()
      bytes = (0..<32).map { _ in UInt8.random(in: 0...255, using: &generator) }
      name = Self.prefix + "\(created)-" + String(UInt32.random(in: 0x1000_0000...(.max), using: &generator), radix: 16)
    }
  }

  static let secret = "ksxd-gateway-keys"
  /// How long keys are cached, and for how many seconds a key signs.
  private static let (lifetime, rotationPeriod) = (Duration.seconds(60), 30 * 86_400)
  /// The least time between two reads for unknown names.
  private static let pause = Duration.seconds(1)

  private struct State {
    var keys: [Key] = []
    var readAt: Duration?
    /// When the keys were last read for a name that was not cached.
    var lookedAt: Duration?
  }

  private let cluster: Cluster
  private let namespace: String
  private let time: @Sendable () -> Int
  private let report: @Sendable (String) -> Void
  private let state = Locked(State())

  init(
    in cluster: Cluster, namespace: String, time: @escaping @Sendable () -> Int,
    report: @escaping @Sendable (String) -> Void
  ) {
    (self.cluster, self.namespace, self.time, self.report) = (cluster, namespace, time, report)
  }

  /// The cached key called `name`: `.some(nil)` if it does not exist, `nil` if the keys must be read.
  func known(_ name: String) -> Key?? {
    let now = cluster.timing.now()
    return state.withLock { state in
      guard let readAt = state.readAt, now - readAt < Self.lifetime else { return nil }
      if let key = state.keys.first(where: { $0.name == name }) { return .some(key) }
      // Clients can invent names, and must not cause a read for each.
      return now - (state.lookedAt ?? readAt) < Self.pause ? .some(nil) : nil
    }
  }

  /// The key called `name`; `nil` if it does not exist.
  func key(_ name: String) async throws(ClusterError) -> Key? {
    if let known = known(name) { return known }
    let now = cluster.timing.now()
    state.withLock { $0.lookedAt = now }
    return try await read().keys.first { $0.name == name }
  }

  /// The key to sign with, which is created if there is none or the newest is too old.
  func newest() async throws(ClusterError) -> Key {
    let now = cluster.timing.now()
    let fresh = state.withLock { state in
      state.readAt.map { now - $0 < Self.lifetime } == true ? state.keys : nil
    }
    if let key = fresh?.last, time() - key.created < Self.rotationPeriod { return key }
    // If another gateway adds a key at the same time, that key is used.
    for _ in 0..<5 {
      let (keys, version) = try await read()
      if let key = keys.last, time() - key.created < Self.rotationPeriod { return key }
      do throws(ClusterError) {
        return try await add(to: keys, version)
      } catch {
        if error.isLostRace { continue }
        guard let key = keys.last else { throw error }
        report("the key that signs logins is old, and cannot be renewed: \(error)")
        return key
      }
    }
    throw .unreadable("the keys of logins change all the time")
  }

  /// The keys, oldest first, and the resource version of the Secret; `nil` if there is no Secret.
  private func read() async throws(ClusterError) -> (keys: [Key], version: String?) {
    let now = cluster.timing.now()
    let secret = try await cluster.existing(Resource.secrets, namespace: namespace, Self.secret)
    let pairs = secret?.value["data"]?.mapping?.pairs ?? []
    let keys = pairs.compactMap { Key(name: $0.key, base64: $0.value.string) }
      .sorted { ($0.created, $0.name) < ($1.created, $1.name) }
    state.withLock { state in (state.keys, state.readAt) = (keys, now) }
    return (keys, secret?.resourceVersion)
  }

  /// Adds a key and deletes all but the newest of `keys`, whose tokens are still in use.
  private func add(to keys: [Key], _ version: String?) async throws(ClusterError) -> Key {
    let key = Key(created: time())
    var data: Mapping = [key.name: .string(Base64.encode(key.bytes))]
    if let version {
      for old in keys.dropLast() { data[old.name] = .null }
      let patch: Value = ["metadata": ["resourceVersion": .string(version)], "data": .mapping(data)]
      _ = try await cluster.patch(Resource.secrets, namespace: namespace, Self.secret, .merge(patch))
    } else {
      let body: Mapping = ["type": "Opaque", "data": .mapping(data)]
      _ = try await cluster.create(
        Resource.secrets, Object(Resource.secrets, name: Self.secret, namespace: namespace, body))
    }
    _ = try await read()
    return key
  }
}

extension Cluster {
  /// The object; `nil` if it does not exist.
  func existing(_ resource: Resource, namespace: String, _ name: String) async throws(ClusterError) -> Object? {
    do throws(ClusterError) {
      return try await get(resource, namespace: namespace, name)
    } catch {
      if error.isNotFound { return nil }
      throw error
    }
  }
}
