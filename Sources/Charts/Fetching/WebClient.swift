import Client
import HTTP
import Platform

/// Requests the files of one repository from web servers.
///
/// Uses the libcurl transport that the controllers also use for the cluster: it streams with back-pressure, and treats
/// proxies and certificates as Go does, and so helm.
struct WebClient: Sendable {
  let access: RepositoryAccess
  /// The server that receives the credentials.
  let home: WebURL

  /// The same number as helm's.
  private static let mostRedirects = 10
  /// Seconds without a byte after which a response fails.
  private static let silence = 30

  /// A response, and the URL that it came from after redirects.
  struct Answer: Sendable {
    var status: Int
    var headers: HTTPHeaders
    var body: HTTPBody
    var url: WebURL

    /// The body; throws unless the status is 200.
    func expected() throws(RepositoryError) -> HTTPBody {
      guard status == 200 else {
        throw RepositoryError(status: status, headers, now: Timestamp.now().secondsSince1970).about(url.shown)
      }
      return body
    }
  }

  /// Sends a GET for `url` and follows redirects.
  func get(_ url: WebURL, _ headers: HTTPHeaders = [:]) async throws(RepositoryError) -> Answer {
    try await send(.get, url, headers)
  }

  /// Sends a request for `url` with `method` and follows redirects.
  func send(
    _ method: HTTPRequest.Method, _ url: WebURL, _ headers: HTTPHeaders = [:]
  ) async throws(RepositoryError) -> Answer {
    try await send(HTTPRequest(method, url.target, headers: headers), to: url)
  }

  /// Sends `request` to `url`, whose target replaces the request's own.
  func send(_ request: HTTPRequest, to url: WebURL) async throws(RepositoryError) -> Answer {
    var current = url
    for _ in 0...Self.mostRedirects {
      let response = try await ask(request, current)
      guard [301, 302, 303, 307, 308].contains(response.status), let location = response.headers["Location"] else {
        return Answer(status: response.status, headers: response.headers, body: response.body, url: current)
      }
      guard let next = current.resolving(location) else {
        throw RepositoryError(
          "\(current.shown): it sends on to \(Excerpt.shortened(location)), which is no web address")
      }
      current = next
    }
    throw RepositoryError("\(url.shown): it sends on more than \(Self.mostRedirects) times")
  }

  private func ask(_ wanted: HTTPRequest, _ url: WebURL) async throws(RepositoryError) -> HTTPResponse {
    var request = wanted
    request.target = url.target
    // Credentials for one server are not sent to another after a redirect.
    if url.origin != home.origin { request.headers["Authorization"] = nil }
    if request.headers["Authorization"] == nil, let credentials = credentials(for: url) {
      request.headers["Authorization"] = "Basic " + Base64.encode(Array(credentials.utf8))
    }
    request.timeoutPolicy = .stream(limit: access.timeout, silence: min(Self.silence, access.timeout))
    do {
      if let proxiedServer = access.proxiedServer, url.origin == proxiedServer.origin {
        // The transport adds its own credential.
        request.headers["Authorization"] = nil
        request.target = proxiedServer.prefix + request.target
        return try await proxiedServer.transport.send(request)
      }
      return try await CurlTransport(access.connection(to: url)).send(request)
    } catch {
      throw RepositoryError(error).about(url.shown)
    }
  }

  private func credentials(for url: WebURL) -> String? {
    guard url.origin == home.origin else { return nil }
    if let user = access.user { return "\(user.name):\(user.password)" }
    guard !home.userInfo.isEmpty else { return nil }
    let parts = home.userInfo.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    return parts.map { PercentEncoding.decode($0) }.joined(separator: ":") + (parts.count == 1 ? ":" : "")
  }
}
