package import Client
package import HTTP
package import KubernetesAPI
import Manifest
import Platform

/// Finds out who asks by having a Kubernetes API server review their bearer token, as its extension servers do.
///
/// A file of tokens may come before it, and where there is a KubeSphere, its users have a say and log in here. Callers without a
/// token are anonymous; what they may do, others say.
package struct DelegatedAuthenticator: Handler {
  private let tokens: AccessFileReader<TokenTable>
  private let reviews: TokenReviews
  private let users: KubeSphereUsers?
  private let logins: ClusterLogins?
  private let audit: AuditLog
  private let handler: any CallerHandler

  /// With `users`, they show their passwords, and with `logins` get tokens for them.
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
      return error.refusal
    }
  }

  package func respondAtOnce(to request: IncomingRequest) -> HTTPResponse? {
    let request = WebSocketCredential.unpacked(request)
    guard !request.head.isAboutLogins else { return nil }
    let credential: Credential
    do throws(Status) {
      credential = try self.credential(request)
    } catch {
      return refusal(error, request)
    }
    switch credential {
    case .user(let user): return respondAtOnce(to: request, from: user)
    case .password: return nil
    case .token(let token): return respondAtOnce(to: request, by: reviews.known(token))
    case .login(let token, let logins): return respondAtOnce(to: request, by: logins.bearerAtOnce(of: token))
    }
  }

  /// By what is known of a token: `nil` when nothing is, `.some(nil)` for one that is no good.
  private func respondAtOnce(to request: IncomingRequest, by verdict: User??) -> HTTPResponse? {
    guard let verdict else { return nil }
    guard let user = verdict else { return refusal(.unauthorized, request) }
    return respondAtOnce(to: request, from: user)
  }

  private func respondAtOnce(to request: IncomingRequest, from user: User) -> HTTPResponse? {
    var known = user
    if let users {
      do throws(Status) {
        guard let admitted = try users.admitAtOnce(user) else { return nil }
        known = admitted
      } catch {
        return refusal(error, request)
      }
    }
    return handler.respondAtOnce(to: Self.known(request), from: Caller(known))
  }

  private func refusal(_ status: Status, _ request: IncomingRequest) -> HTTPResponse {
    audit.note(refusal: status, of: request)
    return status.refusal
  }

  /// The answer to a request about logins; where there are no users of a KubeSphere, who logs in is for the cluster to know.
  private func login(_ request: IncomingRequest) async -> HTTPResponse {
    do throws(ClusterError) {
      if let logins, try await logins.users.isServed() {
        return await OAuthService(book: logins, audit: audit).response(to: request) ?? Status.unauthorized.response
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
    // It has been acted on. Whom it is to be answered for instead is asked about further on.
    known.head.headers.removeAll(where: \.isIdentity)
    return known
  }

  private enum Credential {
    case user(User)
    /// One that the API server knows, if any.
    case token([UInt8])
    /// One that came of a login at a gateway.
    case login(String, ClusterLogins)
    /// `NAME:PASSWORD` in base64, of a user of KubeSphere.
    case password(String)
  }

  private func credential(_ request: IncomingRequest) throws(Status) -> Credential {
    guard let header = request.head.headers["Authorization"] else {
      // Verified by the listener, which asks for certificates only where they are to be believed.
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
      return try await logins.bearer(of: token)
    } catch {
      throw error.status
    }
  }

  private func user(ofBasic text: String, _ request: IncomingRequest) async throws(Status) -> User? {
    guard let found = try await users?.user(ofBasic: text, from: request.clientAddress) else { return nil }
    if found.isNews { audit.note("login", of: found.user.name, "allowed", request) }
    return found.user
  }
}

extension HTTPHeaders.Field {
  /// Whether it says who asks.
  fileprivate var isIdentity: Bool {
    let name = name.lowercased()
    return name == "authorization" || name.hasPrefix("x-remote-")
  }
}

/// Asks whose tokens are, and remembers the answers for a moment.
struct TokenReviews: Sendable {
  /// How long an answer holds, as for Kubernetes' own extension servers.
  private static let lifetime = Duration.seconds(10)
  private static let most = 10_000

  private static let resource = Resource(
    group: "authentication.k8s.io", version: "v1", plural: "tokenreviews", kind: "TokenReview")

  private let cluster: Cluster
  /// By digest, so that no token is kept.
  private let answers = Locked<[String: (user: User?, at: Duration)]>([:])

  init(_ cluster: Cluster) {
    self.cluster = cluster
  }

  /// What was found out about a token a moment ago: `.some(nil)` for one that is no good, `nil` when nothing was.
  func known(_ token: [UInt8]) -> User?? {
    let (digest, now) = (SHA256.hex(token), cluster.timing.now())
    guard let entry = answers.withLock({ $0[digest] }), now - entry.at < Self.lifetime else { return nil }
    return .some(entry.user)
  }

  /// `nil` for a token that is no good.
  func user(of token: [UInt8]) async throws(Status) -> User? {
    if let known = known(token) { return known }
    let (digest, now) = (SHA256.hex(token), cluster.timing.now())
    let review = Object([
      "apiVersion": .string(Self.resource.apiVersion), "kind": .string(Self.resource.kind),
      "spec": ["token": .string(String(decoding: token, as: UTF8.self))],
    ])
    let status: Value
    do throws(ClusterError) {
      status = try await cluster.ask(Self.resource, review).status
    } catch {
      throw Status(code: 503, reason: "ServiceUnavailable", message: "the token could not be reviewed")
    }
    let user = status["authenticated"]?.bool == true ? User(review: status["user"] ?? .null) : nil
    answers.withLock { answers in
      if answers.count >= Self.most { answers = answers.filter { now - $0.value.at < Self.lifetime } }
      if answers.count < Self.most { answers[digest] = (user, now) }
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
