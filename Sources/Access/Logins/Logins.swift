import Glibc
import HTTP
import KubernetesAPI
import Manifest
import Platform

/// OAuth 2 as KubeSphere's gateway speaks it: logins with a password, renewals, logging out, who am I; and basic
/// authentication.
package struct Logins: Sendable {
  private let users: PasswordTable
  private let checker: PasswordChecker
  private let tokens: LoginTokens
  private let known = Locked<[String: (user: User, until: ContinuousClock.Instant)]>([:])
  private let now: @Sendable () -> ContinuousClock.Instant
  private let audit: AuditLog

  /// The client that every KubeSphere knows and trusts with passwords.
  private static let client = "kubesphere"

  /// Logins of `users`; who is logged in is kept in `file`.
  package init(
    _ users: PasswordTable, file: String?, audit: AuditLog = .none,
    time: @escaping @Sendable () -> Int = { Glibc.time(nil) },
    now: @escaping @Sendable () -> ContinuousClock.Instant = { ContinuousClock.now }
  ) {
    self.users = users
    self.now = now
    self.audit = audit
    checker = PasswordChecker(now: now)
    tokens = LoginTokens(file: file, now: time)
  }

  /// Whose access token it is.
  func user(ofToken token: String) -> User? { tokens.user(of: token).flatMap(users.user) }

  /// The user of `NAME:PASSWORD` in base64 that was right a moment ago.
  func knownUser(ofBasic text: String) -> User? {
    guard let bytes = Base64.decode(text), let entry = known.withLock({ $0[SHA256.hex(bytes)] }), entry.until > now()
    else { return nil }
    return entry.user
  }

  /// The user of `NAME:PASSWORD` in base64; one that was right is believed for a moment.
  func user(ofBasic text: String) async throws(Status) -> User {
    if let user = knownUser(ofBasic: text) { return user }
    guard let bytes = Base64.decode(text) else { throw .unauthorized }
    let (digest, now) = (SHA256.hex(bytes), now())
    let pair = String(decoding: bytes, as: UTF8.self)
    let name = pair.prefix { $0 != ":" }
    switch await checker.check(String(name), String(pair.dropFirst(name.count + 1)), in: users) {
    case .wrong: throw Status(code: 401, reason: "Unauthorized", message: "incorrect password")
    case .tooManyFailures: throw Status(code: 429, reason: "TooManyRequests", message: "too many failed logins")
    case .user(let user):
      known.withLock { known in
        if known.count >= 1_000 { known = known.filter { $0.value.until > now } }
        if known.count < 1_000 { known[digest] = (user, now + .seconds(30)) }
      }
      return user
    }
  }

  /// Whether `request` is about logins.
  func answers(_ request: HTTPRequest) -> Bool { request.target.hasPrefix("/oauth/") }

  /// The answer to a request for logins; `nil` for every other.
  func response(to request: IncomingRequest) async -> HTTPResponse? {
    switch (request.head.method, request.head.target.prefix(while: { $0 != "?" })) {
    case (.post, "/oauth/token"): await token(request)
    case (.get, "/oauth/logout"), (.post, "/oauth/logout"): logOut(request)
    case (.get, "/oauth/userinfo"): userInfo(request.head)
    case (_, let path) where path.hasPrefix("/oauth/"): Self.answer(404, ["error": "invalid_request"])
    default: nil
    }
  }

  private func token(_ request: IncomingRequest) async -> HTTPResponse {
    guard let body = try? await request.collected(upTo: 64 << 10).body else {
      return Self.answer(400, ["error": "invalid_request"])
    }
    let form = Target("?" + String(decoding: body, as: UTF8.self))
    guard form["client_id"] == Self.client, form["client_secret"] == Self.client else {
      return Self.answer(401, ["error": "invalid_client"])
    }
    switch form["grant_type"] {
    case "password": return await logIn(form["username"] ?? "", form["password"] ?? "", request)
    case "refresh_token":
      guard let grant = tokens.renew(form["refresh_token"] ?? "") else {
        audit.note("renewal", of: "", "refused", request)
        return Self.refused("The refresh token is not good, or has been used.")
      }
      return Self.answer(grant)
    default: return Self.answer(400, ["error": "unsupported_grant_type"])
    }
  }

  private func logIn(_ name: String, _ password: String, _ request: IncomingRequest) async -> HTTPResponse {
    switch await checker.check(name, password, in: users) {
    case .user(let user):
      audit.note("login", of: name, "allowed", request)
      return Self.answer(tokens.logIn(user.name))
    case .wrong:
      audit.note("login", of: name, "refused", request)
      return Self.refused("The username or password is wrong.")
    case .tooManyFailures:
      audit.note("login", of: name, "locked", request)
      return Self.answer(429, ["error": "slow_down", "error_description": "There were too many failed logins."])
    }
  }

  private func logOut(_ request: IncomingRequest) -> HTTPResponse {
    let token = Self.bearer(request.head)
    let user = token.flatMap(user(ofToken:))
    guard let token, tokens.logOut(token) else { return Status.unauthorized.response }
    audit.note("logout", of: user?.name ?? "", "allowed", request)
    return Self.answer(200, ["message": "success"])
  }

  private func userInfo(_ request: HTTPRequest) -> HTTPResponse {
    guard let user = Self.bearer(request).flatMap(user(ofToken:)) else { return Status.unauthorized.response }
    return Self.answer(
      200,
      [
        "sub": .string(user.name), "name": .string(user.name), "preferred_username": .string(user.name),
        "groups": .sequence(user.groups.map(Value.string)),
      ])
  }

  static func bearer(_ request: HTTPRequest) -> String? {
    let words = (request.headers["Authorization"] ?? "").split(separator: " ", maxSplits: 1)
    return words.count == 2 && words[0].lowercased() == "bearer" ? String(words[1]) : nil
  }

  private static func refused(_ text: String) -> HTTPResponse {
    answer(400, ["error": "invalid_grant", "error_description": .string(text)])
  }

  private static func answer(_ grant: LoginTokens.Grant) -> HTTPResponse {
    answer(
      200,
      [
        "access_token": .string(grant.access), "token_type": "Bearer", "refresh_token": .string(grant.refresh),
        "expires_in": .integer(grant.lifetime),
      ])
  }

  private static func answer(_ status: Int, _ value: Value) -> HTTPResponse {
    var response = HTTPResponse(status: status, json: value)
    response.headers.add("Cache-Control", "no-store")
    response.headers.add("Pragma", "no-cache")
    return response
  }
}
