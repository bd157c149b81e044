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

  /// The client that every KubeSphere knows and trusts with passwords.
  private static let client = "kubesphere"

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
    let verdict = await checker.check(name, String(pair.dropFirst(name.count + 1)), in: users, from: address)
    if let refusal = verdict.refusal { throw refusal }
    guard case .user(let user) = verdict else { throw .unauthorized }
    known.withLock { known in
      if known.count >= 1_000 { known = known.filter { $0.value.until > now } }
      if known.count < 1_000 { known[digest] = (user, users.proof(of: name), now + .seconds(30)) }
    }
    return user
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
      return renew(form["refresh_token"] ?? "", request)
    default: return Self.answer(400, ["error": "unsupported_grant_type"])
    }
  }

  private func renew(_ token: String, _ request: IncomingRequest) -> HTTPResponse {
    let users = users
    let renewal = tokens.renew(token) { user, proof in users.proof(of: user) == proof }
    // One that comes again has been stolen from one of two.
    let verdict = renewal.grant != nil ? "allowed" : renewal.isReused ? "reused" : "refused"
    audit.note("renewal", of: renewal.user, verdict, request)
    return renewal.grant.map { Self.answer($0) } ?? Self.refused("The refresh token is not good, or has been used.")
  }

  private func logIn(_ name: String, _ password: String, _ request: IncomingRequest) async -> HTTPResponse {
    let users = users
    switch await checker.check(name, password, in: users, from: request.clientAddress) {
    case .user(let user):
      audit.note("login", of: name, "allowed", request)
      return Self.answer(tokens.logIn(user.name, proof: users.proof(of: user.name) ?? ""))
    case .wrong:
      audit.note("login", of: name, "refused", request)
      return Self.refused("The username or password is wrong.")
    case .tooManyAtOnce:
      audit.note("login", of: name, "refused", request)
      return Self.answer(429, ["error": "slow_down", "error_description": "There are too many logins at once."])
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
