import Manifest
import Platform
import TestSupport
import Testing

@testable import Client
@testable import HTTP
@testable import Platform

/// Client keys that open only with a passphrase, which nothing here asks for.
@Suite(.endsInTime, .needsOpenSSL)
struct EncryptedKeyTests {
  private let directory = TemporaryFolder()

  /// What openssl writes: PKCS#8 in a newer and an older way, and the formats of before.
  enum Format: String, CaseIterable {
    case pkcs8 = "pkcs8 -topk8 -v2 aes-256-cbc"
    case olderPKCS8 = "pkcs8 -topk8 -v1 PBE-SHA1-3DES"
    case ec = "ec -aes256"
    case rsa = "rsa -aes128 -traditional"
  }

  @Test(arguments: Format.allCases)
  func aKeyThatIsEncryptedIsKnownAsSuch(format: Format) async throws {
    let (plain, encrypted) = try await keys(format)

    #expect(PEM(encrypted).hasEncryptedKey)
    #expect(!PEM(plain).hasEncryptedKey)
    #expect(!PEM(Array("no key".utf8)).hasEncryptedKey)
  }

  @Test(arguments: Format.allCases)
  func libcurlDoesNotAskForThePassphrase(format: Format) async throws {
    let server = try await TLSServer(in: directory.path, name: "IP:127.0.0.1")
    var connection = Connection(server: server.base)
    connection.tls.authority = server.certificate
    connection.tls.clientCertificate = server.certificate
    connection.tls.clientKey = try await keys(format).encrypted

    let error = await #expect(throws: TransportError.self) {
      try await CurlTransport(connection).send(HTTPRequest(.get, "/"))
    }

    guard case .invalid(let reason)? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(reason.english.hasPrefix("the client certificate or its key cannot be used"))
  }

  @Test(arguments: ["garbage", "", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", nil])
  func aKeyThatTLSCannotUseIsNamed(text: String?) async throws {
    let server = try await TLSServer(in: directory.path, name: "IP:127.0.0.1")
    var connection = Connection(server: server.base)
    connection.tls.authority = server.certificate
    connection.tls.clientCertificate = server.certificate
    // Without a text it is a key, and of another certificate.
    connection.tls.clientKey = if let text { Array(text.utf8) } else { try await keys(.ec).plain }
    connection.tls.clientKeyName = "/home/ada/ada.key of the user ada"

    let error = await #expect(throws: TransportError.self) {
      try await CurlTransport(connection).send(HTTPRequest(.get, "/"))
    }

    let words: Sentence =
      "the client key /home/ada/ada.key of the user ada is no private key, or not that of the client certificate"
    #expect(error == .invalid(reason: words))
  }

  @Test(arguments: Format.allCases)
  func aKubeconfigSaysWhoseKeyItIs(format: Format) async throws {
    let key = try await keys(format).encrypted
    try Files.write(key, to: directory.path + "/ada.key")

    let inFile = problem(user: "client-certificate-data: Q0E=, client-key: ada.key")
    let inData = problem(user: "client-certificate-data: Q0E=, client-key-data: \(Base64.encode(key))")
    let byOption = problem(user: "client-certificate-data: Q0E=") { $0.clientKey = directory.path + "/ada.key" }

    #expect(
      inFile.hasPrefix(
        "\(directory.path)/config:4: the client key \(directory.path)/ada.key of the user u is encrypted"))
    #expect(
      inData.hasPrefix("\(directory.path)/config:4: the client key in client-key-data of the user u is encrypted"))
    #expect(byOption.hasPrefix("the client key \(directory.path)/ada.key (--client-key) is encrypted"))
  }

  @Test func aPluginThatPrintsOneIsNamed() async throws {
    let key = try await keys(.pkcs8).encrypted
    let answer = JSON.text([
      "apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential",
      "status": [
        "clientCertificateData": "CERT", "clientKeyData": .string(String(decoding: key, as: UTF8.self)),
      ],
    ])
    let user = Kubeconfig.Entry(
      name: "u",
      node: try #require(
        try YAML.node(
          "{command: plug, apiVersion: client.authentication.k8s.io/v1, interactiveMode: Never}")), file: "/f")
    let settings = try ExecSettings(user, cluster: nil, connection: Connection(server: "https://h"))

    let error = #expect(throws: TransportError.self) { try ExecAnswer(Array(answer.utf8), settings) }

    #expect(
      "\(String(describing: error))".contains("the client key that the credential plugin plug printed is encrypted"))
  }

  @Test func aRunningSessionKeepsTheKeyItHasAndSaysSo() async throws {
    let pair = try await TestCertificate(in: directory.path, name: "DNS:client")
    let server = try await TLSServer(in: directory.path, name: "IP:127.0.0.1", clients: pair.certificatePath)
    var paths = TLSFiles.Paths()
    (paths.clientCertificate, paths.clientKey) = (pair.certificatePath, pair.keyPath)
    var connection = Connection(server: server.base)
    connection.tls.authority = server.certificate
    (connection.tls.clientCertificate, connection.tls.clientKey) = (pair.certificate, pair.key)
    connection.tlsFiles = TLSFiles(paths)

    try Files.write(try await keys(.pkcs8).encrypted, to: pair.keyPath)
    let response = try await CurlTransport(connection).send(HTTPRequest(.get, "/"))
    try Files.write(pair.key, to: pair.keyPath)
    let later = try await CurlTransport(connection).send(HTTPRequest(.get, "/"))

    let warning = try #require(response.headers["Warning"])
    #expect(
      Warnings.texts(of: warning) == [
        "the client key in \(pair.keyPath) is encrypted now; the one from before stays in use"
      ])
    #expect(later.headers["Warning"] == nil)
  }

  private func keys(_ format: Format) async throws -> (plain: [UInt8], encrypted: [UInt8]) {
    let (plain, encrypted) = (directory.path + "/plain", directory.path + "/encrypted")
    let algorithm =
      format == .rsa
      ? ["RSA", "-pkeyopt", "rsa_keygen_bits:2048"] : ["EC", "-pkeyopt", "ec_paramgen_curve:prime256v1"]
    try await run(["genpkey", "-algorithm"] + algorithm + ["-out", plain])
    try await run(
      format.rawValue.split(separator: " ").map(String.init) + [
        "-in", plain, "-out", encrypted, "-passout", "pass:hunter2",
      ])
    return (try Files.read(plain), try Files.read(encrypted))
  }

  private func run(_ arguments: [String]) async throws {
    let outcome = try await ChildProcess(["openssl"] + arguments).run()
    try #require(outcome.hasSucceeded, "\(outcome.errorText)")
  }

  private func problem(user: String, _ change: (inout KubeconfigOptions) -> Void = { _ in }) -> String {
    let text = """
      current-context: x
      contexts: [{name: x, context: {cluster: c, user: u}}]
      clusters: [{name: c, cluster: {server: "https://h"}}]
      users: [{name: u, user: {\(user)}}]
      """
    do {
      try Files.write(Array(text.utf8), to: directory.path + "/config")
      var options = KubeconfigOptions()
      options.kubeconfig = directory.path + "/config"
      change(&options)
      return "no error but \(try Kubeconfig.load(options).server)"
    } catch {
      return "\(error)"
    }
  }
}
