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
    try await certificate("ida", "/O=ops/CN=ida", by: "ca")
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

    try Files.write(try Files.read(folder.path + "/other.crt"), to: folder.path + "/ca.crt")
    await eventually("the authorities are read again") { (try? await asked("eve"))?.hasPrefix("eve ") == true }
    // She comes for the first time: a connection that is open keeps what it was let in by.
    await #expect(throws: TransportError.self) { try await asked("ida") }
  }

  private static func der(_ tag: UInt8, _ parts: [UInt8]...) -> [UInt8] {
    let content = Array(parts.joined())
    return [tag, UInt8(content.count)] + content
  }

  private static func attribute(_ type: UInt8, _ text: String) -> [UInt8] {
    der(0x31, der(0x30, der(0x06, [0x55, 0x04, type]), der(0x0C, Array(text.utf8))))
  }

  /// As Go's crypto/x509 reads it, and kube-apiserver by it.
  @Test func ofSeveralCommonNamesTheLastIsTheUser() {
    let subject = Self.der(
      0x30, Self.attribute(10, "a"), Self.attribute(3, "first"), Self.attribute(10, "b"), Self.attribute(3, "second"))
    let empty = Self.der(0x30)
    let certificate = Self.der(0x30, Self.der(0x30, Self.der(0x02, [1]), empty, empty, empty, subject))

    let user = CertificateSubject.user(of: certificate)

    #expect(user?.name == "second" && user?.groups.prefix(2) == ["a", "b"])
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
