import KubernetesAPI

/// What keeps logins: who proves what by a password, and which tokens came of that.
protocol LoginBook: Sendable {
  /// Begins a login by a password.
  func logIn(_ name: String, _ password: String, from address: String) async throws(LoginRefusal) -> LoginGrant

  /// New tokens for a refresh token, which serves once.
  func renew(_ refresh: String) async throws(LoginRefusal) -> LoginRenewal

  /// Whose access token it is; `nil` for one that is no good.
  func bearer(of access: String) async throws(LoginRefusal) -> User?

  /// Ends the login that an access token is of, and says whose it was; `nil` when it is of none.
  func end(loginOf access: String) async throws(LoginRefusal) -> User?
}

/// What a client gets.
struct LoginGrant: Hashable, Sendable {
  var access: String
  var refresh: String
  var lifetime: Int
}

/// What came of a refresh token.
struct LoginRenewal: Hashable, Sendable {
  /// `nil` when it is not good.
  var grant: LoginGrant?
  /// Whose login it is of, if it is of one.
  var user = ""
  /// Whether it has served before, which ends the login.
  var isReused = false
}

/// How long what comes of a login is good for, in seconds.
enum LoginTimes {
  /// An access token.
  static let access = 7_200
  /// What may pass before a login must be renewed.
  static let refresh = 4 * 3_600
}

/// Why a login is refused.
enum LoginRefusal: Error, Hashable, Sendable {
  case wrong
  /// The user exists and may not log in.
  case inactive
  case tooManyFailures
  /// Others of the same address wait already.
  case tooManyAtOnce
  /// What would have to be known cannot be found out now.
  case unavailable(String)

  /// The answer to basic authentication.
  var status: Status {
    switch self {
    case .wrong: Status(code: 401, reason: "Unauthorized", message: "incorrect password")
    case .inactive: .inactive
    case .tooManyFailures: Status(code: 429, reason: "TooManyRequests", message: "too many failed logins")
    case .tooManyAtOnce: Status(code: 429, reason: "TooManyRequests", message: "too many logins at once")
    case .unavailable(let reason): Status(code: 503, reason: "ServiceUnavailable", message: reason)
    }
  }

  /// The answer to a login: its status, OAuth's word (RFC 6749 §5.2) and a sentence.
  var answer: (status: Int, error: String, text: String) {
    switch self {
    case .wrong: (400, "invalid_grant", "The username or password is wrong.")
    case .inactive: (400, "invalid_grant", "The account is not active.")
    case .tooManyFailures: (429, "slow_down", "There were too many failed logins.")
    case .tooManyAtOnce: (429, "slow_down", "There are too many logins at once.")
    case .unavailable(let reason): (503, "temporarily_unavailable", reason)
    }
  }

  /// What the audit log calls it.
  var verdict: String { self == .tooManyFailures ? "locked" : "refused" }
}

extension Status {
  /// The answer to a user whose account is no longer good.
  static let inactive = Status(code: 401, reason: "Unauthorized", message: "account is not active")
}
