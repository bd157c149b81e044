import Glibc
import Platform

/// The active logins: their access tokens, valid for two hours, and their refresh tokens, which can be used once.
///
/// Tokens are random and contain no data, so they cannot be forged; only their digests are stored, in memory and in a
/// file that only this user can read. A refresh token that is used a second time has been stolen, so its login ends for
/// both holders.
final class LoginTokens: Sendable {
  /// One login and the digests of its tokens.
  struct Login: Hashable, Sendable {
    var user: String
    var access: String
    var accessUntil: Int
    var refresh: String
    var refreshUntil: Int
    /// Digests of refresh tokens that have been used.
    var used: [String] = []
    /// The fingerprint of the password when the login began (`PasswordTable.passwordFingerprint`).
    var passwordFingerprint = ""
  }

  private struct State {
    var logins: [String: Login] = [:]
    var byAccess: [String: String] = [:]
    var byRefresh: [String: String] = [:]
    /// Logins that the current step began, renewed or ended.
    var changed: [String] = []
  }

  /// The most used refresh tokens that are stored for one login.
  static let mostUsed = 10

  /// The most logins of all users.
  private let capacity: Int
  /// The most logins of one user; a further login ends the user's oldest, and never another user's.
  static let mostOfUser = 100
  private let state = Locked(State())
  private let file: LoginFile?
  /// Held during a step and its write to the file, so that the lines are in the order of the steps.
  private let stepping = Locked(())
  private let now: @Sendable () -> Int

  /// Restores the logins in `file`, if it exists.
  init(file: String?, capacity: Int = 10_000, now: @escaping @Sendable () -> Int = { time(nil) }) {
    self.file = file.map(LoginFile.init)
    self.capacity = capacity
    self.now = now
    for (id, login) in self.file?.read() ?? [:] { restore(id, login) }
  }

  func logIn(_ user: String, passwordFingerprint: String = "") -> LoginGrant {
    let now = now()
    return step { state in
      for (id, login) in state.logins where login.refreshUntil <= now { Self.end(id, &state) }
      let own = state.logins.filter { $0.value.user == user }
      if own.count >= Self.mostOfUser { Self.endOldest(of: own, &state) }
      if state.logins.count >= capacity { Self.endOldest(of: state.logins, &state) }
      return Self.issue(Self.random(), user, passwordFingerprint, used: [], now, &state)
    }
  }

  /// Exchanges a refresh token for new tokens, if `isCurrent` confirms that the user's password is unchanged.
  func renew(
    _ refresh: String, isCurrent: (_ user: String, _ passwordFingerprint: String) -> Bool = { _, _ in true }
  ) -> LoginRenewal {
    let (digest, now) = (Self.digest(refresh), now())
    return step { state -> LoginRenewal in
      guard let id = state.byRefresh[digest], let login = state.logins[id] else { return LoginRenewal() }
      guard login.refresh == digest, login.refreshUntil > now, isCurrent(login.user, login.passwordFingerprint) else {
        Self.end(id, &state)
        return LoginRenewal(user: login.user, isReused: login.refresh != digest)
      }
      state.byAccess[login.access] = nil
      let used = login.used + [digest]
      for token in used.dropLast(Self.mostUsed) { state.byRefresh[token] = nil }
      let grant = Self.issue(id, login.user, login.passwordFingerprint, used: used.suffix(Self.mostUsed), now, &state)
      return LoginRenewal(grant: grant, user: login.user)
    }
  }

  /// The user of an access token; `nil` if it is invalid.
  func user(of access: String) -> String? { login(of: access)?.user }

  /// The user of an access token and the fingerprint of the password; `nil` if the token is invalid.
  func login(of access: String) -> (user: String, passwordFingerprint: String)? {
    let (digest, now) = (Self.digest(access), now())
    return state.withLock { state in
      guard let login = state.byAccess[digest].flatMap({ state.logins[$0] }), login.accessUntil > now else {
        return nil
      }
      return (login.user, login.passwordFingerprint)
    }
  }

  /// Ends the login of an access token; false if there is none.
  func logOut(_ access: String) -> Bool {
    let digest = Self.digest(access)
    return step { state in
      guard let id = state.byAccess[digest] else { return false }
      Self.end(id, &state)
      return true
    }
  }

  private static func issue(
    _ id: String, _ user: String, _ passwordFingerprint: String, used: [String], _ now: Int, _ state: inout State
  ) -> LoginGrant {
    let (access, refresh) = (random(), random())
    state.logins[id] = Login(
      user: user, access: digest(access), accessUntil: now + LoginTimes.access, refresh: digest(refresh),
      refreshUntil: now + LoginTimes.refresh, used: used, passwordFingerprint: passwordFingerprint)
    state.changed.append(id)
    state.byAccess[digest(access)] = id
    for token in used + [digest(refresh)] { state.byRefresh[token] = id }
    return LoginGrant(access: access, refresh: refresh, lifetime: LoginTimes.access)
  }

  private static func endOldest(of logins: [String: Login], _ state: inout State) {
    guard let oldest = logins.min(by: { $0.value.refreshUntil < $1.value.refreshUntil }) else { return }
    end(oldest.key, &state)
  }

  private static func end(_ id: String, _ state: inout State) {
    guard let login = state.logins.removeValue(forKey: id) else { return }
    state.changed.append(id)
    state.byAccess[login.access] = nil
    for token in login.used + [login.refresh] { state.byRefresh[token] = nil }
  }

  static func digest(_ token: String) -> String { SHA256.hex(Array(token.utf8)) }

  /// 256 random bits.
  static func random() -> String {
    var generator = SystemRandomNumberGenerator()
    return (0..<4).map { _ in
      let digits = String(generator.next(), radix: 16)
      return String(repeating: "0", count: 16 - digits.count) + digits
    }.joined()
  }

  /// The number of stored tokens.
  var tokenCount: Int { state.withLock { $0.byAccess.count + $0.byRefresh.count } }

  /// Carries out one step and writes the changed logins to the file.
  private func step<Result>(_ body: (inout State) -> Result) -> Result {
    stepping.withLock { _ in
      let (result, changes) = state.withLock { state in
        let result = body(&state)
        let changes = state.changed.map { ($0, state.logins[$0]) }
        state.changed = []
        return (result, changes)
      }
      if !changes.isEmpty { file?.keep(changes) { state.withLock { $0.logins } } }
      return result
    }
  }

  private func restore(_ id: String, _ login: Login) {
    state.withLock { state in
      state.logins[id] = login
      state.byAccess[login.access] = id
      for token in login.used + [login.refresh] { state.byRefresh[token] = id }
    }
  }
}
