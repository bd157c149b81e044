import Client
import HTTP
import Manifest
import Platform

/// Asks one registry by the OCI distribution API, with the credentials that the repository's object names.
final class RegistryClient: Sendable {
  let host: String
  private let access: RepositoryAccess
  private let state = Locked(State())

  private struct State {
    /// How it is spoken to, once that is known.
    var base: WebURL?
    /// Tokens by what they are for.
    var tokens: [String: String] = [:]
  }

  /// `nil` when `host` names no server.
  init?(host: String, access: RepositoryAccess) {
    guard WebURL("https://\(host)") != nil else { return nil }
    self.host = host
    self.access = access
  }

  /// Asks for `path` below `/v2/`; `scope` says what a token must be for.
  func send(
    _ method: HTTPRequest.Method, _ path: String, accept: [String] = [], scope: String
  ) async throws(RepositoryError) -> WebClient.Answer {
    let headers: HTTPHeaders = accept.isEmpty ? [:] : ["Accept": accept.joined(separator: ", ")]
    return try await send(HTTPRequest(method, "/", headers: headers), to: try await place(path), scope: scope)
  }

  /// Sends a body to an address of the registry.
  func put(
    _ bytes: [UInt8], type: String, to place: WebURL, scope: String
  ) async throws(RepositoryError) -> WebClient.Answer {
    try await send(HTTPRequest(.put, "/", headers: ["Content-Type": type], body: bytes), to: place, scope: scope)
  }

  /// The address of `path` below `/v2/`.
  func place(_ path: String) async throws(RepositoryError) -> WebURL {
    guard let url = try await base().resolving("/v2/" + path) else {
      throw RepositoryError("\(path) is no path of a registry")
    }
    return url
  }

  /// Sends a request with the token for `scope`, and once more with a new one when the registry wants that.
  private func send(
    _ request: HTTPRequest, to url: WebURL, scope: String
  ) async throws(RepositoryError) -> WebClient.Answer {
    let client = WebClient(access: access, home: try await base())
    var request = request
    if let token = state.withLock({ $0.tokens[scope] }) { request.headers["Authorization"] = "Bearer " + token }
    let answer = try await client.send(request, to: url)
    guard answer.status == 401, let challenge = answer.headers["WWW-Authenticate"].flatMap(TokenChallenge.init),
      // Only the registry itself says where its users show their credentials, not another host that it sends on to.
      answer.url.origin == client.home.origin
    else { return answer }
    let token = try await token(challenge, scope)
    state.withLock { $0.tokens[scope] = token }
    request.headers["Authorization"] = "Bearer " + token
    return try await client.send(request, to: url)
  }

  /// The same, and the answer's body, if it says yes.
  func body(
    _ path: String, accept: [String] = [], scope: String
  ) async throws(RepositoryError) -> (answer: WebClient.Answer, body: HTTPBody) {
    let answer = try await send(.get, path, accept: accept, scope: scope)
    if answer.status == 200 { return (answer, answer.body) }
    throw await refusal(answer)
  }

  /// What the registry says of why not.
  func refusal(_ answer: WebClient.Answer) async -> RepositoryError {
    let error = RepositoryError(status: answer.status, answer.headers, now: Timestamp.now().secondsSince1970)
    // Reading on is not worth a failure of its own.
    let bytes = (try? await answer.body.collected(upTo: 64 << 10)) ?? []
    let said = (try? JSON.parse(bytes))?["errors"]?.sequence?.first
    let words = [said?["code"]?.string, said?["message"]?.string].compactMap { $0 }.joined(separator: ": ")
    var told = error.about(answer.url.shown)
    if !words.isEmpty { told.description += ": " + Excerpt.shortened(words) }
    return told
  }

  /// https, or http where that is all there is on this machine or where no certificate is wanted.
  private func base() async throws(RepositoryError) -> WebURL {
    if let known = state.withLock({ $0.base }) { return known }
    guard let secure = WebURL("https://\(host)") else { throw RepositoryError("\(host) is no name of a registry") }
    var found = secure
    if let plain = WebURL("http://\(host)") {
      if secure.server.isLoopback {
        // A server that wants TLS says so to who does without; the other way round some only wait.
        if await answers(plain) { found = plain }
      } else if !access.isVerified, await !answers(secure), await answers(plain) {
        found = plain
      }
    }
    let base = found
    state.withLock { $0.base = base }
    return base
  }

  /// Whether a registry answers there.
  private func answers(_ base: WebURL) async -> Bool {
    let client = WebClient(access: access.withoutCredentials(), home: base)
    // Any failure means no, and the request that follows tells it.
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
    // The user is the registry's, which says where tokens are given out.
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

/// Where a registry says that tokens are given out (`WWW-Authenticate: Bearer …`).
struct TokenChallenge: Hashable, Sendable {
  var realm = ""
  var service = ""
  var scope = ""

  /// `nil` for another kind of challenge.
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
