import Glibc
package import HTTP
import Platform

/// A login at one gateway: obtained with a password, renewed before it expires or after the gateway refuses it,
/// and shared by all requests and by all programs that read the same file.
package actor GatewaySession: CredentialSource {
  private let gateway: any Transport
  private let store: TokenStore
  private let client: OAuth
  private let now: @Sendable () -> Int
  private let command: String
  private var token: OAuthToken?
  private var renewal: Renewal?
  /// Why the last token could not be stored for other programs, or `nil`.
  package private(set) var warning: String?

  /// A renewal in progress, shared by all requests that wait for it.
  private struct Renewal {
    var token: OAuthToken
    var task: Task<Result<OAuthToken, GatewayError>, Never>
  }

  /// A session over `gateway`, a transport without credentials.
  ///
  /// Messages tell the user to log in with `command`; `now` returns seconds since 1970, by default from the system
  /// clock.
  package init(
    gateway: any Transport, store: TokenStore, client: OAuth = .kubeSphere, command: String = "ksx login",
    now: (@Sendable () -> Int)? = nil
  ) {
    self.gateway = gateway
    self.store = store
    self.client = client
    self.command = command
    self.now = now ?? { time(nil) }
  }

  /// Whether a login is stored, even an expired one.
  package var isLoggedIn: Bool { (try? known()) != nil }

  /// Logs in and stores the tokens; the password is not stored.
  package func login(user: String, password: String) async throws(GatewayError) {
    let token = try await Self.ask(gateway, client, .password(user: user, password: password), now)
    self.token = token
    do {
      try store.write(token)
    } catch {
      throw .file(error)
    }
  }

  /// Deletes the stored login, then revokes it at the gateway.
  package func logout() async throws(GatewayError) {
    let token = try known()
    self.token = nil
    do {
      try store.remove()
    } catch {
      throw .file(error)
    }
    guard let token else { return }
    let response: HTTPResponse
    do {
      response = try await gateway.send(
        HTTPRequest(.get, "/oauth/logout", headers: ["Authorization": "Bearer \(token.access)"]))
    } catch {
      throw .notRevoked("logging out: \(error.without(token.secrets).problemAtGateway)")
    }
    // A token that the gateway does not know need not be revoked.
    guard response.status < 400 || response.status == 401 else {
      throw .notRevoked("logging out: the gateway answered \(response.status).")
    }
  }

  package func credential(insteadOf rejected: Credential?) async throws(TransportError) -> Credential {
    do throws(GatewayError) {
      return try await usable(insteadOf: rejected).credential
    } catch {
      throw error.transportError(command)
    }
  }

  private func usable(insteadOf rejected: Credential?) async throws(GatewayError) -> OAuthToken {
    guard let token = try known() else { throw .loggedOut }
    let isRejected = token.credential == rejected
    if !isRejected, token.isFresh(at: now()) { return token }
    // Another program may have renewed it already.
    if let other = try saved(), other.access != token.access, other.isFresh(at: now()) {
      self.token = other
      return other
    }
    do throws(GatewayError) {
      return try await renewed(token)
    } catch {
      // A token that cannot be renewed is used until it expires.
      if !isRejected, !token.isExpired(at: now()), self.token == token { return token }
      throw error
    }
  }

  private func known() throws(GatewayError) -> OAuthToken? {
    if token == nil { token = try saved() }
    return token
  }

  private func saved() throws(GatewayError) -> OAuthToken? {
    do {
      return try store.read()
    } catch {
      throw .file(error)
    }
  }

  private func renewed(_ old: OAuthToken) async throws(GatewayError) -> OAuthToken {
    let renewal = self.renewal.flatMap { $0.token == old ? $0 : nil } ?? begin(old)
    let result = await renewal.task.value
    if self.renewal?.token == old { self.renewal = nil }
    // A login or logout in the meantime takes precedence.
    guard token == old else {
      guard let token else { throw .loggedOut }
      return token
    }
    switch result {
    case .success(let fresh):
      token = fresh
      keep(fresh)
      return fresh
    case .failure(let error):
      // Another program may have renewed it first, and the gateway accepts a refresh token only once.
      if let other = try saved(), other.access != old.access {
        token = other
        return other
      }
      if case .refused(let refusal) = error, refusal.isFinal { noteRefused(old) }
      throw error
    }
  }

  /// Keeps that a login has ended, so that what only reads the file knows it.
  private func noteRefused(_ token: OAuthToken) {
    guard token.refused == nil else { return }
    var ended = token
    ended.refused = now()
    // It is as ended where that cannot be kept.
    try? store.write(ended)
  }

  private func begin(_ old: OAuthToken) -> Renewal {
    let task = Task { [gateway, client, now] () async -> Result<OAuthToken, GatewayError> in
      do throws(GatewayError) {
        guard let refresh = old.refresh else {
          throw .refused(OAuthRefusal(status: 401, error: "invalid_grant", message: "", isLogin: false))
        }
        return .success(try await Self.ask(gateway, client, .refresh(refresh), now))
      } catch {
        return .failure(error)
      }
    }
    let renewal = Renewal(token: old, task: task)
    self.renewal = renewal
    return renewal
  }

  private func keep(_ token: OAuthToken) {
    do {
      try store.write(token)
      warning = nil
    } catch {
      warning = "the renewed login could not be saved: \(error)"
    }
  }

  private static func ask(
    _ gateway: any Transport, _ client: OAuth, _ grant: OAuth.Grant, _ now: @Sendable () -> Int
  ) async throws(GatewayError) -> OAuthToken {
    let status: Int
    let body: [UInt8]
    do {
      let response = try await gateway.send(client.request(grant))
      status = response.status
      body = try await response.body.collected(upTo: 1 << 20)
    } catch {
      throw .transport(error.without(grant.secrets))
    }
    return try OAuth.token(status: status, body: body, for: grant, now: now())
  }
}
