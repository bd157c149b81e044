import Platform
import TestSupport
import Testing

@testable import Client
@testable import HTTP
@testable import Platform

/// Against `openssl s_server`, where there is one.
@Suite(.endsInTime, .needsOpenSSL)
struct TLSTests {
  private let directory = TemporaryFolder()

  @Test func theAuthorityDecidesWhoIsTrusted() async throws {
    let server = try await TLSServer(in: directory.path, name: "IP:127.0.0.1")

    #expect(try await status(server, authority: server.certificate) == 200)
    #expect(try await status(server, authority: nil) == nil)
    let other = try await TLSServer(in: directory.path, name: "IP:127.0.0.1")
    #expect(try await status(server, authority: other.certificate) == nil)
    #expect(try await status(server) { $0.isVerified = false } == 200)
  }

  @Test func theNameMustBeTheHostsOrTheOneGiven() async throws {
    let server = try await TLSServer(in: directory.path, name: "DNS:inside.example")

    #expect(try await status(server, authority: server.certificate) == nil)
    #expect(try await status(server, authority: server.certificate) { $0.serverName = "inside.example" } == 200)
    #expect(try await status(server, authority: server.certificate) { $0.serverName = "other.example" } == nil)
  }

  @Test func aClientShowsItsCertificate() async throws {
    let client = try await TestCertificate(in: directory.path, name: "DNS:client")
    let server = try await TLSServer(in: directory.path, name: "IP:127.0.0.1", clients: client.certificatePath)

    #expect(try await status(server, authority: server.certificate) == nil)
    #expect(
      try await status(server, authority: server.certificate) {
        $0.clientCertificate = client.certificate
        $0.clientKey = client.key
      } == 200)
  }

  @Test(arguments: ["authority", "certificate"])
  func whatIsNoCertificateIsNamed(which: String) async throws {
    let server = try await TLSServer(in: directory.path, name: "IP:127.0.0.1")
    var connection = Connection(server: server.base)
    connection.tls.authority = server.certificate
    if which == "authority" {
      connection.tls.authority = Array("no certificate".utf8)
    } else {
      connection.tls.clientCertificate = Array("no certificate".utf8)
      connection.tls.clientKey = Array("no key".utf8)
    }

    let error = await #expect(throws: TransportError.self) {
      try await CurlTransport(connection).send(HTTPRequest(.get, "/"))
    }

    guard case .invalid(let reason)? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(reason.english.contains(which))
  }

  /// The status of an answer, or `nil` when the other side is not trusted, or does not trust us.
  private func status(
    _ server: TLSServer, authority: [UInt8]? = nil, _ change: (inout Connection.TLS) -> Void = { _ in }
  ) async throws -> Int? {
    var connection = Connection(server: server.base)
    connection.tls.authority = authority
    change(&connection.tls)
    do throws(TransportError) {
      return try await CurlTransport(connection).send(HTTPRequest(.get, "/")).status
    } catch {
      guard case .untrusted = error else { throw error }
      return nil
    }
  }
}

/// A server that answers every request over TLS.
final class TLSServer: Sendable {
  let base: String
  let certificate: [UInt8]
  private let task: Task<Void, Never>

  init(in directory: String, name: String, clients: String? = nil) async throws {
    let files = try await TestCertificate(in: directory, name: name)
    certificate = files.certificate
    let printed = Locked("")
    var arguments = [
      "openssl", "s_server", "-accept", "127.0.0.1:0", "-www", "-cert", files.certificatePath, "-key", files.keyPath,
    ]
    if let clients { arguments += ["-Verify", "1", "-verify_return_error", "-CAfile", clients] }
    // A test run that ends before its last task has stopped the server must not leave it behind.
    let script = #""$@" & while kill -0 $PPID 2>/dev/null; do sleep 0.2; done; kill $!"#
    var process = ChildProcess(["sh", "-c", script, "sh"] + arguments)
    process.whenPrinted = { bytes in printed.withLock { $0 += String(decoding: bytes, as: UTF8.self) } }
    task = Task { [process] in _ = try? await process.run() }
    await eventually { Self.port(in: printed.withLock { $0 }) != nil }
    base = "https://127.0.0.1:\(Self.port(in: printed.withLock { $0 }) ?? 1)"
  }

  deinit { task.cancel() }

  /// The port in a line such as `ACCEPT 127.0.0.1:38459`.
  private static func port(in text: String) -> Int? {
    guard let range = text.rangeOfText("ACCEPT ") else { return nil }
    let line = text[range.upperBound...].prefix { $0 != "\n" }
    guard text[range.upperBound...].contains("\n"), let colon = line.lastIndex(of: ":") else { return nil }
    return Int(line[line.index(after: colon)...])
  }
}
