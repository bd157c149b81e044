import TestSupport
import Testing

@testable import Client
@testable import HTTP
@testable import Platform

/// Certificates that are renewed while a session runs.
@Suite(.endsInTime, .needsOpenSSL)
struct TLSFilesTests {
  private let directory = TemporaryFolder()
  private var certificate: String { directory.path + "/client.crt" }
  private var key: String { directory.path + "/client.key" }
  private var authority: String { directory.path + "/ca.crt" }

  @Test func aRenewedPairIsShownFromTheNextRequestOn() async throws {
    let (old, new) = (try await pair(), try await pair())
    let first = try await server(for: old)
    let second = try await server(for: new)
    try write(old)
    let session = try session()

    #expect(await status(session, first) == 200)
    #expect(await status(session, second) == nil)
    try write(new)
    #expect(await status(session, second) == 200)
    #expect(await status(session, first) == nil)
  }

  @Test func aPairThatIsHalfWrittenIsNotTaken() async throws {
    let (old, new) = (try await pair(), try await pair())
    let server = try await server(for: old)
    let next = try await self.server(for: new)
    try write(old)
    let session = try session()
    #expect(await status(session, server) == 200)

    // Half a file; then a certificate whose key has not come yet; then nothing at all.
    try Files.write(Array(new.certificate.prefix(200)), to: certificate)
    #expect(await status(session, server) == 200)
    try Files.write(new.certificate, to: certificate)
    #expect(await status(session, server) == 200)
    #expect(await status(session, server) == 200)
    try Files.remove(key)
    #expect(await status(session, server) == 200)
    try Files.write(new.key, to: key)

    #expect(await status(session, next) == 200)
  }

  @Test func aRenewedAuthorityIsTrustedFromTheNextRequestOn() async throws {
    let client = try await pair()
    let (first, second) = (try await server(for: client), try await server(for: client))
    try write(client)
    try Files.write(first.certificate, to: authority)
    let session = try session(authority: "certificate-authority: ca.crt")

    #expect(await status(session, first) == 200)
    #expect(await status(session, second) == nil)
    try Files.write(second.certificate, to: authority)
    #expect(await status(session, second) == 200)
  }

  @Test func whatStandsInTheKubeconfigItselfStays() throws {
    let text = """
      current-context: x
      contexts: [{name: x, context: {cluster: c, user: u}}]
      clusters: [{name: c, cluster: {server: "https://h", certificate-authority-data: Q0E=}}]
      users: [{name: u, user: {client-certificate-data: Q0E=, client-key: a.key}}]
      """
    let context = try Kubeconfig.load(environment: ["KUBECONFIG": "/f"]) { path in
      Array((path == "/f" ? text : "KEY").utf8)
    }

    #expect(context.connection.tlsFiles == nil)
  }

  private func pair() async throws -> TestCertificate {
    try await TestCertificate(in: directory.path, name: "DNS:client")
  }

  /// A server that lets in only who shows the certificate of `pair`.
  private func server(for pair: TestCertificate) async throws -> TLSServer {
    try await TLSServer(in: directory.path, name: "IP:127.0.0.1", clients: pair.certificatePath)
  }

  private func write(_ pair: TestCertificate) throws {
    try Files.write(pair.certificate, to: certificate)
    try Files.write(pair.key, to: key)
  }

  /// A connection as a kubeconfig with paths gives it.
  private func session(authority: String = "insecure-skip-tls-verify: true") throws -> Connection {
    let config = """
      current-context: x
      contexts: [{name: x, context: {cluster: c, user: u}}]
      clusters: [{name: c, cluster: {server: "https://h", \(authority)}}]
      users: [{name: u, user: {client-certificate: client.crt, client-key: client.key}}]
      """
    try Files.write(Array(config.utf8), to: directory.path + "/config")
    var options = KubeconfigOptions()
    options.kubeconfig = directory.path + "/config"
    return try Kubeconfig.load(options).connection
  }

  /// The status of an answer, or `nil` when there is no trust.
  private func status(
    _ session: Connection, _ server: TLSServer
  ) async -> Int? {
    var connection = session
    connection.server = server.base
    do throws(TransportError) {
      return try await CurlTransport(connection).send(HTTPRequest(.get, "/")).status
    } catch {
      if case .untrusted = error { return nil }
      Issue.record("\(error)")
      return nil
    }
  }
}
