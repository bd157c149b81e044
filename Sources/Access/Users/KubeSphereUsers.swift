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
  /// Of no password, and as slow as others: a name that is not known takes as long.
  private static let noHash = "$2a$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy"

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

  private let cluster: Cluster
  private let checker: PasswordChecker
  private let accounts = Locked<[String: (account: Account?, at: Duration)]>([:])
  /// By digest of name, password and hash: what was right a moment ago.
  private let right = Locked<[String: Duration]>([:])

  init(_ cluster: Cluster, now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }) {
    self.cluster = cluster
    checker = PasswordChecker(now: now)
  }

  /// Those of `cluster`, or `nil` where it has no such kind.
  package static func found(in cluster: Cluster) async throws(ClusterError) -> KubeSphereUsers? {
    do {
      let group = try await cluster.document("/apis/\(resource.apiVersion)")
      let names = group["resources"]?.sequence?.compactMap { $0["name"]?.string } ?? []
      return names.contains(resource.plural) ? KubeSphereUsers(cluster) : nil
    } catch {
      if error.isNotFound { return nil }
      throw error
    }
  }

  /// `user` with the groups that its object says; throws for one that is disabled.
  func admit(_ user: User) async throws(Status) -> User {
    guard Self.mayBeOne(user.name) else { return user }
    return try Self.admit(user, try await account(user.name))
  }

  /// As above by what was read a moment ago; `nil` when nothing was.
  func admitAtOnce(_ user: User) throws(Status) -> User? {
    guard Self.mayBeOne(user.name) else { return user }
    guard let known = known(user.name) else { return nil }
    return try Self.admit(user, known)
  }

  /// The user of `NAME:PASSWORD` in base64, and whether the password had to be compared.
  func user(ofBasic text: String, from address: String) async throws(Status) -> (user: User, isNews: Bool) {
    guard let bytes = Base64.decode(text) else { throw .unauthorized }
    let pair = String(decoding: bytes, as: UTF8.self)
    let name = String(pair.prefix { $0 != ":" })
    let password = String(pair.dropFirst(name.count + 1))
    let account = Self.mayBeOne(name) && !password.isEmpty ? try await self.account(name) : nil
    if let account { try account.checkLogin() }
    let user = User(name: name, groups: account?.groups ?? []).joined
    let digest = SHA256.hex(bytes + Array((account?.hash ?? "").utf8))
    if account != nil, isRight(digest) { return (user, false) }
    try await check(user, password, account?.hash ?? "", from: address)
    note(digest)
    return (user, true)
  }

  private func check(
    _ user: User, _ password: String, _ hash: String, from address: String
  ) async throws(Status) {
    let unknown = User(name: "")
    guard let table = PasswordTable(of: user, hash: hash) ?? PasswordTable(of: unknown, hash: Self.noHash) else {
      throw .unauthorized
    }
    if let refusal = await checker.check(user.name, password, in: table, from: address).refusal { throw refusal }
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
  /// Whether a password is looked at in this state (as the shipped gateway).
  fileprivate func checkLogin() throws(Status) {
    switch state {
    case "Active": return
    case "AuthLimitExceeded":
      throw Status(code: 429, reason: "TooManyRequests", message: "auth rate limit exceeded")
    default: throw .inactive
    }
  }
}

extension Status {
  fileprivate static let inactive = Status(code: 401, reason: "Unauthorized", message: "account is not active")
}
