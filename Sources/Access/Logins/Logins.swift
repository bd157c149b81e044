import Glibc
import HTTP
import KubernetesAPI
import Manifest
import Platform

/// OAuth 2 as KubeSphere's gateway speaks it: logins with a password, renewals, logging out, who am I; and basic
/// authentication.
package struct Logins: Sendable {
  private let file: AccessFileReader<PasswordTable>
  private let checker: PasswordChecker
  private let tokens: LoginTokens
  private let known = Locked<[String: (user: User, proof: String?, until: ContinuousClock.Instant)]>([:])
  private let now: @Sendable () -> ContinuousClock.Instant
  private let audit: AuditLog

  /// Logins of `users`; who is logged in is kept in `file`.
  package init(
    _ users: PasswordTable, file: String?, audit: AuditLog = .none,
    time: @escaping @Sendable () -> Int = { Glibc.time(nil) },
    now: @escaping @Sendable () -> ContinuousClock.Instant = { ContinuousClock.now }
  ) {
    self.init(AccessFileReader(fixed: users), file: file, audit: audit, time: time, now: now)
  }

  /// The same of the users of a file, as it is at the time: a password that changes, and a user who is taken out, ends
  /// the logins of that user.
  package init(
    _ users: AccessFileReader<PasswordTable>, file: String?, audit: AuditLog = .none,
    time: @escaping @Sendable () -> Int = { Glibc.time(nil) },
    now: @escaping @Sendable () -> ContinuousClock.Instant = { ContinuousClock.now }
  ) {
    self.file = users
    self.now = now
    self.audit = audit
    checker = PasswordChecker(now: now)
    tokens = LoginTokens(file: file, now: time)
  }

  private var users: PasswordTable { file.content }

  /// Whose access token it is.
  func user(ofToken token: String) -> User? {
    guard let login = tokens.login(of: token) else { return nil }
    let users = users
    guard users.proof(of: login.user) == login.proof else {
      _ = tokens.logOut(token)
      return nil
    }
    return users.user(login.user)
  }

  /// The user of `NAME:PASSWORD` in base64 that was right a moment ago.
  func knownUser(ofBasic text: String) -> User? {
    guard let bytes = Base64.decode(text), let entry = known.withLock({ $0[SHA256.hex(bytes)] }), entry.until > now(),
      users.proof(of: entry.user.name) == entry.proof
    else { return nil }
    return entry.user
  }

  /// The user of `NAME:PASSWORD` in base64; one that was right is believed for a moment.
  func user(ofBasic text: String, from address: String) async throws(Status) -> User {
    if let user = knownUser(ofBasic: text) { return user }
    guard let bytes = Base64.decode(text) else { throw .unauthorized }
    let (digest, now, users) = (SHA256.hex(bytes), now(), users)
    let pair = String(decoding: bytes, as: UTF8.self)
    let name = String(pair.prefix { $0 != ":" })
    let user: User
    do throws(LoginRefusal) {
      user = try await checker.check(name, String(pair.dropFirst(name.count + 1)), in: users, from: address).user()
    } catch {
      throw error.status
    }
    known.withLock { known in
      if known.count >= 1_000 { known = known.filter { $0.value.until > now } }
      if known.count < 1_000 { known[digest] = (user, users.proof(of: name), now + .seconds(30)) }
    }
    return user
  }

  /// Whether `request` is about logins.
  func answers(_ request: HTTPRequest) -> Bool { request.isAboutLogins }

  /// The answer to a request for logins; `nil` for every other.
  func response(to request: IncomingRequest) async -> HTTPResponse? {
    await OAuthService(book: self, audit: audit).response(to: request)
  }
}

extension Logins: LoginBook {
  func logIn(_ name: String, _ password: String, from address: String) async throws(LoginRefusal) -> LoginGrant {
    let users = users
    let user = try await checker.check(name, password, in: users, from: address).user()
    return tokens.logIn(user.name, proof: users.proof(of: user.name) ?? "")
  }

  func renew(_ refresh: String) -> LoginRenewal {
    let users = users
    return tokens.renew(refresh) { user, proof in users.proof(of: user) == proof }
  }

  func bearer(of access: String) -> User? { user(ofToken: access) }

  func end(loginOf access: String) -> User? {
    let user = user(ofToken: access)
    return tokens.logOut(access) ? user ?? User(name: "") : nil
  }
}
