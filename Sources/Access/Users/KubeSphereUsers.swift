package import Client
import KubernetesAPI
import Manifest
import Platform

/// The `User` objects of KubeSphere (`iam.kubesphere.io/v1beta1`): their passwords, groups and states.
///
/// Each is read when it is needed and cached for ten seconds, so that any number of gateways may run. If a user cannot
/// be read, the request is refused, because the user may be disabled.
package struct KubeSphereUsers: Sendable {
  /// How long a user is cached, as for reviewed tokens.
  private static let lifetime = Duration.seconds(10)
  private static let capacity = 10_000
  private static let resource = Resource(
    group: "iam.kubesphere.io", version: "v1beta1", plural: "users", kind: "User", isNamespaced: false)
  /// The hash that the password of an unknown name is compared with, so that the response takes as long as for a known
  /// one; the result is ignored.
  private static let noHash = "$2a$10$tR8vN2kQ5wX1zB7cD4fG9hJ3mP6sU0yA2eI4oL6nR8tV1xZ3bC5dF"

  /// The parts of a User object that authentication needs.
  fileprivate struct Account: Hashable, Sendable {
    var name: String
    var state: String
    var groups: [String]
    var hash: String

    init(_ object: Object) {
      name = object.name
      state = object.status["state"]?.string ?? ""
      hash = object.spec["password"]?.string ?? ""
      let all = object.spec["groups"]?.sequence?.compactMap(\.string) ?? []
      // Permission to write User objects must not grant groups such as `system:masters`.
      groups = all.filter { !$0.hasPrefix("system:") }
    }
  }

  /// How long a cluster without the kind is not asked for it again.
  private static let pause = Duration.seconds(30)

  private let cluster: Cluster
  private let checker: PasswordChecker
  private let failures: SharedFailures?
  /// Whether the kind is served (nil until that is known), and when it was last looked for.
  private let kind = Locked<(isServed: Bool?, lookedAt: Duration?)>((nil, nil))
  private let accounts = Locked<[String: (account: Account?, at: Duration)]>([:])
  /// When passwords were verified, by digest of name, password and hash.
  private let verified = Locked<[String: Duration]>([:])

  /// The users of `cluster`; with `settings`, failed logins are counted in the cluster.
  package init(
    in cluster: Cluster, loginSettings settings: LoginSettings? = nil,
    now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
  ) {
    self.cluster = cluster
    checker = PasswordChecker(now: now)
    failures = settings.map { SharedFailures(in: cluster, $0) }
  }

  /// Whether the cluster serves the kind; while it does not, discovery is read at most twice a minute.
  package func isServed() async throws(ClusterError) -> Bool {
    if let isServed = isServedInCache { return isServed }
    let now = cluster.timing.now()
    // While this caller reads discovery, others use the former result. If there is none yet, each caller reads
    // discovery itself, so that no user passes unchecked because the first response has not arrived.
    let former = kind.withLock { kind in
      if kind.isServed != nil { kind.lookedAt = now }
      return kind.isServed
    }
    do throws(ClusterError) {
      let isServed = try await findKind()
      kind.withLock { $0 = (isServed, now) }
      return isServed
    } catch {
      guard let former else { throw error }
      return former
    }
  }

  private func findKind() async throws(ClusterError) -> Bool {
    do throws(ClusterError) {
      let group = try await cluster.document("/apis/\(Self.resource.apiVersion)")
      return group["resources"]?.sequence?.contains { $0["name"]?.string == Self.resource.plural } ?? false
    } catch {
      guard error.isNotFound else { throw error }
      return false
    }
  }

  /// The cached result of `isServed`; `nil` if discovery must be read.
  private var isServedInCache: Bool? {
    let now = cluster.timing.now()
    return kind.withLock { kind in
      if kind.isServed != false { return kind.isServed }
      return kind.lookedAt.map { now - $0 < Self.pause } == true ? false : nil
    }
  }

  /// `user` with the groups of its User object added; throws 401 if that is disabled.
  func admit(_ user: User) async throws(Status) -> User {
    guard Self.isUserName(user.name), try await hasUsers() else { return user }
    return try Self.admit(user, try await account(user.name))
  }

  /// Like `admit`, from the cache; `nil` if the cluster must be read.
  func admitFromCache(_ user: User) throws(Status) -> User? {
    guard Self.isUserName(user.name) else { return user }
    guard let isServed = isServedInCache else { return nil }
    guard isServed else { return user }
    guard let known = known(user.name) else { return nil }
    return try Self.admit(user, known)
  }

  /// The user of `NAME:PASSWORD` in base64; `isNewLogin` if the password was not verified in the last ten seconds.
  func user(ofBasic text: String, from address: String) async throws(Status) -> (user: User, isNewLogin: Bool) {
    guard try await hasUsers(), let bytes = Base64.decode(text) else { throw .unauthorized }
    let pair = String(decoding: bytes, as: UTF8.self)
    let name = String(pair.prefix { $0 != ":" })
    do throws(LoginRefusal) {
      let account = try await account(login: name)
      let digest = SHA256.hex(bytes + Array((account?.hash ?? "").utf8))
      if let account, isRight(digest) { return (account.user, false) }
      let user = try await user(name, password: String(pair.dropFirst(name.count + 1)), from: address).user
      note(digest)
      return (user, true)
    } catch {
      throw error.status
    }
  }

  /// The user with this name and password, and the fingerprint of the password.
  func user(
    _ name: String, password: String, from address: String
  ) async throws(LoginRefusal) -> (user: User, passwordFingerprint: String) {
    let account = password.isEmpty ? nil : try await account(login: name)
    let table =
      account.flatMap { PasswordTable(of: $0.user, hash: $0.hash) }
      ?? PasswordTable(of: User(name: ""), hash: Self.noHash)
    guard let table else { throw .wrong }
    // Only failures of users are stored in the cluster, so that invented names cannot fill it.
    let shared = account == nil ? nil : failures
    let user = try await checker.check(name, password, in: table, from: address, counting: shared).user()
    guard account != nil else { throw .wrong }
    return (user, table.passwordFingerprint(of: name) ?? "")
  }

  /// The user, if the password still has the fingerprint `passwordFingerprint`; `nil` if it has changed or the user no
  /// longer exists.
  func userWithPassword(_ name: String, passwordFingerprint: String) async throws(LoginRefusal) -> User? {
    do throws(Status) {
      guard let account = try await account(name) else { return nil }
      return try Self.userWithPassword(account, passwordFingerprint)
    } catch {
      throw error.code == 401 ? .inactive : .unavailable(error.message)
    }
  }

  /// Like `userWithPassword`, from the cache: `.some(nil)` if that would return `nil`, and `nil` if the cluster must be
  /// read.
  func cachedUser(_ name: String, passwordFingerprint: String) -> User?? {
    guard let known = known(name) else { return nil }
    guard let account = known else { return .some(nil) }
    do throws(Status) {
      return .some(try Self.userWithPassword(account, passwordFingerprint))
    } catch {
      // The user is disabled; `userWithPassword` throws that error.
      return nil
    }
  }

  private static func userWithPassword(_ account: Account, _ passwordFingerprint: String) throws(Status) -> User? {
    guard
      PasswordTable(of: account.user, hash: account.hash)?.passwordFingerprint(of: account.name) == passwordFingerprint
    else { return nil }
    return try admit(account.user, account)
  }

  /// The account called `name`; `nil` if there is none; throws if it may not log in.
  private func account(login name: String) async throws(LoginRefusal) -> Account? {
    guard Self.isUserName(name) else { return nil }
    let account: Account?
    do throws(Status) {
      account = try await self.account(name)
    } catch {
      throw .unavailable(error.message)
    }
    try account?.checkLogin()
    return account
  }

  private func hasUsers() async throws(Status) -> Bool {
    do throws(ClusterError) {
      return try await isServed()
    } catch {
      throw Status(code: 503, reason: "ServiceUnavailable", message: "the user could not be read")
    }
  }

  private func isRight(_ digest: String) -> Bool {
    let now = cluster.timing.now()
    return verified.withLock { $0[digest].map { now - $0 < Self.lifetime } ?? false }
  }

  private func note(_ digest: String) {
    let now = cluster.timing.now()
    verified.withLock { verified in
      if verified.count >= Self.capacity { verified = verified.filter { now - $0.value < Self.lifetime } }
      if verified.count < Self.capacity { verified[digest] = now }
    }
  }

  private static func admit(_ user: User, _ account: Account?) throws(Status) -> User {
    guard let account else { return user }
    // `AuthLimitExceeded` concerns passwords only; tokens stay valid (as in KubeSphere's gateway).
    if account.state == "Disabled" { throw .inactive }
    var user = user
    user.groups += account.groups.filter { !user.groups.contains($0) }
    return user
  }

  /// Whether a User object can have this name; names with a colon, such as those of service accounts, cannot.
  private static func isUserName(_ name: String) -> Bool {
    let (letters, digits) = (UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"))
    return (1...253).contains(name.utf8.count)
      && name.utf8.allSatisfy { letters.contains($0) || digits.contains($0) || $0 == 0x2d || $0 == 0x2e }
  }

  /// The cached account: `.some(nil)` if there is no such user, `nil` if nothing is cached.
  private func known(_ name: String) -> Account?? {
    let now = cluster.timing.now()
    guard let entry = accounts.withLock({ $0[name] }), now - entry.at < Self.lifetime else { return nil }
    return .some(entry.account)
  }

  private func account(_ name: String) async throws(Status) -> Account? {
    if let known = known(name) { return known }
    let now = cluster.timing.now()
    var account: Account?
    do throws(ClusterError) {
      account = Account(try await cluster.get(Self.resource, name))
    } catch {
      guard error.isNotFound else {
        throw Status(code: 503, reason: "ServiceUnavailable", message: "the user could not be read")
      }
    }
    accounts.withLock { [account] accounts in
      if accounts.count >= Self.capacity { accounts = accounts.filter { now - $0.value.at < Self.lifetime } }
      if accounts.count < Self.capacity { accounts[name] = (account, now) }
    }
    return account
  }
}

extension KubeSphereUsers.Account {
  fileprivate var user: User { User(name: name, groups: groups).addingAuthenticatedGroup }

  /// Throws unless a user in this state may log in with a password (as in KubeSphere's gateway).
  fileprivate func checkLogin() throws(LoginRefusal) {
    switch state {
    case "Active": return
    case "AuthLimitExceeded": throw .tooManyFailures
    default: throw .inactive
    }
  }
}

/// Counts failed logins of a name for all gateways of a cluster.
///
/// Without permission to do so, each gateway counts only its own.
struct SharedFailures: Sendable {
  private let leases: LoginLeases

  init(in cluster: Cluster, _ settings: LoginSettings) {
    leases = LoginLeases(cluster: cluster, namespace: settings.namespace, time: settings.time)
  }

  /// The failed logins of `name` that have not expired.
  func count(of name: String) async throws(LoginRefusal) -> LoginLeases.Failures {
    do throws(ClusterError) {
      return try await leases.failures(of: name)
    } catch {
      if error.isForbidden { return LoginLeases.Failures() }
      throw .unavailable("failed logins cannot be counted now")
    }
  }

  /// Records the result of a password check; if the write fails, this gateway still counts it.
  func note(isRight: Bool, of name: String, _ former: LoginLeases.Failures) async {
    if !isRight {
      try? await leases.noteFailure(of: name, window: PasswordChecker.windowSeconds)
    } else if former.version != nil {
      try? await leases.clearFailures(of: name)
    }
  }
}
