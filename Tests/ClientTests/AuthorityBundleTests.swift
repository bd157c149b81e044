import TestSupport
import Testing

@testable import Client
@testable import HTTP
@testable import Platform

/// A bundle of authorities in which something is not a certificate: Go passes over it (`x509.CertPool.AppendCertsFromPEM`).
@Suite(.endsInTime, .needsOpenSSL)
struct AuthorityBundleTests {
  private let directory = TemporaryFolder()

  @Test(arguments: [
    "-----BEGIN CERTIFICATE-----\nbm8gY2VydGlmaWNhdGU=\n-----END CERTIFICATE-----\n",
    "-----BEGIN CERTIFICATE-----\n%%%%\n-----END CERTIFICATE-----\n",
    "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n",
    "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n",
    "-----BEGIN CERTIFICATE-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: DES-CBC,0102030405060708\n\nMAA=\n-----END CERTIFICATE-----\n",
    "-----BEGIN X509 CRL-----\nMAA=\n-----END X509 CRL-----\n", "just words\n",
  ])
  func whatIsNoCertificateIsPassedOver(block: String) async throws {
    let server = try await TLSServer(in: directory.path, name: "IP:127.0.0.1")
    for bundle in [Array(block.utf8) + server.certificate, server.certificate + Array(block.utf8)] {
      var connection = Connection(server: server.base)
      connection.tls.authority = AuthorityBundle.readable(bundle)

      #expect(try await CurlTransport(connection).send(HTTPRequest(.get, "/")).status == 200)
    }
  }

  @Test func aCertificateThatIsCutShortIsNone() async throws {
    let whole = try await TestCertificate(in: directory.path, name: "DNS:a").certificate
    let content = try #require(PEM(whole).blocks.first?.content)
    for count in [0, 1, 4, 40, content.count - 1] {
      let text =
        "-----BEGIN CERTIFICATE-----\n\(Base64.encode(Array(content.prefix(count))))\n-----END CERTIFICATE-----\n"

      #expect(AuthorityBundle.readable(Array(text.utf8)).isEmpty)
    }
    #expect(AuthorityBundle.readable(whole) == whole)
  }

  @Test func anAuthorityWithoutAnyCertificateIsNamed() async {
    var connection = Connection(server: "https://127.0.0.1:1")
    connection.tls.authority = []

    let error = await #expect(throws: TransportError.self) {
      try await CurlTransport(connection).send(HTTPRequest(.get, "/"))
    }

    #expect("\(String(describing: error))".contains("s certificate cannot be read"))
  }
}
