import Manifest
import Platform

/// A token that gateways sign with a key that they share, as a JWT (RFC 7519) under HMAC-SHA-256.
///
/// What it says is only where to look: whether its login goes on is kept in the cluster.
struct SignedToken: Hashable, Sendable {
  enum Use: String, Hashable, Sendable {
    case access
    case refresh
  }

  var use: Use
  var user: String
  /// The login it is of, and the how manieth pair of tokens of that.
  var login: String
  var generation: Int
  var issued: Int
  var expires: Int

  /// Who signs, so that tokens of others are told from these.
  private static let issuer = "ksxd"
  /// Longer ones are none: names have 253 characters.
  private static let longest = 2_048

  /// The key that `text` says it is signed with; `nil` for what is no token of a gateway's.
  static func key(of text: String) -> String? {
    guard text.utf8.count <= longest, let header = value(text.prefix { $0 != "." }), header["alg"] == "HS256",
      let key = header["kid"]?.string, SigningKeys.Key.isName(key)
    else { return nil }
    return key
  }

  /// Reads a token that is signed with `key`; `nil` for every other.
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

  /// The token in its written form.
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
