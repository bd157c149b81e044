package import Client
package import HTTP
package import KubernetesAPI
import Manifest
import Platform

/// Authenticates callers by having a Kubernetes API server review their bearer token, as extension API servers do.
///
/// Tokens of a file are tried first. In a cluster with KubeSphere, its users log in here and are refused while
/// disabled. Callers without a credential are anonymous; authorization decides what they may do.
package struct DelegatedAuthenticator: Handler {
  private let tokens: AccessFileReader<TokenTable>
  private let reviews: TokenReviews
  private let users: KubeSphereUsers?
  private let logins: ClusterLogins?
  private let audit: AuditLog
  private let handler: any CallerHandler

  /// `users` allows KubeSphere's users to send their passwords; `logins` gives them tokens for these.
  package init(
    by cluster: Cluster, tokens: AccessFileReader<TokenTable> = AccessFileReader(fixed: TokenTable()),
    users: KubeSphereUsers? = nil, logins: ClusterLogins? = nil, audit: AuditLog = .none,
    around handler: any CallerHandler
  ) {
    self.tokens = tokens
    self.audit = audit
    self.users = users
    self.logins = logins
    self.handler = handler
    reviews = TokenReviews(cluster)
  }

  package func respond(to request: IncomingRequest) async -> HTTPResponse {
    let request = WebSocketCredential.unpacked(request)
    if request.head.isAboutLogins { return await login(request) }
    do throws(Status) {
      guard var user = try await user(of: request) else { throw .unauthorized }
      if let users { user = try await users.admit(user) }
      return await handler.respond(to: Self.known(request), from: Caller(user))
    } catch {
      audit.note(refusal: error, of: request)
      return error.authenticationResponse
    }
  }

  package func immediateResponse(to request: IncomingRequest) -> HTTPResponse? {
    let request = WebSocketCredential.unpacked(request)
    guard !request.head.isAboutLogins else { return nil }
    let credential: Credential
    do throws(Status) {
      credential = try self.credential(request)
    } catch {
      return refusal(error, request)
    }
    switch credential {
    case .user(let user): return immediateResponse(to: request, from: user)
    case .password: return nil
    case .token(let token): return immediateResponse(to: request, by: reviews.known(token))
    case .login(let token, let logins): return immediateResponse(to: request, by: logins.cachedTokenUser(of: token))
    }
  }

  /// Responds by the cached verdict on a token: `nil` if there is none, `.some(nil)` for an invalid token.
  private func immediateResponse(to request: IncomingRequest, by verdict: User??) -> HTTPResponse? {
    guard let verdict else { return nil }
    guard let user = verdict else { return refusal(.unauthorized, request) }
    return immediateResponse(to: request, from: user)
  }

  private func immediateResponse(to request: IncomingRequest, from user: User) -> HTTPResponse? {
    var known = user
    if let users {
      do throws(Status) {
        guard let admitted = try users.admitFromCache(user) else { return nil }
        known = admitted
      } catch {
        return refusal(error, request)
      }
    }
    return handler.immediateResponse(to: Self.known(request), from: Caller(known))
  }

  private func refusal(_ status: Status, _ request: IncomingRequest) -> HTTPResponse {
    audit.note(refusal: status, of: request)
    return status.authenticationResponse
  }

  /// The response to a request below `/oauth/`; 501 if the cluster has no KubeSphere users, because it then issues the
  /// tokens itself.
  private func login(_ request: IncomingRequest) async -> HTTPResponse {
    do throws(ClusterError) {
      if let logins, try await logins.users.isServed() {
        return await OAuthService(logins: logins, audit: audit).response(to: request) ?? Status.unauthorized.response
      }
    } catch {
      return Status(code: 503, reason: "ServiceUnavailable", message: "users cannot be read now").response
    }
    let text = "there are no KubeSphere users here, so this gateway issues no tokens: show one of the cluster"
    return HTTPResponse(
      status: 501,
      json: ["error": "unsupported_grant_type", "error_description": .string(text), "message": .string(text)])
  }

  private static func known(_ request: IncomingRequest) -> IncomingRequest {
    var known = request
    // The credential has been used. `Impersonate-…` fields remain for `DelegatedAccess`.
    known.head.headers.removeAll(where: \.isIdentity)
    return known
  }

  private enum Credential {
    case user(User)
    /// A token that the API server must review.
    case token([UInt8])
    /// A token that a gateway has signed.
    case login(String, ClusterLogins)
    /// `NAME:PASSWORD` in base64, of a user of KubeSphere.
    case password(String)
  }

  private func credential(_ request: IncomingRequest) throws(Status) -> Credential {
    guard let header = request.head.headers["Authorization"] else {
      // The listener has verified it, and requests certificates only if they are trusted.
      let certificate = request.connection.clientCertificate
      return .user(certificate.isEmpty ? .anonymous : CertificateSubject.user(of: certificate) ?? .anonymous)
    }
    let words = header.utf8.split(separator: UInt8(ascii: " "), maxSplits: 1).map { Substring($0) }
    if users != nil, words.count == 2, words[0].lowercased() == "basic" {
      return .password(String(words[1]))
    }
    guard words.count == 2, words[0].lowercased() == "bearer" else { throw .unauthorized }
    if let logins, logins.signs(String(words[1])) { return .login(String(words[1]), logins) }
    let token = Array(words[1].utf8)
    return tokens.content.user(of: token).map(Credential.user) ?? .token(token)
  }

  private func user(of request: IncomingRequest) async throws(Status) -> User? {
    switch try credential(request) {
    case .user(let user): user
    case .password(let text): try await user(ofBasic: text, request)
    case .token(let token): try await reviews.user(of: token)
    case .login(let token, let logins): try await user(of: token, logins)
    }
  }

  private func user(of token: String, _ logins: ClusterLogins) async throws(Status) -> User? {
    do throws(LoginRefusal) {
      return try await logins.tokenUser(of: token)
    } catch {
      throw error.status
    }
  }

  private func user(ofBasic text: String, _ request: IncomingRequest) async throws(Status) -> User? {
    guard let found = try await users?.user(ofBasic: text, from: request.clientAddress) else { return nil }
    if found.isNewLogin { audit.note("login", of: found.user.name, "allowed", request) }
    return found.user
  }
}

extension HTTPHeaders.Field {
  /// Whether the field identifies the caller.
  fileprivate var isIdentity: Bool {
    let name = name.lowercased()
    return name == "authorization" || name.hasPrefix("x-remote-")
  }
}

/// Asks by TokenReview whose a token is, and caches the answers.
struct TokenReviews: Sendable {
  /// How long an answer is cached, as in Kubernetes' own extension API servers.
  private static let lifetime = Duration.seconds(10)
  private static let capacity = 10_000

  private static let resource = Resource(
    group: "authentication.k8s.io", version: "v1", plural: "tokenreviews", kind: "TokenReview")

  private let cluster: Cluster
  /// By digest of the token, so that no token is kept in memory.
  private let answers = Locked<[String: (user: User?, at: Duration)]>([:])

  init(_ cluster: Cluster) {
    self.cluster = cluster
  }

  /// The cached user of a token: `.some(nil)` for an invalid token, `nil` if nothing is cached.
  func known(_ token: [UInt8]) -> User?? {
    let (digest, now) = (SHA256.hex(token), cluster.timing.now())
    guard let entry = answers.withLock({ $0[digest] }), now - entry.at < Self.lifetime else { return nil }
    return .some(entry.user)
  }

  /// The user of a token; `nil` if it is invalid.
  func user(of token: [UInt8]) async throws(Status) -> User? {
    if let known = known(token) { return known }
    let (digest, now) = (SHA256.hex(token), cluster.timing.now())
    let review = Object([
      "apiVersion": .string(Self.resource.apiVersion), "kind": .string(Self.resource.kind),
      "spec": ["token": .string(String(decoding: token, as: UTF8.self))],
    ])
    let status: Value
    do throws(ClusterError) {
      status = try await cluster.createReview(Self.resource, review).status
    } catch {
      throw Status(code: 503, reason: "ServiceUnavailable", message: "the token could not be reviewed")
    }
    let user = status["authenticated"]?.bool == true ? User(review: status["user"] ?? .null) : nil
    answers.withLock { answers in
      if answers.count >= Self.capacity { answers = answers.filter { now - $0.value.at < Self.lifetime } }
      if answers.count < Self.capacity { answers[digest] = (user, now) }
    }
    return user
  }
}

extension User {
  /// The user in the status of a TokenReview; `nil` without a name.
  fileprivate init?(review value: Value) {
    guard let name = value["username"]?.string, !name.isEmpty else { return nil }
    self.init(
      name: name, uid: value["uid"]?.string ?? "", groups: value["groups"]?.sequence?.compactMap(\.string) ?? [])
    for pair in value["extra"]?.mapping?.pairs ?? [] {
      extra[pair.key] = pair.value.sequence?.compactMap(\.string) ?? []
    }
  }
}
