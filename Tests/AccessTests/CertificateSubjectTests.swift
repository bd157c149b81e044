import Client
import HTTP
import HTTPServer
import KubernetesAPI
import Platform
import TestSupport
import Testing

@testable import Access

/// Users who show a certificate.
@Suite(.needsOpenSSL) struct CertificateSubjectTests {
  private let folder = TemporaryFolder()

  private func openssl(_ arguments: String...) async throws {
    let outcome = try await ChildProcess(["openssl"] + arguments).run()
    try #require(outcome.hasSucceeded, "\(outcome.errorText)")
  }

  /// A certificate of `subject` that the authority `ca` has signed, and its key, as PEM files.
  private func certificate(_ name: String, _ subject: String, by ca: String) async throws {
    let path = folder.path + "/"
    try await openssl(
      "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", subject, "-keyout",
      path + name + ".key", "-out", path + name + ".csr")
    try Files.write(Array("extendedKeyUsage=clientAuth\n".utf8), to: path + "extensions")
    try await openssl(
      "x509", "-req", "-in", path + name + ".csr", "-CA", path + ca + ".crt", "-CAkey", path + ca + ".key",
      "-CAcreateserial", "-days", "2", "-extfile", path + "extensions", "-out", path + name + ".crt")
  }

  private func authority(_ name: String) async throws {
    let path = folder.path + "/"
    try await openssl(
      "req", "-x509", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
      "-subj", "/CN=\(name)", "-keyout", path + name + ".key", "-out", path + name + ".crt")
  }

  @Test func aCertificateOfTheAuthorityMakesAUserAndOthersDoNot() async throws {
    defer { folder.remove() }
    try await authority("ca")
    try await authority("other")
    try await certificate("ada", "/O=ops/O=dev/CN=ada", by: "ca")
    try await certificate("eve", "/O=system:masters/CN=eve", by: "other")
    let shown = try await TestCertificate.shared
    let files = Listener.Certificate(
      chainFile: shown.certificatePath, keyFile: shown.keyPath, clientAuthorities: folder.path + "/ca.crt")
    let server = try await Server.start(
      Authenticator(users: TokenTable(), trustsCertificates: true, around: WhoAsks()),
      on: [.port(host: "127.0.0.1", port: 0, certificate: files)])
    defer { Task { await server.stop(grace: .zero) } }

    func asked(_ name: String?) async throws -> String {
      var connection = Connection(server: server.addresses[0])
      connection.tls.authority = shown.certificate
      if let name {
        connection.tls.clientCertificate = try Files.read(folder.path + "/\(name).crt")
        connection.tls.clientKey = try Files.read(folder.path + "/\(name).key")
      }
      let transport = CurlTransport(connection)
      let answer = try await transport.send(HTTPRequest(.get, "/"))
      return String(decoding: try await answer.body.collected(), as: UTF8.self)
    }
    #expect(try await asked("ada") == "ada ops,dev,system:authenticated")
    #expect(try await asked(nil) == "system:anonymous system:unauthenticated")
    await #expect(throws: TransportError.self) { try await asked("eve") }
  }

  @Test func whatIsNoCertificateIsNoUser() async throws {
    defer { folder.remove() }
    try await authority("ca")
    try await certificate("ada", "/O=ops/CN=ada", by: "ca")
    try await openssl("x509", "-in", folder.path + "/ada.crt", "-outform", "DER", "-out", folder.path + "/ada.der")
    let whole = try Files.read(folder.path + "/ada.der")

    #expect(CertificateSubject.user(of: whole)?.name == "ada")
    for length in stride(from: 0, to: whole.count, by: 3) { _ = CertificateSubject.user(of: Array(whole[..<length])) }
    for place in whole.indices {
      var changed = whole
      changed[place] ^= 0xFF
      _ = CertificateSubject.user(of: changed)
    }
  }

  /// Says who the caller is.
  private struct WhoAsks: CallerHandler {
    func respond(to request: IncomingRequest, from caller: Caller) async -> HTTPResponse {
      let text = caller.user.name + " " + caller.user.groups.joined(separator: ",")
      return HTTPResponse(
        status: 200, headers: ["Content-Length": String(text.utf8.count)], bytes: Array(text.utf8))
    }
  }
}
