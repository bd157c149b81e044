import Client
import HTTP
import Platform

/// Asks web servers for the files of one repository.
///
/// libcurl's transport carries it, which the controllers have anyhow for the cluster: it streams with back-pressure, and
/// its proxies and certificates are those of Go, and so helm's.
struct WebClient: Sendable {
  let access: RepositoryAccess
  /// The server that the credentials belong to.
  let home: WebURL

  /// helm follows as many.
  private static let mostRedirects = 10
  /// Seconds without a byte after which an answer is given up.
  private static let silence = 30

  /// An answer, and where it came from in the end.
  struct Answer: Sendable {
    var status: Int
    var headers: HTTPHeaders
    var body: HTTPBody
    var url: WebURL

    /// The body, if the server says that it is what was asked for.
    func expected() throws(RepositoryError) -> HTTPBody {
      guard status == 200 else {
        throw RepositoryError(status: status, headers, now: Timestamp.now().secondsSince1970).about(url.shown)
      }
      return body
    }
  }

  /// Asks for `url`, and follows where the server sends it.
  func get(_ url: WebURL, _ headers: HTTPHeaders = [:]) async throws(RepositoryError) -> Answer {
    try await send(.get, url, headers)
  }

  /// Asks for `url` by `method`.
  func send(
    _ method: HTTPRequest.Method, _ url: WebURL, _ headers: HTTPHeaders = [:]
  ) async throws(RepositoryError) -> Answer {
    try await send(HTTPRequest(method, url.target, headers: headers), to: url)
  }

  /// Sends `request` to `url`, whatever its own target says.
  func send(_ request: HTTPRequest, to url: WebURL) async throws(RepositoryError) -> Answer {
    var place = url
    for _ in 0...Self.mostRedirects {
      let response = try await ask(request, place)
      guard [301, 302, 303, 307, 308].contains(response.status), let location = response.headers["Location"] else {
        return Answer(status: response.status, headers: response.headers, body: response.body, url: place)
      }
      guard let next = place.resolving(location) else {
        throw RepositoryError("\(place.shown): it sends on to \(Excerpt.shortened(location)), which is no web address")
      }
      place = next
    }
    throw RepositoryError("\(url.shown): it sends on more than \(Self.mostRedirects) times")
  }

  private func ask(_ wanted: HTTPRequest, _ url: WebURL) async throws(RepositoryError) -> HTTPResponse {
    var request = wanted
    request.target = url.target
    // What is given for one server is not shown to another, wherever that one sends us.
    if url.origin != home.origin { request.headers["Authorization"] = nil }
    if request.headers["Authorization"] == nil, let credentials = credentials(for: url) {
      request.headers["Authorization"] = "Basic " + Base64.encode(Array(credentials.utf8))
    }
    request.patience = .stream(limit: access.timeout, silence: min(Self.silence, access.timeout))
    do {
      if let detour = access.detour, url.origin == detour.origin {
        // The credential there is the transport's own.
        request.headers["Authorization"] = nil
        request.target = detour.prefix + request.target
        return try await detour.transport.send(request)
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
