import Client
import KubernetesAPI
import Manifest
import Platform

/// The keys that all gateways of a cluster sign tokens with: entries of one Secret, of which the newest signs.
///
/// Read again every minute, and when a token names one that is not known. The first gateway that finds none, or the newest
/// old, adds one; the one before stays until the next change. Who takes an entry out ends what it signed.
final class SigningKeys: Sendable {
  struct Key: Hashable, Sendable {
    /// When it was made and something that makes it differ from others of that time.
    var name: String
    var bytes: [UInt8]

    private static let prefix = "ksxd-"

    /// Whether it could be the name of a key.
    static func isName(_ name: String) -> Bool {
      let words = name.split(separator: "-", omittingEmptySubsequences: false)
      return words.count == 3 && name.utf8.count <= 40 && name.hasPrefix(prefix) && Int(words[1]) ?? -1 >= 0
    }

    /// The time of a key, in seconds.
    var made: Int { Int(name.split(separator: "-").dropFirst().first ?? "") ?? 0 }

    init?(name: String, base64: String?) {
      guard Self.isName(name), let bytes = base64.flatMap(Base64.decode), bytes.count >= 32 else { return nil }
      (self.name, self.bytes) = (name, bytes)
    }

    /// A new one.
    init(made: Int) {
      var generator = SystemRandomNumberGenerator()
      bytes = (0..<32).map { _ in UInt8.random(in: 0...255, using: &generator) }
      name = Self.prefix + "\(made)-" + String(UInt32.random(in: 0x1000_0000...(.max), using: &generator), radix: 16)
    }
  }

  static let secret = "ksxd-gateway-keys"
  /// How long what was read holds, and a key signs.
  private static let (lifetime, term) = (Duration.seconds(60), 30 * 86_400)
  /// How soon a name that is not known has them read again.
  private static let pause = Duration.seconds(1)

  private struct State {
    var keys: [Key] = []
    var readAt: Duration?
    /// When a name was last looked for in vain.
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

  /// The key called `name`, by what was read a moment ago: `.some(nil)` when there is none, `nil` when it is to be read.
  func known(_ name: String) -> Key?? {
    let now = cluster.timing.now()
    return state.withLock { state in
      guard let readAt = state.readAt, now - readAt < Self.lifetime else { return nil }
      if let key = state.keys.first(where: { $0.name == name }) { return .some(key) }
      // Names can be made up.
      return now - (state.lookedAt ?? readAt) < Self.pause ? .some(nil) : nil
    }
  }

  /// The key called `name`, if there is one.
  func key(_ name: String) async throws(ClusterError) -> Key? {
    if let known = known(name) { return known }
    let now = cluster.timing.now()
    state.withLock { $0.lookedAt = now }
    return try await read().keys.first { $0.name == name }
  }

  /// The key that signs now.
  func newest() async throws(ClusterError) -> Key {
    let now = cluster.timing.now()
    let fresh = state.withLock { state in
      state.readAt.map { now - $0 < Self.lifetime } == true ? state.keys : nil
    }
    if let key = fresh?.last, time() - key.made < Self.term { return key }
    // Another gateway may make one at the same time: then its is taken.
    for _ in 0..<5 {
      let (keys, version) = try await read()
      if let key = keys.last, time() - key.made < Self.term { return key }
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

  /// Oldest first, and the version of the Secret, if it is there.
  private func read() async throws(ClusterError) -> (keys: [Key], version: String?) {
    let now = cluster.timing.now()
    let secret = try await cluster.existing(Resource.secrets, namespace: namespace, Self.secret)
    let pairs = secret?.value["data"]?.mapping?.pairs ?? []
    let keys = pairs.compactMap { Key(name: $0.key, base64: $0.value.string) }
      .sorted { ($0.made, $0.name) < ($1.made, $1.name) }
    state.withLock { state in (state.keys, state.readAt) = (keys, now) }
    return (keys, secret?.resourceVersion)
  }

  /// Adds a key to `keys`, of which the newest stays: what it signed is still shown.
  private func add(to keys: [Key], _ version: String?) async throws(ClusterError) -> Key {
    let key = Key(made: time())
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
  /// The object, or `nil` when there is none.
  func existing(_ resource: Resource, namespace: String, _ name: String) async throws(ClusterError) -> Object? {
    do throws(ClusterError) {
      return try await get(resource, namespace: namespace, name)
    } catch {
      if error.isNotFound { return nil }
      throw error
    }
  }
}
