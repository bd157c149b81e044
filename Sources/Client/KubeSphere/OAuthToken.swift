import Manifest
import Platform

/// The tokens of a login.
///
/// Descriptions and dumps do not show them.
package struct OAuthToken: Hashable, Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable
{
  var access: String
  var refresh: String?
  /// Seconds since 1970.
  var issued: Int
  /// Seconds since 1970; `nil` if the gateway did not say.
  var expires: Int?
  /// When the gateway last refused to renew it, seconds since 1970; `nil` if it never did.
  var refused: Int?

  var credential: Credential { .bearer(access) }

  /// Texts that no error may contain.
  var secrets: [String] { [access] + (refresh.map { [$0] } ?? []) }

  /// Whether it may be sent without being renewed first.
  func isFresh(at now: Int) -> Bool {
    guard let expires else { return true }
    // A token must not stay fresh for ever after the clock was set back.
    return now >= issued - 300 && now < expires - min(60, (expires - issued) / 10)
  }

  func isExpired(at now: Int) -> Bool { expires.map { now >= $0 } ?? false }

  package var description: String { "a login" + (expires.map { " until \(Timestamp.text($0))" } ?? "") }
  package var debugDescription: String { description }
  package var customMirror: Mirror { Mirror(self, children: []) }

  /// The stored form, which names the gateway that issued the tokens.
  func value(server: String) -> Value {
    var fields: Mapping = ["server": .string(server), "access_token": .string(access), "issued": .integer(issued)]
    if let refresh { fields["refresh_token"] = .string(refresh) }
    if let expires { fields["expires"] = .integer(expires) }
    if let refused { fields["refused"] = .integer(refused) }
    return .mapping(fields)
  }

  /// `nil` if `value` is not a token of `server`.
  init?(_ value: Value, server: String) {
    guard value["server"]?.string == server, let access = value["access_token"]?.string else { return nil }
    self.init(
      access: access, refresh: value["refresh_token"]?.string, issued: value["issued"]?.integer ?? 0,
      expires: value["expires"]?.integer)
    refused = value["refused"]?.integer
  }

  init(access: String, refresh: String?, issued: Int, expires: Int?) {
    self.access = access
    self.refresh = refresh
    self.issued = issued
    self.expires = expires
  }
}
