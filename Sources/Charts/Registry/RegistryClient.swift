import Client
import HTTP
import Manifest
import Platform

/// A client of one registry's OCI distribution API, with the credentials of the repository's object.
final class RegistryClient: Sendable {
  let host: String
  private let access: RepositoryAccess
  private let state = Locked(State())

  private struct State {
    /// The scheme and host of the API, once known.
    var base: WebURL?
    /// Tokens by scope.
    var tokens: [String: String] = [:]
  }

  /// `nil` if `host` is not a host name.
  init?(host: String, access: RepositoryAccess) {
    guard WebURL("https://\(host)") != nil else { return nil }
    self.host = host
    self.access = access
  }

  /// Sends a request for `path` below `/v2/` with a token for `scope`.
  func send(
    _ method: HTTPRequest.Method, _ path: String, accept: [String] = [], scope: String
  ) async throws(RepositoryError) -> WebClient.Answer {
    let headers: HTTPHeaders = accept.isEmpty ? [:] : ["Accept": accept.joined(separator: ", ")]
    return try await send(HTTPRequest(method, "/", headers: headers), to: try await url(path), scope: scope)
  }

  /// Sends a body to a URL of the registry.
  func put(
    _ bytes: [UInt8], type: String, to url: WebURL, scope: String
  ) async throws(RepositoryError) -> WebClient.Answer {
    try await send(HTTPRequest(.put, "/", headers: ["Content-Type": type], body: bytes), to: url, scope: scope)
  }

  /// The URL of `path` below `/v2/`.
  func url(_ path: String) async throws(RepositoryError) -> WebURL {
    guard let url = try await base().resolving("/v2/" + path) else {
      throw RepositoryError("\(path) is no path of a registry")
    }
    return url
  }

  /// Sends a request with the token for `scope`, and once more with a new token if the registry requires one.
  private func send(
    _ request: HTTPRequest, to url: WebURL, scope: String
  ) async throws(RepositoryError) -> WebClient.Answer {
    let client = WebClient(access: access, home: try await base())
    var request = request
    if let token = state.withLock({ $0.tokens[scope] }) { request.headers["Authorization"] = "Bearer " + token }
    let answer = try await client.send(request, to: url)
    guard answer.status == 401, let challenge = answer.headers["WWW-Authenticate"].flatMap(TokenChallenge.init),
      // The challenge names the server that receives the credentials, so only the registry's own counts, and not that
      // of a host it redirects to.
      answer.url.origin == client.home.origin
    else { return answer }
    let token = try await token(challenge, scope)
    state.withLock { $0.tokens[scope] = token }
    request.headers["Authorization"] = "Bearer " + token
    return try await client.send(request, to: url)
  }

  /// Sends a GET and returns the body; throws unless the status is 200.
  func body(
    _ path: String, accept: [String] = [], scope: String
  ) async throws(RepositoryError) -> (answer: WebClient.Answer, body: HTTPBody) {
    let answer = try await send(.get, path, accept: accept, scope: scope)
    if answer.status == 200 { return (answer, answer.body) }
    throw await refusal(answer)
  }

  /// The error of a refusal, with the registry's reason.
  func refusal(_ answer: WebClient.Answer) async -> RepositoryError {
    let error = RepositoryError(status: answer.status, answer.headers, now: Timestamp.now().secondsSince1970)
    // If the body cannot be read, the error has no reason.
    let bytes = (try? await answer.body.collected(upTo: 64 << 10)) ?? []
    let said = (try? JSON.parse(bytes))?["errors"]?.sequence?.first
    let words = [said?["code"]?.string, said?["message"]?.string].compactMap { $0 }.joined(separator: ": ")
    var described = error.about(answer.url.shown)
    if !words.isEmpty { described.description += ": " + Excerpt.shortened(words) }
    return described
  }

  /// The https URL; the http URL if only that works on this machine, or certificates are not verified and only that
  /// works.
  private func base() async throws(RepositoryError) -> WebURL {
    if let known = state.withLock({ $0.base }) { return known }
    guard let secure = WebURL("https://\(host)") else { throw RepositoryError("\(host) is no name of a registry") }
    var found = secure
    if let plain = WebURL("http://\(host)") {
      if secure.server.isLoopback {
        // A TLS server rejects a plain request at once, whereas a plain server may let a TLS handshake wait.
        if await answers(plain) { found = plain }
      } else if !access.isVerified, await !answers(secure), await answers(plain) {
        found = plain
      }
    }
    let base = found
    state.withLock { $0.base = base }
    return base
  }

  /// Whether a registry responds at `base`.
  private func answers(_ base: WebURL) async -> Bool {
    let client = WebClient(access: access.withoutCredentials(), home: base)
    // Any failure means no; the request that follows reports it.
    guard let answer = try? await client.send(.get, base.appending("v2/")) else { return false }
    return answer.status != 400
  }

  private func token(_ challenge: TokenChallenge, _ scope: String) async throws(RepositoryError) -> String {
    guard let realm = WebURL(challenge.realm),
      realm.server.scheme == .https || realm.server.isLoopback
        || state.withLock({ $0.base?.server.scheme == .http })
    else {
      throw RepositoryError("\(host): it sends for tokens to \(Excerpt.shortened(challenge.realm)), which is not https")
    }
    var url = realm
    var query = Query()
    query.add("service", challenge.service)
    query.add("scope", challenge.scope.isEmpty ? scope : challenge.scope)
    url.query += url.query.isEmpty ? query.text : query.text.replacingText("?", with: "&")
    // The token server receives the registry's credentials, because the registry has named it.
    let answer = try await WebClient(access: access, home: realm).send(.get, url)
    guard answer.status == 200 else { throw await refusal(answer) }
    let bytes: [UInt8]
    do { bytes = try await answer.body.collected(upTo: 1 << 20) } catch {
      throw RepositoryError(error).about(url.shown)
    }
    let value = try? JSON.parse(bytes)
    guard let token = value?["token"]?.string ?? value?["access_token"]?.string, !token.isEmpty else {
      throw RepositoryError("\(realm.text): it answered without a token")
    }
    return token
  }
}

/// The token server that a registry names (`WWW-Authenticate: Bearer …`).
struct TokenChallenge: Hashable, Sendable {
  var realm = ""
  var service = ""
  var scope = ""

  /// `nil` if it is another kind of challenge.
  init?(_ text: String) {
    guard text.prefix(7).lowercased() == "bearer " else { return nil }
    var rest = text.dropFirst(7)
    while let equals = rest.firstIndex(of: "=") {
      let name = rest[..<equals].trimmed().lowercased()
      rest = rest[rest.index(after: equals)...]
      let value: String
      if rest.hasPrefix("\"") {
        value = String(rest.dropFirst().prefix { $0 != "\"" })
        rest = rest.dropFirst().drop { $0 != "\"" }.dropFirst()
      } else {
        value = String(rest.prefix { $0 != "," })
        rest = rest.drop { $0 != "," }
      }
      rest = rest.drop { $0 == "," || $0 == " " }
      switch name {
      case "realm": realm = value
      case "service": service = value
      case "scope": scope = value
      default: break
      }
    }
    if realm.isEmpty { return nil }
  }
}
