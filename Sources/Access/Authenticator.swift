package import HTTP
package import KubernetesAPI

/// Authenticates callers by bearer token (RFC 6750), password or client certificate.
///
/// It reads the request head alone; the body of a request with a wrong token is never read.
package struct Authenticator: Handler {
  private let socket: Rules
  private let port: Rules
  private let logins: LocalLogins?
  private let trustsCertificates: Bool
  private let audit: AuditLog
  private let handler: any CallerHandler

  /// How callers of one kind of listener are authenticated.
  private struct Rules {
    /// Tokens of users; without these, `owner` and logins, `Authorization` is ignored and every caller is
    /// `anonymousUser`.
    var users: AccessFileReader<TokenTable>?
    var owner: AccessFileReader<TokenTable>?
    /// The user of callers without a credential; `nil` refuses them.
    var anonymousUser: User?

    var hasTokens: Bool { users != nil || owner != nil }

    func user(ofToken token: String) -> User? {
      let bytes = Array(token.utf8)
      return owner?.content.user(of: bytes) ?? users?.content.user(of: bytes)
    }
  }

  /// `users` authenticates callers by token; on a port, `ownerToken` authenticates the owner.
  ///
  /// A caller without a token is the owner on a socket, which other users of the machine cannot reach. On a port the
  /// caller is anonymous if users, logins or certificates are configured, and refused otherwise.
  ///
  /// With `trustsCertificates`, the subject of a certificate that the listener has verified is the user.
  ///
  /// With `logins`, `/oauth/…` is answered here, and access tokens and passwords authenticate their users.
  package init(
    users: TokenTable? = nil, ownerToken: String? = nil, logins: LocalLogins? = nil, trustsCertificates: Bool = false,
    audit: AuditLog = .none, around handler: any CallerHandler
  ) {
    var owner = TokenTable()
    if let ownerToken { owner.add(token: Array(ownerToken.utf8), .owner) }
    self.init(
      file: users.map(AccessFileReader.init(fixed:)), owner: AccessFileReader(fixed: owner), logins: logins,
      trustsCertificates: trustsCertificates, audit: audit, around: handler)
  }

  /// As above, with the tokens of files, which are read again when they change.
  package init(
    file users: AccessFileReader<TokenTable>?, owner: AccessFileReader<TokenTable>?, logins: LocalLogins?,
    trustsCertificates: Bool,
    audit: AuditLog, around handler: any CallerHandler
  ) {
    self.handler = handler
    self.logins = logins
    self.audit = audit
    self.trustsCertificates = trustsCertificates
    socket = Rules(users: users, anonymousUser: .owner)
    let hasUsers = users != nil || logins != nil || trustsCertificates
    port = Rules(
      users: users, owner: owner ?? AccessFileReader(fixed: TokenTable()), anonymousUser: hasUsers ? .anonymous : nil)
  }

  package func respond(to request: IncomingRequest) async -> HTTPResponse {
    let request = WebSocketCredential.unpacked(request)
    if let answer = await logins?.response(to: request) { return answer }
    do throws(Status) {
      var user = try userAtOnce(of: request)
      if user == nil, let logins, let text = request.head.headers["Authorization"] {
        let found = try await logins.user(
          ofBasic: String(text.drop { $0 != " " }.dropFirst()), from: request.clientAddress)
        audit.note("login", of: found.name, "allowed", request)
        user = found
      }
      guard let user else { throw .unauthorized }
      return await handler.respond(to: Self.withoutCredential(request), from: Caller(user))
    } catch {
      audit.note(refusal: error, of: request)
      return error.authenticationResponse
    }
  }

  package func immediateResponse(to request: IncomingRequest) -> HTTPResponse? {
    let request = WebSocketCredential.unpacked(request)
    guard logins?.answers(request.head) != true else { return nil }
    do throws(Status) {
      guard let user = try userAtOnce(of: request) else { return nil }
      return handler.immediateResponse(to: Self.withoutCredential(request), from: Caller(user))
    } catch {
      audit.note(refusal: error, of: request)
      return error.authenticationResponse
    }
  }

  private static func withoutCredential(_ request: IncomingRequest) -> IncomingRequest {
    var request = request
    // The credential has been used; handlers must not see it.
    request.head.headers["Authorization"] = nil
    return request
  }

  /// The caller's user; `nil` if a password must be checked first.
  private func userAtOnce(of request: IncomingRequest) throws(Status) -> User? {
    let rules = request.connection.listener == .port ? port : socket
    guard let header = request.head.headers["Authorization"], rules.hasTokens || logins != nil else {
      let certificate = request.connection.clientCertificate
      if trustsCertificates, !certificate.isEmpty, let user = CertificateSubject.user(of: certificate) { return user }
      let isPublic = request.head.target.hasPrefix(BuiltInRole.frontEnd)
      guard let user = rules.anonymousUser ?? (isPublic ? .anonymous : nil) else { throw .unauthorized }
      return user
    }
    let words = header.utf8.split(separator: UInt8(ascii: " "), maxSplits: 1).map { String(Substring($0)) }
    guard words.count == 2 else { throw .unauthorized }
    switch words[0].lowercased() {
    case "bearer":
      let user = rules.user(ofToken: words[1]) ?? logins?.user(ofToken: words[1])
      guard let user else { throw .unauthorized }
      return user
    case "basic":
      guard let logins else { throw .unauthorized }
      return logins.knownUser(ofBasic: words[1])
    default: throw .unauthorized
    }
  }
}

extension Status {
  /// The response to an authorization failure or another error, as kube-apiserver writes it.
  var authorizationResponse: HTTPResponse {
    var response = response
    if code == 403 { response.headers["X-Content-Type-Options"] = "nosniff" }
    return response
  }

  /// The response to a failed authentication, after which the connection is closed.
  var authenticationResponse: HTTPResponse {
    var response = response
    if isUnauthorized { response.headers["WWW-Authenticate"] = "Bearer" }
    response.headers["Connection"] = "close"
    return response
  }
}

extension IncomingRequest {
  /// The address of the client, without a port.
  var clientAddress: String {
    let peer = connection.peer
    let port = peer.utf8.lastIndex(of: UInt8(ascii: ":"))
    return port.map { String(peer[..<$0]) } ?? peer
  }
}
