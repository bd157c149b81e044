package import HTTP
package import KubernetesAPI

/// Finds out who asks by their bearer token (RFC 6750) or password, and has them answered as that user.
///
/// Found out by the head alone: the body of a request with a wrong token is never sent for.
package struct Authenticator: Handler {
  private let socket: Rules
  private let port: Rules
  private let logins: Logins?
  private let trustsCertificates: Bool
  private let audit: AuditLog
  private let handler: any CallerHandler

  /// How the callers of one kind of listener are told apart.
  private struct Rules {
    /// Tokens of users; without them and the owner's, every caller is the anonymous user, whatever credential it sends.
    var users: AccessFileReader<TokenTable>?
    var owner: TokenTable?
    /// Who a caller without a token is; without one, they are refused.
    var anonymousUser: User?

    var hasTokens: Bool { users != nil || owner != nil }

    func user(ofToken token: String) -> User? {
      let bytes = Array(token.utf8)
      return owner?.user(of: bytes) ?? users?.content.user(of: bytes)
    }
  }

  /// With `users`, a token makes one of them of its bearer; on a port, `ownerToken` makes the owner.
  ///
  /// A caller without a token is the owner on a socket, which no other user of the machine reaches. On a port they
  /// are anonymous where there are users, and refused otherwise.
  ///
  /// With `trustsCertificates`, a certificate that the listener has verified makes a user of its subject.
  ///
  /// With `logins`, `/oauth/…` is answered here, and what came of it, or a password, makes a user of its bearer.
  package init(
    users: TokenTable? = nil, ownerToken: String? = nil, logins: Logins? = nil, trustsCertificates: Bool = false,
    audit: AuditLog = .none, around handler: any CallerHandler
  ) {
    self.init(
      file: users.map(AccessFileReader.init(fixed:)), ownerToken: ownerToken, logins: logins,
      trustsCertificates: trustsCertificates, audit: audit, around: handler)
  }

  /// The same with the users of a file, as it is at the time.
  package init(
    file users: AccessFileReader<TokenTable>?, ownerToken: String?, logins: Logins?, trustsCertificates: Bool,
    audit: AuditLog, around handler: any CallerHandler
  ) {
    self.handler = handler
    self.logins = logins
    self.audit = audit
    self.trustsCertificates = trustsCertificates
    socket = Rules(users: users, anonymousUser: .owner)
    var owner = TokenTable()
    if let ownerToken { owner.add(token: Array(ownerToken.utf8), .owner) }
    let hasUsers = users != nil || logins != nil || trustsCertificates
    port = Rules(users: users, owner: owner, anonymousUser: hasUsers ? .anonymous : nil)
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
      return await handler.respond(to: Self.known(request), from: Caller(user))
    } catch {
      audit.note(refusal: error, of: request)
      return error.refusal
    }
  }

  package func respondAtOnce(to request: IncomingRequest) -> HTTPResponse? {
    let request = WebSocketCredential.unpacked(request)
    guard logins?.answers(request.head) != true else { return nil }
    do throws(Status) {
      guard let user = try userAtOnce(of: request) else { return nil }
      return handler.respondAtOnce(to: Self.known(request), from: Caller(user))
    } catch {
      audit.note(refusal: error, of: request)
      return error.refusal
    }
  }

  private static func known(_ request: IncomingRequest) -> IncomingRequest {
    var known = request
    // It has been acted on, and is for nothing behind this to see.
    known.head.headers["Authorization"] = nil
    return known
  }

  /// Who asks; `nil` when a password has to be tried to know.
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
  /// The answer to a caller who may not, or another refusal, as kube-apiserver writes it.
  var denial: HTTPResponse {
    var response = response
    if code == 403 { response.headers["X-Content-Type-Options"] = "nosniff" }
    return response
  }

  /// The answer to a caller whose credential is not good: nothing is kept open for one.
  var refusal: HTTPResponse {
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
