package import Client
import KubernetesAPI
import Platform

/// Logins of KubeSphere's users, which all gateways of a cluster share.
///
/// A token names its login and is signed with a key that all gateways share. The cluster stores whether the login is
/// active and which generation of its tokens is the newest; a gateway caches this for ten seconds. So a login may begin
/// at one gateway, be renewed at another and be ended at a third.
package struct ClusterLogins: LoginStore {
  /// How long a login is cached, as for reviewed tokens.
  private static let lifetime = Duration.seconds(10)
  private static let capacity = 10_000
  /// The least time between two deletions of expired Leases, in seconds.
  private static let sweeping = 600

  let users: KubeSphereUsers
  private let keys: SigningKeys
  private let leases: LoginLeases
  private let timing: Timing
  private let time: @Sendable () -> Int
  private let known = Locked<[String: (login: LoginLeases.Login?, at: Duration)]>([:])
  private let swept: Locked<Int>
  private let isReported = Locked(false)
  private let report: @Sendable (String) -> Void

  /// Logins of `users`, stored in `cluster` in the namespace of `settings`.
  package init(
    of users: KubeSphereUsers, in cluster: Cluster, _ settings: LoginSettings = LoginSettings()
  ) {
    (self.users, timing, time, report) = (users, cluster.timing, settings.time, settings.report)
    var cluster = cluster
    cluster.fieldManager = "ksxd"
    keys = SigningKeys(in: cluster, namespace: settings.namespace, time: time, report: report)
    leases = LoginLeases(cluster: cluster, namespace: settings.namespace, time: time)
    swept = Locked(time())
  }

  /// Whether `token` has the form of a gateway's token, valid or not.
  func signs(_ token: String) -> Bool { SignedToken.key(of: token) != nil }

  func logIn(_ name: String, _ password: String, from address: String) async throws(LoginRefusal) -> LoginGrant {
    let proven = try await users.user(name, password: password, from: address)
    return try await mappingClusterErrors { () throws(ClusterError) in
      let login = try await leases.begin(proven.user.name, passwordFingerprint: proven.passwordFingerprint)
      let grant = try await grant(login)
      await sweep()
      return grant
    }
  }

  func renew(_ refresh: String) async throws(LoginRefusal) -> LoginRenewal {
    guard let token = try await token(refresh, for: .refresh) else { return LoginRenewal() }
    let found = try await mappingClusterErrors { () throws(ClusterError) in try await leases.login(token.login) }
    guard let login = found, login.user == token.user else { return LoginRenewal() }
    var renewal = LoginRenewal(user: login.user)
    guard token.generation == login.generation else {
      renewal.isReused = token.generation < login.generation
      try await end(login.id)
      return renewal
    }
    guard try await isGood(login) else {
      try await end(login.id)
      return renewal
    }
    renewal.grant = try await mappingClusterErrors { () throws(ClusterError) in
      guard let next = try await leases.advance(login) else { return nil }
      return try await grant(next)
    }
    if renewal.grant == nil {
      // Another gateway renewed or ended this login at the same time.
      renewal.isReused = true
      try await end(login.id)
    }
    return renewal
  }

  func tokenUser(of access: String) async throws(LoginRefusal) -> User? {
    guard let token = try await token(access, for: .access),
      let login = try await login(token), login.user == token.user, login.generation == token.generation
    else { return nil }
    return try await users.userWithPassword(login.user, passwordFingerprint: login.passwordFingerprint)
  }

  /// Like `tokenUser(of:)`, from the cache: `.some(nil)` for an invalid token, `nil` if the cluster must be read.
  func cachedTokenUser(of access: String) -> User?? {
    guard let name = SignedToken.key(of: access) else { return .some(nil) }
    guard let key = keys.known(name) else { return nil }
    guard let token = key.flatMap({ SignedToken(access, signedWith: $0) }), isFresh(token, for: .access) else {
      return .some(nil)
    }
    guard let login = knownLogin(token) else { return nil }
    guard let login, login.user == token.user, login.generation == token.generation else { return .some(nil) }
    return users.cachedUser(login.user, passwordFingerprint: login.passwordFingerprint)
  }

  func end(loginOf access: String) async throws(LoginRefusal) -> User? {
    guard let user = try await tokenUser(of: access), let token = try await token(access, for: .access) else {
      return nil
    }
    try await end(token.login)
    return user
  }

  private func end(_ id: String) async throws(LoginRefusal) {
    try await mappingClusterErrors { () throws(ClusterError) in try await leases.end(id) }
    note(nil, of: id)
  }

  /// Whether the password is unchanged and the user may still log in.
  private func isGood(_ login: LoginLeases.Login) async throws(LoginRefusal) -> Bool {
    do throws(LoginRefusal) {
      return try await users.userWithPassword(login.user, passwordFingerprint: login.passwordFingerprint) != nil
    } catch {
      if error == .inactive { return false }
      throw error
    }
  }

  private func grant(_ login: LoginLeases.Login) async throws(ClusterError) -> LoginGrant {
    let key = try await keys.newest()
    note(login, of: login.id)
    let (access, refresh) = (
      SignedToken(.access, of: login.user, login: login.id, generation: login.generation, issued: time()),
      SignedToken(.refresh, of: login.user, login: login.id, generation: login.generation, issued: time())
    )
    return LoginGrant(
      access: access.text(signedWith: key), refresh: refresh.text(signedWith: key), lifetime: LoginTimes.access)
  }

  /// The token in `text`, if a gateway signed it and it has not expired.
  private func token(_ text: String, for use: SignedToken.Use) async throws(LoginRefusal) -> SignedToken? {
    guard let name = SignedToken.key(of: text) else { return nil }
    let key = try await mappingClusterErrors { () throws(ClusterError) in try await keys.key(name) }
    return key.flatMap { SignedToken(text, signedWith: $0) }.flatMap { isFresh($0, for: use) ? $0 : nil }
  }

  private func isFresh(_ token: SignedToken, for use: SignedToken.Use) -> Bool {
    token.use == use && token.expires > time()
  }

  private func login(_ token: SignedToken) async throws(LoginRefusal) -> LoginLeases.Login? {
    if let known = knownLogin(token) { return known }
    let login = try await mappingClusterErrors { () throws(ClusterError) in try await leases.login(token.login) }
    note(login, of: token.login)
    return login
  }

  /// The cached login of `token`; `nil` if there is none or the token is newer.
  private func knownLogin(_ token: SignedToken) -> LoginLeases.Login?? {
    let now = timing.now()
    guard let entry = known.withLock({ $0[token.login] }), now - entry.at < Self.lifetime,
      (entry.login?.generation ?? .max) >= token.generation
    else { return nil }
    return .some(entry.login)
  }

  private func note(_ login: LoginLeases.Login?, of id: String) {
    let now = timing.now()
    known.withLock { known in
      if known.count >= Self.capacity { known = known.filter { now - $0.value.at < Self.lifetime } }
      if known.count < Self.capacity || known[id] != nil { known[id] = (login, now) }
    }
  }

  private func sweep() async {
    let now = time()
    let isDue = swept.withLock { swept in
      guard now - swept >= Self.sweeping else { return false }
      swept = now
      return true
    }
    // After an error, the next sweep deletes the rest.
    if isDue { try? await leases.sweep() }
  }

  private func mappingClusterErrors<Result: Sendable>(
    _ work: () async throws(ClusterError) -> Result
  ) async throws(LoginRefusal) -> Result {
    do throws(ClusterError) {
      let result = try await work()
      isReported.withLock { $0 = false }
      return result
    } catch {
      let isFirst = isReported.withLock { isReported in
        defer { isReported = true }
        return !isReported
      }
      if isFirst { report("logins cannot be kept in the cluster: \(error)") }
      throw .unavailable("logins cannot be kept in the cluster now")
    }
  }
}

/// Where gateways store logins, and which clock they use.
package struct LoginSettings: Sendable {
  package var namespace = "kubesphere-system"
  /// Seconds since 1970; tokens and Leases expire by this clock, so those of all gateways must agree.
  package var time: @Sendable () -> Int = { Timestamp.now().secondsSince1970 }
  /// Receives error messages.
  package var report: @Sendable (String) -> Void = { _ in }

  package init() {}
}
