package import Platform

/// How a profile's login at its gateway stands, as far as this computer knows.
package enum Login: Hashable, Sendable {
  /// The profile has no gateway, or one that takes no login of its own.
  case none
  /// The token in this file, which another program renews.
  case tokenFile(String)
  case loggedOut
  /// Logged in; the seconds since 1970 when the token ends, and whether it is renewed then without a password.
  case loggedIn(expires: Int?, isRenewed: Bool)
  /// What is kept cannot be used; the text says why.
  case unusable(String)
}

extension Profile {
  /// How the login of this profile stands; nothing is sent.
  package func login(_ environment: Environment = .current) -> Login {
    guard let gateway, let url = gateway.url else { return .none }
    if let path = gateway.tokenFile { return .tokenFile(path) }
    do {
      guard let token = try tokens(url, environment).read() else { return .loggedOut }
      return .loggedIn(expires: token.expires, isRenewed: token.refresh != nil)
    } catch {
      return .unusable(error.problem)
    }
  }

  /// The ways of this profile, as a list shows them: `Kubernetes`, `gateway`.
  package var ways: [FallbackTransport.Way] {
    (kubernetes == nil ? [] : [.kubernetes]) + (gateway == nil ? [] : [.gateway])
  }
}
