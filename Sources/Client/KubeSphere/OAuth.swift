import HTTP
import Manifest
package import Platform

/// The parts of OAuth 2 (RFC 6749) that KubeSphere's gateway supports.
///
/// Pure: it builds requests and parses responses.
package struct OAuth: Hashable, Sendable {
  /// The client that every KubeSphere registers and allows to log in with passwords.
  package static let kubeSphere = OAuth(clientID: "kubesphere", clientSecret: "kubesphere")

  var clientID: String
  var clientSecret: String

  package init(clientID: String, clientSecret: String) {
    self.clientID = clientID
    self.clientSecret = clientSecret
  }

  /// The grant of a token request.
  enum Grant {
    case password(user: String, password: String)
    case refresh(String)

    /// Texts that no error may contain.
    var secrets: [String] {
      switch self {
      case .password(_, let password): [password, PercentEncoding.encode(password)]
      case .refresh(let token): [token]
      }
    }
  }

  func request(_ grant: Grant) -> HTTPRequest {
    var fields: [(String, String)]
    switch grant {
    case .password(let user, let password):
      fields = [("grant_type", "password"), ("username", user), ("password", password)]
    case .refresh(let token): fields = [("grant_type", "refresh_token"), ("refresh_token", token)]
    }
    fields += [("client_id", clientID), ("client_secret", clientSecret)]
    let form = fields.map { $0 + "=" + PercentEncoding.encode($1) }.joined(separator: "&")
    return HTTPRequest(
      .post, "/oauth/token",
      headers: ["Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"],
      body: Array(form.utf8))
  }

  /// Parses the response to a request for `grant`.
  static func token(
    status: Int, body: [UInt8], for grant: Grant, now: Int
  ) throws(GatewayError) -> OAuthToken {
    guard (200..<300).contains(status) else { throw .refused(refusal(status, body, grant)) }
    let answer = try? JSON.parse(body)
    guard let answer, let access = answer["access_token"]?.string, !access.isEmpty else {
      throw .unreadable("there is no access_token in its answer")
    }
    if let flaw = InvalidHeaderCharacter(in: access) {
      throw .unreadable("the access_token in its answer has \(flaw.words) in it")
    }
    var refresh = answer["refresh_token"]?.string
    // A server that keeps the old refresh token need not send it again (RFC 6749 §6).
    if case .refresh(let old) = grant, refresh == nil { refresh = old }
    let lifetime = answer["expires_in"]?.integer ?? 0
    return OAuthToken(
      access: access, refresh: refresh, issued: now, expires: lifetime > 0 ? now + min(lifetime, 1 << 40) : nil)
  }

  private static func refusal(_ status: Int, _ body: [UInt8], _ grant: Grant) -> OAuthRefusal {
    let answer = try? JSON.parse(body)
    let quoted = answer?["error_description"]?.string ?? answer?["message"]?.string
    let text = quoted.map { Excerpt.shortened($0) } ?? (answer?.mapping == nil ? Excerpt.of(body) : "")
    var isLogin = false
    if case .password = grant { isLogin = true }
    return OAuthRefusal(
      status: status,
      error: Redaction.removing(grant.secrets, from: Excerpt.shortened(answer?["error"]?.string ?? "", to: 60)),
      message: Redaction.removing(grant.secrets, from: text), isLogin: isLogin)
  }
}

/// The gateway's refusal of a login or of a renewal.
package struct OAuthRefusal: Hashable, Sendable, CustomStringConvertible {
  package var status: Int
  /// The OAuth error code, such as `invalid_grant`, or empty.
  package var error: String
  /// The gateway's own text, or empty.
  package var message: String
  /// Whether a password was refused, and not a refresh token.
  var isLogin: Bool

  package var description: String { sentence.english }

  /// What was refused and what to do about it.
  package var sentence: Sentence {
    let quote = message.hasSuffix(".") ? String(message.dropLast()) : message
    return quote.isEmpty ? "\(verdict). \(advice)" : "\(verdict) (\(quote)). \(advice)"
  }

  private var verdict: Sentence {
    switch error {
    case _ where status == 429: "the gateway has seen too many failed logins"
    case "invalid_grant" where isLogin: "the user name or the password is wrong"
    case "invalid_grant": "the login has ended"
    case "invalid_client", "unauthorized_client": "the gateway does not allow this client to log in"
    case "unsupported_grant_type": "the gateway does not take passwords"
    case "invalid_scope", "invalid_request": "the gateway did not understand the login"
    case "login_required", "interaction_required": "the gateway requires a login in a browser"
    case "": "the gateway answered \(status) to the login"
    default: "the gateway refused the login: \(error)"
    }
  }

  private var advice: Sentence {
    switch error {
    case _ where status == 429: "Wait ten minutes, then try again."
    case "invalid_grant" where isLogin: "Try again."
    case "invalid_grant": "Log in again."
    case "invalid_client", "unauthorized_client", "unsupported_grant_type", "login_required", "interaction_required":
      "Use a token, or ask an administrator of the gateway."
    case "" where status == 404: "Check that the address is that of a KubeSphere gateway."
    case _ where status >= 500: "Try again in a moment; if it goes on, look at the gateway's log."
    default: "Check the address and the user name."
    }
  }

  /// Whether only a new login helps.
  var isFinal: Bool { (400..<500).contains(status) && status != 408 && status != 429 }
}
