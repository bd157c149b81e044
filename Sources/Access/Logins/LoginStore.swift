import KubernetesAPI

/// Stores logins and the tokens that they have.
protocol LoginStore: Sendable {
  /// Begins a login with a password.
  func logIn(_ name: String, _ password: String, from address: String) async throws(LoginRefusal) -> LoginGrant

  /// Exchanges a refresh token, which can be used once, for new tokens.
  func renew(_ refresh: String) async throws(LoginRefusal) -> LoginRenewal

  /// The user of an access token; `nil` if it is invalid.
  func tokenUser(of access: String) async throws(LoginRefusal) -> User?

  /// Ends the login of an access token and returns its user; `nil` if the token is invalid.
  func end(loginOf access: String) async throws(LoginRefusal) -> User?
}

/// The tokens of a login, and the lifetime of the access token in seconds.
struct LoginGrant: Hashable, Sendable {
  var access: String
  var refresh: String
  var lifetime: Int
}

/// The result of using a refresh token.
struct LoginRenewal: Hashable, Sendable {
  /// `nil` if the token is invalid.
  var grant: LoginGrant?
  /// The user of the token's login; empty if there is no such login.
  var user = ""
  /// Whether the token has been used before, which ends the login.
  var isReused = false
}

/// The lifetimes of tokens, in seconds.
enum LoginTimes {
  static let access = 7_200
  /// The lifetime of a refresh token: a login that is not renewed in this time ends.
  static let refresh = 4 * 3_600
}

/// Why a login is refused.
enum LoginRefusal: Error, Hashable, Sendable {
  case wrong
  /// The user exists and may not log in.
  case inactive
  case tooManyFailures
  /// Too many checks are waiting, for this address or in total.
  case tooManyAtOnce
  /// The data for the decision cannot be read now.
  case unavailable(String)

  /// The error for a request with a password or token.
  var status: Status {
    switch self {
    case .wrong: Status(code: 401, reason: "Unauthorized", message: "incorrect password")
    case .inactive: .inactive
    case .tooManyFailures: Status(code: 429, reason: "TooManyRequests", message: "too many failed logins")
    case .tooManyAtOnce: Status(code: 429, reason: "TooManyRequests", message: "too many logins at once")
    case .unavailable(let reason): Status(code: 503, reason: "ServiceUnavailable", message: reason)
    }
  }

  /// The response to a login: HTTP status, OAuth error code (RFC 6749 §5.2) and message.
  var answer: (status: Int, error: String, text: String) {
    switch self {
    case .wrong: (400, "invalid_grant", "The username or password is wrong.")
    case .inactive: (400, "invalid_grant", "The account is not active.")
    case .tooManyFailures: (429, "slow_down", "There were too many failed logins.")
    case .tooManyAtOnce: (429, "slow_down", "There are too many logins at once.")
    case .unavailable(let reason): (503, "temporarily_unavailable", reason)
    }
  }

  /// The verdict in the audit log.
  var verdict: String { self == .tooManyFailures ? "locked" : "refused" }
}

extension Status {
  /// The response to a user whose account is not active.
  static let inactive = Status(code: 401, reason: "Unauthorized", message: "account is not active")
}
