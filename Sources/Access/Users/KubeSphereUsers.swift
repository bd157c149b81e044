package import Client
import KubernetesAPI
import Manifest
import Platform

/// The `User` objects of a KubeSphere (`iam.kubesphere.io/v1beta1`): who is one of them shows their password, has their
/// groups, and is refused while they are disabled.
///
/// Read as they are needed and remembered for a moment, so that any number of gateways may run. What cannot be read is
/// refused: a user may be disabled there.
package struct KubeSphereUsers: Sendable {
  /// How long an answer holds, as for reviewed tokens.
  private static let lifetime = Duration.seconds(10)
  private static let most = 10_000
  private static let resource = Resource(
    group: "iam.kubesphere.io", version: "v1beta1", plural: "users", kind: "User", isNamespaced: false)
  /// Compared with for a name that is not known, so that it takes as long as others; what comes of it never counts.
  private static let noHash = "$2a$10$tR8vN2kQ5wX1zB7cD4fG9hJ3mP6sU0yA2eI4oL6nR8tV1xZ3bC5dF"

  /// What is known of a user.
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
      // Who may write users must not make masters of them.
      groups = all.filter { !$0.hasPrefix("system:") }
    }
  }

  /// How long it is before a cluster without the kind is asked for it again.
  private static let pause = Duration.seconds(30)

  private let cluster: Cluster
  private let checker: PasswordChecker
  private let failures: SharedFailures?
  /// Whether the kind is served (nil until that is known), and when it was last looked for.
  private let kind = Locked<(isServed: Bool?, lookedAt: Duration?)>((nil, nil))
  private let accounts = Locked<[String: (account: Account?, at: Duration)]>([:])
  /// By digest of name, password and hash: what was right a moment ago.
  private let right = Locked<[String: Duration]>([:])

  /// Those of `cluster`, where failed logins are counted as `settings` say.
  package init(
    in cluster: Cluster, failures settings: LoginSettings? = nil,
    now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
  ) {
    self.cluster = cluster
    checker = PasswordChecker(now: now)
    failures = settings.map { SharedFailures(in: cluster, $0) }
  }

  /// Whether the cluster has such a kind, also one that came later: looked for twice a minute at most.
  package func isServed() async throws(ClusterError) -> Bool {
    if let isServed = isServedAtOnce { return isServed }
    let now = cluster.timing.now()
    // Other callers go by what was found before while this one looks. Where nothing was found yet each looks for itself: no
    // user passes unchecked because the first answer is still on its way.
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

  /// As above by what was found a moment ago; `nil` when it is to be looked for.
  private var isServedAtOnce: Bool? {
    let now = cluster.timing.now()
    return kind.withLock { kind in
      if kind.isServed != false { return kind.isServed }
      return kind.lookedAt.map { now - $0 < Self.pause } == true ? false : nil
    }
  }

  /// `user` with the groups that its object says; throws for one that is disabled.
  func admit(_ user: User) async throws(Status) -> User {
    guard Self.mayBeOne(user.name), try await hasUsers() else { return user }
    return try Self.admit(user, try await account(user.name))
  }

  /// As above by what was read a moment ago; `nil` when nothing was.
  func admitAtOnce(_ user: User) throws(Status) -> User? {
    guard Self.mayBeOne(user.name) else { return user }
    guard let isServed = isServedAtOnce else { return nil }
    guard isServed else { return user }
    guard let known = known(user.name) else { return nil }
    return try Self.admit(user, known)
  }

  /// The user of `NAME:PASSWORD` in base64, and whether the password had to be compared.
  func user(ofBasic text: String, from address: String) async throws(Status) -> (user: User, isNews: Bool) {
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

  /// The user with that name and password, and what the password proves.
  func user(
    _ name: String, password: String, from address: String
  ) async throws(LoginRefusal) -> (user: User, proof: String) {
    let account = password.isEmpty ? nil : try await account(login: name)
    let table =
      account.flatMap { PasswordTable(of: $0.user, hash: $0.hash) }
      ?? PasswordTable(of: User(name: ""), hash: Self.noHash)
    guard let table else { throw .wrong }
    // However many names are made up, those of users are counted together.
    let shared = account == nil ? nil : failures
    let user = try await checker.check(name, password, in: table, from: address, counting: shared).user()
    guard account != nil else { throw .wrong }
    return (user, table.proof(of: name) ?? "")
  }

  /// The user who proved `proof`; `nil` for one whose password has changed since, or who is none any more.
  func holder(_ name: String, proof: String) async throws(LoginRefusal) -> User? {
    do throws(Status) {
      guard let account = try await account(name) else { return nil }
      return try Self.holder(account, proof)
    } catch {
      throw error.code == 401 ? .inactive : .unavailable(error.message)
    }
  }

  /// As above by what was read a moment ago: `.some(nil)` for one who is none any more, `nil` when nothing was.
  func holderAtOnce(_ name: String, proof: String) -> User?? {
    guard let known = known(name) else { return nil }
    guard let account = known else { return .some(nil) }
    do throws(Status) {
      return .some(try Self.holder(account, proof))
    } catch {
      // One who is disabled is told so where that can be waited for.
      return nil
    }
  }

  private static func holder(_ account: Account, _ proof: String) throws(Status) -> User? {
    guard PasswordTable(of: account.user, hash: account.hash)?.proof(of: account.name) == proof else { return nil }
    return try admit(account.user, account)
  }

  /// The account to which one called `name` may log in; `nil` when there is none.
  private func account(login name: String) async throws(LoginRefusal) -> Account? {
    guard Self.mayBeOne(name) else { return nil }
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
    return right.withLock { $0[digest].map { now - $0 < Self.lifetime } ?? false }
  }

  private func note(_ digest: String) {
    let now = cluster.timing.now()
    right.withLock { right in
      if right.count >= Self.most { right = right.filter { now - $0.value < Self.lifetime } }
      if right.count < Self.most { right[digest] = now }
    }
  }

  private static func admit(_ user: User, _ account: Account?) throws(Status) -> User {
    guard let account else { return user }
    // A limit on logins is about passwords; tokens stay good (as the shipped gateway has it).
    if account.state == "Disabled" { throw .inactive }
    var user = user
    user.groups += account.groups.filter { !user.groups.contains($0) }
    return user
  }

  /// Names with a colon, such as those of service accounts, are no object's.
  private static func mayBeOne(_ name: String) -> Bool {
    let (letters, digits) = (UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"))
    return (1...253).contains(name.utf8.count)
      && name.utf8.allSatisfy { letters.contains($0) || digits.contains($0) || $0 == 0x2d || $0 == 0x2e }
  }

  /// What was read a moment ago: `.some(nil)` for a name that is no user's.
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
      if accounts.count >= Self.most { accounts = accounts.filter { now - $0.value.at < Self.lifetime } }
      if accounts.count < Self.most { accounts[name] = (account, now) }
    }
    return account
  }
}

extension KubeSphereUsers.Account {
  /// Who it is.
  fileprivate var user: User { User(name: name, groups: groups).joined }

  /// Whether a password is looked at in this state (as the shipped gateway).
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
/// Where the gateway has no right to do so, each counts for itself.
struct SharedFailures: Sendable {
  private let leases: LoginLeases

  init(in cluster: Cluster, _ settings: LoginSettings) {
    leases = LoginLeases(cluster: cluster, namespace: settings.namespace, time: settings.time)
  }

  /// How often a password of `name` was wrong lately.
  func count(of name: String) async throws(LoginRefusal) -> LoginLeases.Failures {
    do throws(ClusterError) {
      return try await leases.failures(of: name)
    } catch {
      if error.isForbidden { return LoginLeases.Failures() }
      throw .unavailable("failed logins cannot be counted now")
    }
  }

  /// Notes what came of a password; what cannot be written here is still counted by this gateway.
  func note(isRight: Bool, of name: String, _ former: LoginLeases.Failures) async {
    if !isRight {
      try? await leases.noteFailure(of: name, window: PasswordChecker.windowSeconds)
    } else if former.version != nil {
      try? await leases.clearFailures(of: name)
    }
  }
}
