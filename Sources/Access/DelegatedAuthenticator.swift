package import Client
package import HTTP
package import KubernetesAPI
import Manifest
import Platform

/// Finds out who asks by having a Kubernetes API server review their bearer token, as its extension servers do.
///
/// A file of tokens may come before it. Callers without a token are anonymous; what they may do, others say.
package struct DelegatedAuthenticator: Handler {
  private let tokens: TokenTable
  private let reviews: TokenReviews
  private let handler: any CallerHandler

  package init(by cluster: Cluster, tokens: TokenTable = TokenTable(), around handler: any CallerHandler) {
    self.tokens = tokens
    self.handler = handler
    reviews = TokenReviews(cluster)
  }

  package func respond(to request: IncomingRequest) async -> HTTPResponse {
    do throws(Status) {
      let user = try await user(of: request.head)
      var known = request
      // It has been acted on; what would have others answered for is not for a client to say.
      for field in request.head.headers.fields where field.isIdentity { known.head.headers[field.name] = nil }
      return await handler.respond(to: known, from: Caller(user))
    } catch {
      return error.refusal
    }
  }

  private func user(of request: HTTPRequest) async throws(Status) -> User {
    guard let header = request.headers["Authorization"] else { return .anonymous }
    let words = header.split(separator: " ", maxSplits: 1)
    guard words.count == 2, words[0].lowercased() == "bearer" else { throw .unauthorized }
    let token = Array(words[1].utf8)
    if let user = tokens.user(of: token) { return user }
    guard let user = try await reviews.user(of: token) else { throw .unauthorized }
    return user
  }
}

extension HTTPHeaders.Field {
  /// Whether it says who asks.
  fileprivate var isIdentity: Bool {
    let name = name.lowercased()
    return name == "authorization" || name.hasPrefix("impersonate-") || name.hasPrefix("x-remote-")
  }
}

/// Asks whose tokens are, and remembers the answers for a moment.
actor TokenReviews {
  /// How long an answer holds, as for Kubernetes' own extension servers.
  private static let lifetime = Duration.seconds(10)
  private static let most = 10_000

  private static let resource = Resource(
    group: "authentication.k8s.io", version: "v1", plural: "tokenreviews", kind: "TokenReview")

  private let cluster: Cluster
  /// By digest, so that no token is kept.
  private var known: [[UInt8]: (user: User?, at: Duration)] = [:]

  init(_ cluster: Cluster) {
    self.cluster = cluster
  }

  /// `nil` for a token that is no good.
  func user(of token: [UInt8]) async throws(Status) -> User? {
    let digest = Array(SHA256.hex(token).utf8)
    let now = cluster.timing.now()
    if let entry = known[digest], now - entry.at < Self.lifetime { return entry.user }
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
    if known.count >= Self.most { known = known.filter { now - $0.value.at < Self.lifetime } }
    if known.count < Self.most { known[digest] = (user, now) }
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
