import Manifest
import Platform

/// A token that gateways sign with a shared key: a JWT (RFC 7519) with HMAC-SHA-256.
///
/// It only names a login; the cluster stores whether that login is active.
struct SignedToken: Hashable, Sendable {
  enum Use: String, Hashable, Sendable {
    case access
    case refresh
  }

  var use: Use
  var user: String
  /// The ID of the login; `generation` numbers its pairs of tokens, from 1.
  var login: String
  var generation: Int
  var issued: Int
  var expires: Int

  /// The issuer, which distinguishes these tokens from those of other issuers.
  private static let issuer = "ksxd"
  /// The most bytes of a token; user names have at most 253 characters.
  private static let longest = 2_048

  /// The name of the key that `text` claims to be signed with; `nil` if it is not a gateway's token.
  static func key(of text: String) -> String? {
    guard text.utf8.count <= longest, let header = value(text.prefix { $0 != "." }), header["alg"] == "HS256",
      let key = header["kid"]?.string, SigningKeys.Key.isName(key)
    else { return nil }
    return key
  }

  /// Reads and verifies a token; `nil` if it is not signed with `key`.
  init?(_ text: String, signedWith key: SigningKeys.Key) {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 3, text.utf8.count <= Self.longest, Self.key(of: text) == key.name,
      let code = Base64.decodeForURL(parts[2]),
      HMAC.isEqual(code, HMAC.sha256(Array("\(parts[0]).\(parts[1])".utf8), key: key.bytes)),
      let claims = Self.value(parts[1]), claims["iss"]?.string == Self.issuer,
      let use = claims["use"]?.string.flatMap(Use.init(rawValue:)), let user = claims["sub"]?.string,
      let login = claims["sid"]?.string, let generation = claims["gen"]?.integer,
      let issued = claims["iat"]?.integer, let expires = claims["exp"]?.integer
    else { return nil }
    (self.use, self.user, self.login, self.generation) = (use, user, login, generation)
    (self.issued, self.expires) = (issued, expires)
  }

  init(_ use: Use, of user: String, login: String, generation: Int, issued: Int) {
    (self.use, self.user, self.login, self.generation, self.issued) = (use, user, login, generation, issued)
    expires = issued + (use == .access ? LoginTimes.access : LoginTimes.refresh)
  }

  /// The encoded and signed token.
  func text(signedWith key: SigningKeys.Key) -> String {
    let header: Value = ["alg": "HS256", "kid": .string(key.name), "typ": "JWT"]
    let claims: Value = [
      "iss": .string(Self.issuer), "sub": .string(user), "use": .string(use.rawValue), "sid": .string(login),
      "gen": .integer(generation), "iat": .integer(issued), "exp": .integer(expires),
    ]
    let signed = [header, claims].map { Base64.encodeForURL(JSON.bytes($0)) }.joined(separator: ".")
    return signed + "." + Base64.encodeForURL(HMAC.sha256(Array(signed.utf8), key: key.bytes))
  }

  private static func value(_ part: Substring) -> Value? {
    Base64.decodeForURL(part).flatMap { try? JSON.parse($0) }
  }
}
