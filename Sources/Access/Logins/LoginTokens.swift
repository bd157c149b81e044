import Glibc
import Manifest
import Platform

/// Who is logged in: access tokens for two hours, and refresh tokens that serve once.
///
/// Tokens are random and nothing else, so there is nothing in them to forge; only their digests are kept, in memory and
/// in a file of this user alone. A refresh token that comes a second time has been stolen from one of two: both are
/// logged out.
final class LoginTokens: Sendable {
  /// What a client gets.
  struct Grant: Hashable, Sendable {
    var access: String
    var refresh: String
    var lifetime: Int
  }

  /// One login and all tokens that came of it.
  private struct Login {
    var user: String
    var access: String
    var accessUntil: Int
    var refresh: String
    var refreshUntil: Int
    /// Digests of refresh tokens that have served.
    var used: [String] = []
  }

  private struct State {
    var logins: [String: Login] = [:]
    var byAccess: [String: String] = [:]
    var byRefresh: [String: String] = [:]
  }

  /// Seconds that an access token is good for, and that may pass before a login must be renewed.
  static let accessLifetime = 7_200
  static let refreshLifetime = 4 * 3_600

  /// Refresh tokens of one login that are remembered once they have served.
  static let mostUsed = 10

  /// Logins that are kept at most.
  private let most: Int
  private let state = Locked(State())
  private let saving = Locked(())
  private let file: String?
  private let now: @Sendable () -> Int

  /// Reads what `file` keeps, if it is there.
  init(file: String?, most: Int = 10_000, now: @escaping @Sendable () -> Int = { time(nil) }) {
    self.file = file
    self.most = most
    self.now = now
    guard let file, let bytes = try? Files.read(file, limit: 16 << 20), let value = try? JSON.parse(bytes) else {
      return
    }
    for pair in value.mapping?.pairs ?? [] { restore(pair.key, pair.value) }
  }

  func logIn(_ user: String) -> Grant {
    let now = now()
    defer { save() }
    return state.withLock { state in
      for (id, login) in state.logins where login.refreshUntil <= now { Self.end(id, &state) }
      if state.logins.count >= most,
        let oldest = state.logins.min(by: { $0.value.refreshUntil < $1.value.refreshUntil })
      {
        Self.end(oldest.key, &state)
      }
      return Self.issue(Self.random(), user, used: [], now, &state)
    }
  }

  /// New tokens for a refresh token; `nil` when it is not good, or has served before.
  func renew(_ refresh: String) -> Grant? {
    let (digest, now) = (Self.digest(refresh), now())
    defer { save() }
    return state.withLock { state -> Grant? in
      guard let id = state.byRefresh[digest], let login = state.logins[id] else { return nil }
      guard login.refresh == digest, login.refreshUntil > now else {
        Self.end(id, &state)
        return nil
      }
      state.byAccess[login.access] = nil
      let used = login.used + [digest]
      for token in used.dropLast(Self.mostUsed) { state.byRefresh[token] = nil }
      return Self.issue(id, login.user, used: used.suffix(Self.mostUsed), now, &state)
    }
  }

  /// Whose access token it is.
  func user(of access: String) -> String? {
    let (digest, now) = (Self.digest(access), now())
    return state.withLock { state in
      guard let login = state.byAccess[digest].flatMap({ state.logins[$0] }), login.accessUntil > now else {
        return nil
      }
      return login.user
    }
  }

  /// Ends the login that an access token is of; false when it is of none.
  func logOut(_ access: String) -> Bool {
    let digest = Self.digest(access)
    defer { save() }
    return state.withLock { state in
      guard let id = state.byAccess[digest] else { return false }
      Self.end(id, &state)
      return true
    }
  }

  private static func issue(_ id: String, _ user: String, used: [String], _ now: Int, _ state: inout State) -> Grant {
    let (access, refresh) = (random(), random())
    state.logins[id] = Login(
      user: user, access: digest(access), accessUntil: now + accessLifetime, refresh: digest(refresh),
      refreshUntil: now + refreshLifetime, used: used)
    state.byAccess[digest(access)] = id
    for token in used + [digest(refresh)] { state.byRefresh[token] = id }
    return Grant(access: access, refresh: refresh, lifetime: accessLifetime)
  }

  private static func end(_ id: String, _ state: inout State) {
    guard let login = state.logins.removeValue(forKey: id) else { return }
    state.byAccess[login.access] = nil
    for token in login.used + [login.refresh] { state.byRefresh[token] = nil }
  }

  private static func digest(_ token: String) -> String { SHA256.hex(Array(token.utf8)) }

  private static func random() -> String {
    var generator = SystemRandomNumberGenerator()
    return (0..<4).map { _ in
      let digits = String(generator.next(), radix: 16)
      return String(repeating: "0", count: 16 - digits.count) + digits
    }.joined()
  }

  /// How many tokens are remembered.
  var tokenCount: Int { state.withLock { $0.byAccess.count + $0.byRefresh.count } }

  private func save() {
    guard let file else { return }
    // One after another, so that no older state is written over a newer one.
    saving.withLock { _ in write(to: file) }
  }

  private func write(to file: String) {
    let logins = state.withLock { $0.logins }
    let pairs = logins.sorted { $0.key < $1.key }.map { id, login in
      Mapping.Pair(
        key: id,
        value: [
          "user": .string(login.user), "access": .string(login.access), "accessUntil": .integer(login.accessUntil),
          "refresh": .string(login.refresh), "refreshUntil": .integer(login.refreshUntil),
          "used": .sequence(login.used.map(Value.string)),
        ])
    }
    // Logins that are not kept end with the process; everything else goes on.
    try? Files.write(JSON.bytes(.mapping(Mapping(pairs))), to: file)
  }

  private func restore(_ id: String, _ value: Value) {
    guard let user = value["user"]?.string, let access = value["access"]?.string,
      let refresh = value["refresh"]?.string,
      let accessUntil = value["accessUntil"]?.integer, let refreshUntil = value["refreshUntil"]?.integer
    else { return }
    let used = value["used"]?.sequence?.compactMap(\.string) ?? []
    state.withLock { state in
      state.logins[id] = Login(
        user: user, access: access, accessUntil: accessUntil, refresh: refresh, refreshUntil: refreshUntil, used: used)
      state.byAccess[access] = id
      for token in used + [refresh] { state.byRefresh[token] = id }
    }
  }
}
