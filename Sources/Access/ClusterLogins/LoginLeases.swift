import Client
import KubernetesAPI
import Manifest
import Platform

/// State that gateways share: active logins, and the number of failed logins of a name.
///
/// Each entry is a Lease in one namespace, because access to Leases grants nothing else. `ksxd-login-ID` holds the
/// user, the generation of the valid tokens (`leaseTransitions`), the fingerprint of the password and the expiry;
/// `ksxd-failures-DIGEST` holds a count. An update fails if another gateway was faster.
struct LoginLeases: Sendable {
  struct Login: Hashable, Sendable {
    var id: String
    var user: String
    var generation: Int
    var passwordFingerprint: String
    var until: Int
    var version = ""
  }

  /// Failed logins of one name.
  struct Failures: Hashable, Sendable {
    var count = 0
    var until = 0
    /// The resource version of the Lease; `nil` if there is none.
    var version: String?
  }

  static let leases = Resource(
    group: "coordination.k8s.io", version: "v1", plural: "leases", kind: "Lease", isNamespaced: true)
  /// Labels of these Leases: the type of entry, and a digest of the user name.
  static let (label, userLabel) = ("ksx.dev/gateway-login", "ksx.dev/gateway-user")
  private static let (passwordFingerprint, until) = ("ksx.dev/proof", "ksx.dev/until")
  /// The most logins of one user; a further login ends the user's oldest, and never another user's.
  static let mostOfUser = 100

  let cluster: Cluster
  let namespace: String
  let time: @Sendable () -> Int

  func begin(_ user: String, passwordFingerprint: String) async throws(ClusterError) -> Login {
    try await makeRoom(for: user)
    let login = Login(
      id: LoginTokens.random(), user: user, generation: 1, passwordFingerprint: passwordFingerprint,
      until: time() + LoginTimes.refresh)
    let labels = [Self.label: "login", Self.userLabel: Self.digest(user)]
    let annotations = [Self.passwordFingerprint: passwordFingerprint, Self.until: String(login.until)]
    return Login(try await create(Self.name(login.id), labels, annotations, spec(user, 1, LoginTimes.refresh))) ?? login
  }

  /// The login called `id`; `nil` if it has ended or expired.
  func login(_ id: String) async throws(ClusterError) -> Login? {
    guard Self.isID(id), let lease = try await cluster.existing(Self.leases, namespace: namespace, Self.name(id)),
      let login = Login(lease), login.until > time()
    else { return nil }
    return login
  }

  /// Begins the next generation of tokens of `login`; `nil` if another gateway was faster or the login has ended.
  func advance(_ login: Login) async throws(ClusterError) -> Login? {
    let patch: Value = [
      "metadata": [
        "resourceVersion": .string(login.version),
        "annotations": [Self.until: .string(String(time() + LoginTimes.refresh))],
      ],
      "spec": ["leaseTransitions": .integer(login.generation + 1), "renewTime": .string(now)],
    ]
    do throws(ClusterError) {
      return Login(try await cluster.patch(Self.leases, namespace: namespace, Self.name(login.id), .merge(patch)))
    } catch {
      if error.isLostRace || error.isNotFound { return nil }
      throw error
    }
  }

  func end(_ id: String) async throws(ClusterError) {
    guard Self.isID(id) else { return }
    try await delete(Self.name(id))
  }

  /// The failed logins of `name` that have not expired.
  func failures(of name: String) async throws(ClusterError) -> Failures {
    guard let lease = try await cluster.existing(Self.leases, namespace: namespace, Self.failures(name)) else {
      return Failures()
    }
    let until = lease.annotations[Self.until].flatMap { Int($0) } ?? 0
    let count = until > time() ? lease.spec["leaseTransitions"]?.integer ?? 0 : 0
    return Failures(count: count, until: until, version: lease.resourceVersion)
  }

  /// Counts a failed login; the count expires `window` seconds after the first.
  func noteFailure(of name: String, window: Int) async throws(ClusterError) {
    for attempt in 1... {
      let former = try await failures(of: name)
      let until = former.count == 0 ? time() + window : former.until
      do throws(ClusterError) {
        return try await write(former.count + 1, until, over: former, of: name)
      } catch {
        // Another gateway has changed or deleted the count meanwhile.
        guard error.isLostRace || error.isNotFound, attempt < 10 else { throw error }
      }
    }
  }

  private func write(_ count: Int, _ until: Int, over former: Failures, of name: String) async throws(ClusterError) {
    let left = max(1, until - time())
    guard let version = former.version else {
      let labels = [Self.label: "failures", Self.userLabel: Self.digest(name)]
      _ = try await create(Self.failures(name), labels, [Self.until: String(until)], spec(name, count, left))
      return
    }
    let patch: Value = [
      "metadata": [
        "resourceVersion": .string(version), "annotations": [Self.until: .string(String(until))],
      ],
      "spec": ["leaseTransitions": .integer(count), "renewTime": .string(now)],
    ]
    _ = try await cluster.patch(Self.leases, namespace: namespace, Self.failures(name), .merge(patch))
  }

  func clearFailures(of name: String) async throws(ClusterError) { try await delete(Self.failures(name)) }

  /// Deletes expired Leases.
  func sweep() async throws(ClusterError) {
    for lease in try await all(Self.label) where isOver(lease) { try await delete(lease.name, lease.resourceVersion) }
  }

  private func makeRoom(for user: String) async throws(ClusterError) {
    let own = try await all("\(Self.label)=login,\(Self.userLabel)=\(Self.digest(user))")
    var going: [Login] = []
    for lease in own {
      guard !isOver(lease), let login = Login(lease) else {
        try await delete(lease.name, lease.resourceVersion)
        continue
      }
      going.append(login)
    }
    let surplus = going.count - Self.mostOfUser + 1
    for login in going.sorted(by: { $0.until < $1.until }).prefix(max(0, surplus)) { try await end(login.id) }
  }

  private func all(_ labels: String) async throws(ClusterError) -> [Object] {
    try await cluster.list(Self.leases, namespace: namespace, selector: Selector(labels: labels), freshness: .cached)
  }

  private func isOver(_ lease: Object) -> Bool { (lease.annotations[Self.until].flatMap { Int($0) } ?? 0) <= time() }

  private func create(
    _ name: String, _ labels: [String: String], _ annotations: [String: String], _ spec: Value
  ) async throws(ClusterError) -> Object {
    let lease = Object(
      Self.leases, name: name, namespace: namespace, labels: labels, annotations: annotations, ["spec": spec])
    return try await cluster.create(Self.leases, lease)
  }

  private func delete(_ name: String, _ version: String? = nil) async throws(ClusterError) {
    do throws(ClusterError) {
      try await cluster.delete(Self.leases, namespace: namespace, name, resourceVersion: version)
    } catch {
      // It has been deleted or updated meanwhile.
      guard error.isNotFound || version != nil && error.isLostRace else { throw error }
    }
  }

  private func spec(_ holder: String, _ count: Int, _ seconds: Int) -> Value {
    [
      "holderIdentity": .string(holder), "leaseTransitions": .integer(count), "leaseDurationSeconds": .integer(seconds),
      "acquireTime": .string(now), "renewTime": .string(now),
    ]
  }

  /// The time as a `MicroTime`, which Go parses only with six fractional digits.
  private var now: String { Timestamp(secondsSince1970: time()).description.dropLast() + ".000000Z" }

  private static func name(_ id: String) -> String { "ksxd-login-" + id }
  private static func failures(_ name: String) -> String { "ksxd-failures-" + digest(name) }
  /// A label value for `name`, because user names need not be valid label values.
  private static func digest(_ name: String) -> String { String(SHA256.hex(Array(name.utf8)).prefix(40)) }
  private static func isID(_ id: String) -> Bool {
    id.utf8.count == 64 && id.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
  }
}

extension LoginLeases.Login {
  /// Reads a login from its Lease; `nil` for any other Lease.
  fileprivate init?(_ lease: Object) {
    guard lease.labels[LoginLeases.label] == "login", let user = lease.spec["holderIdentity"]?.string,
      let generation = lease.spec["leaseTransitions"]?.integer,
      let until = lease.annotations["ksx.dev/until"].flatMap({ Int($0) })
    else { return nil }
    self.init(
      id: String(lease.name.dropFirst("ksxd-login-".count)), user: user, generation: generation,
      passwordFingerprint: lease.annotations["ksx.dev/proof"] ?? "", until: until, version: lease.resourceVersion)
  }
}
