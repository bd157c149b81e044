import Glibc
import Platform
import TestSupport
import Testing

@testable import Client
@testable import HTTP
@testable import Platform

/// A cluster that can only be reached through a proxy.
@Suite(.endsInTime)
struct ProxyTests {
  private let directory = TemporaryFolder()

  @Test func aServerWithoutTLSIsAskedThroughTheProxyByItsWholeAddress() async throws {
    let proxy = LoopbackServer { _ in .answer("200 OK", "through") }

    let response = try await send(to: "http://cluster.invalid:6443", by: proxy.base)

    #expect(try await response.body.collected() == Array("through".utf8))
    #expect(proxy.requests.map(\.target) == ["http://cluster.invalid:6443/version"])
  }

  @Test(.needsOpenSSL)
  func tlsGoesThroughATunnelWithTheUserOfTheProxy() async throws {
    let server = try await TLSServer(in: directory.path, name: "IP:127.0.0.1")
    let port = try #require(ServerAddress(server.base)?.port)
    let proxy = LoopbackServer { _ in [.send("HTTP/1.1 200 Connection established\r\n\r\n"), .tunnel(port: port)] }
    let url = "http://ada:s3cret@" + proxy.base.dropFirst("http://".count)

    let response = try await send(to: server.base, by: url, trusting: server.certificate)

    #expect(response.status == 200)
    let request = try #require(proxy.requests.first)
    #expect("\(request.method) \(request.target)" == "CONNECT 127.0.0.1:\(port)")
    #expect(request.headers["Proxy-Authorization"] == "Basic " + Base64.encode(Array("ada:s3cret".utf8)))
    #expect(request.headers["Authorization"] == nil, "the proxy is not shown what is meant for the server")
  }

  @Test func aSOCKSProxyCarriesToo() async throws {
    let server = LoopbackServer { _ in .answer("200 OK", "through") }
    let port = try #require(ServerAddress(server.base)?.port)
    let proxy = LoopbackServer { _ in [.tunnel(port: port)] }

    let response = try await send(to: server.base, by: "socks5://" + proxy.base.dropFirst("http://".count))

    #expect(try await response.body.collected() == Array("through".utf8))
    #expect(proxy.requests.map(\.target) == ["127.0.0.1:\(port)"])
    #expect(server.requests.map(\.target) == ["/version"])
  }

  @Test func aNameInOtherLettersGoesToTheProxyInASCII() async throws {
    let proxy = LoopbackServer { _ in .answer("200 OK", "through") }

    _ = try await send(to: "http://bücher.invalid:6443", by: proxy.base)

    #expect(proxy.requests.map(\.target) == ["http://xn--bcher-kva.invalid:6443/version"])
    #expect(proxy.requests.map { $0.headers["Host"] } == ["xn--bcher-kva.invalid:6443"])
  }

  @Test(arguments: ["socks5", "SOCKS5", "socks5h"])
  func namesAreLeftToASOCKSProxy(scheme: String) async throws {
    let server = LoopbackServer { _ in .answer("200 OK", "through") }
    let port = try #require(ServerAddress(server.base)?.port)
    let proxy = LoopbackServer { _ in [.tunnel(port: port)] }
    let address = "\(scheme)://" + proxy.base.dropFirst("http://".count)

    for name in ["named.invalid", "inside.invalid"] {
      var connection = Connection(server: "http://\(name):6443")
      if name == "named.invalid" { connection.proxy = address }
      connection.proxyRules = ProxyRules(["HTTP_PROXY": address, "NO_PROXY": "named.invalid"])

      let response = try await CurlTransport(connection).send(HTTPRequest(.get, "/version"))

      #expect(try await response.body.collected() == Array("through".utf8))
    }
    #expect(proxy.requests.map(\.target) == ["named.invalid:6443", "inside.invalid:6443"])
  }

  /// kubectl 1.33 does the same; the proxy here gives no tunnel, so that trust only shows in what fails.
  @Test(.needsOpenSSL)
  func aProxyBehindTLSIsTrustedAsTheServerIs() async throws {
    let proxy = try await TLSServer(in: directory.path, name: "IP:127.0.0.1")
    func isTrusted(_ server: String, _ change: (inout Connection) -> Void) async -> Bool {
      var connection = Connection(server: server)
      connection.proxy = proxy.base
      change(&connection)
      let error = await #expect(throws: TransportError.self) {
        try await CurlTransport(connection).send(HTTPRequest(.post, "/version"))
      }
      return !"\(String(describing: error))".contains("certificate")
    }
    let (secure, plain) = ("https://cluster.invalid:6443", "http://cluster.invalid")

    #expect(await !isTrusted(secure) { _ in })
    #expect(await !isTrusted(plain) { $0.tls.authority = proxy.certificate })
    #expect(await !isTrusted(plain) { $0.tls.isVerified = false })
    #expect(
      await isTrusted(secure) {
        $0.tls.authority = proxy.certificate
        $0.connectTimeout = 2
      })
    #expect(
      await isTrusted(secure) {
        $0.tls.isVerified = false
        $0.connectTimeout = 2
      })
  }

  @Test func onlyTheVariablesThatGoReadsNameAProxy() async throws {
    let proxy = LoopbackServer { _ in .answer("200 OK", "through") }
    let server = LoopbackServer { _ in .answer("200 OK", "direct") }
    func answer(_ environment: Environment, from base: String) async throws -> String {
      var connection = Connection(server: base)
      connection.proxyRules = ProxyRules(environment)
      let response = try await CurlTransport(connection).send(HTTPRequest(.get, "/version"))
      return String(decoding: try await response.body.collected(), as: UTF8.self)
    }

    #expect(try await answer(["HTTP_PROXY": proxy.base], from: "http://cluster.invalid") == "through")
    #expect(try await answer(["http_proxy": proxy.base], from: "http://cluster.invalid") == "through")
    #expect(try await answer(["HTTP_PROXY": proxy.base], from: server.base) == "direct")
    for variable in ["ALL_PROXY", "all_proxy", "HTTPS_PROXY"] {
      await #expect(throws: TransportError.self) {
        try await answer([variable: proxy.base], from: "http://cluster.invalid")
      }
    }
  }

  @Test func aProxyThatRefusesIsNamedWithoutItsPassword() async {
    let proxy = LoopbackServer { _ in .answer("407 Proxy Authentication Required", "") }
    let url = "http://ada:hunter2secret@" + proxy.base.dropFirst("http://".count)

    let error = await #expect(throws: TransportError.self) {
      try await send(to: "https://cluster.invalid:6443", by: url)
    }

    // Nothing was sent, so there is no doubt of what became of it.
    let reason: Sentence = "the proxy \(proxy.base.dropFirst("http://".count)) asks for a user name and a password"
    #expect(error == .unreachable(host: "cluster.invalid:6443", reason: reason))
    #expect(!"\(String(describing: error))".contains("hunter2secret"))
  }

  @Test(arguments: [("403 Forbidden", "answered 403"), ("502 Bad Gateway", "answered 502")])
  func aProxyThatDoesNotLeadThereIsNamed(status: String, words: String) async {
    let proxy = LoopbackServer { _ in .answer(status, "") }

    let error = await #expect(throws: TransportError.self) {
      try await send(to: "https://cluster.invalid:6443", by: proxy.base)
    }

    let reason: Sentence = "the proxy \(proxy.base.dropFirst("http://".count)) \(words)"
    #expect(error == .unreachable(host: "cluster.invalid:6443", reason: reason))
  }

  @Test func aProxyThatIsNotThereIsNamedAndNotTheServer() async {
    let error = await #expect(throws: TransportError.self) {
      try await send(to: "https://cluster.invalid:6443", by: "http://127.0.0.1:1")
    }

    #expect(error == .unreachable(host: "the proxy 127.0.0.1:1", reason: "connection refused"))
  }

  private func send(
    to server: String, by proxy: String, trusting authority: [UInt8]? = nil
  ) async throws(TransportError) -> HTTPResponse {
    var connection = Connection(server: server)
    connection.proxy = proxy
    connection.tls.authority = authority
    connection.credentials = FixedCredential(.bearer("t"))
    return try await CurlTransport(connection).send(HTTPRequest(.get, "/version"))
  }
}
