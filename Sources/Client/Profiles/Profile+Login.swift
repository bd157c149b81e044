package import Platform

/// The state of a profile's login at its gateway, from local data.
package enum Login: Hashable, Sendable {
  /// The profile has no gateway, or a gateway without a login of its own.
  case none
  /// The token is in this file, which another program renews.
  case tokenFile(String)
  case loggedOut
  /// Logged in: when the token expires, in seconds since 1970, and whether it can be renewed without a password.
  case loggedIn(expires: Int?, isRenewed: Bool)
  /// The gateway has ended the login: it was refused at this time, in seconds since 1970, when it was last used.
  case refused(Int)
  /// What is kept cannot be used; the text says why.
  case unusable(Sentence)
}

extension Profile {
  /// The state of this profile's login; sends no request.
  package func login(_ environment: Environment = .current) -> Login {
    guard let gateway, let url = gateway.url else { return .none }
    if let path = gateway.tokenFile { return .tokenFile(path) }
    do {
      guard let token = try tokens(url, environment).read() else { return .loggedOut }
      if let refused = token.refused { return .refused(refused) }
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
