import Glibc
import HTTP
import KubernetesAPI
import Manifest
import Platform

/// OAuth 2 as KubeSphere's gateway implements it (password logins, renewal, logout, user info), and basic
/// authentication.
package struct LocalLogins: Sendable {
  private let file: AccessFileReader<PasswordTable>
  private let checker: PasswordChecker
  private let tokens: LoginTokens
  private let known = Locked<[String: (user: User, passwordFingerprint: String?, until: ContinuousClock.Instant)]>([:])
  private let now: @Sendable () -> ContinuousClock.Instant
  private let audit: AuditLog

  /// Logins of `users`; the active ones are stored in `file`.
  package init(
    _ users: PasswordTable, file: String?, audit: AuditLog = .none,
    time: @escaping @Sendable () -> Int = { Glibc.time(nil) },
    now: @escaping @Sendable () -> ContinuousClock.Instant = { ContinuousClock.now }
  ) {
    self.init(AccessFileReader(fixed: users), file: file, audit: audit, time: time, now: now)
  }

  /// As above, with the users of a file, which is read again when it changes: a changed password or a removed user ends
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

  /// The user of an access token; `nil` if it is invalid.
  func user(ofToken token: String) -> User? {
    guard let login = tokens.login(of: token) else { return nil }
    let users = users
    guard users.passwordFingerprint(of: login.user) == login.passwordFingerprint else {
      _ = tokens.logOut(token)
      return nil
    }
    return users.user(login.user)
  }

  /// The user of `NAME:PASSWORD` in base64, if that was verified in the last 30 seconds.
  func knownUser(ofBasic text: String) -> User? {
    guard let bytes = Base64.decode(text), let entry = known.withLock({ $0[SHA256.hex(bytes)] }), entry.until > now(),
      users.passwordFingerprint(of: entry.user.name) == entry.passwordFingerprint
    else { return nil }
    return entry.user
  }

  /// The user of `NAME:PASSWORD` in base64; a verified pair is cached for 30 seconds.
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
      if known.count < 1_000 { known[digest] = (user, users.passwordFingerprint(of: name), now + .seconds(30)) }
    }
    return user
  }

  /// Whether `request` is for a path below `/oauth/`.
  func answers(_ request: HTTPRequest) -> Bool { request.isAboutLogins }

  /// The response to a request below `/oauth/`; `nil` for any other.
  func response(to request: IncomingRequest) async -> HTTPResponse? {
    await OAuthService(logins: self, audit: audit).response(to: request)
  }
}

extension LocalLogins: LoginStore {
  func logIn(_ name: String, _ password: String, from address: String) async throws(LoginRefusal) -> LoginGrant {
    let users = users
    let user = try await checker.check(name, password, in: users, from: address).user()
    return tokens.logIn(user.name, passwordFingerprint: users.passwordFingerprint(of: user.name) ?? "")
  }

  func renew(_ refresh: String) -> LoginRenewal {
    let users = users
    return tokens.renew(refresh) { user, passwordFingerprint in
      users.passwordFingerprint(of: user) == passwordFingerprint
    }
  }

  func tokenUser(of access: String) -> User? { user(ofToken: access) }

  func end(loginOf access: String) -> User? {
    let user = user(ofToken: access)
    return tokens.logOut(access) ? user ?? User(name: "") : nil
  }
}
