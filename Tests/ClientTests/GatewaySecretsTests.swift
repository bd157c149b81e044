import Platform
import TestSupport
import Testing

@testable import Client
@testable import HTTP
@testable import Platform

/// Plants secrets and looks for them wherever a person could find them.
@Suite struct GatewaySecretsTests {
  private let directory = TemporaryFolder()
  private static let secrets = ["planted-password", "planted-access", "planted-refresh"]

  private func expectNone(in text: String, sourceLocation: SourceLocation = #_sourceLocation) {
    for secret in Self.secrets {
      #expect(!text.contains(secret), "\(secret) in \(text)", sourceLocation: sourceLocation)
    }
  }

  private func seen(_ thing: Any) -> String {
    var text = "\(thing) " + String(reflecting: thing)
    dump(thing, to: &text)
    return text
  }

  /// A gateway that repeats in its refusals whatever it was sent.
  private static let parrot = ScriptedTransport { request, number throws(TransportError) in
    let sent = String(decoding: request.body, as: UTF8.self) + (request.headers["Authorization"] ?? "")
    switch number {
    case 0: return .json(#"{"access_token":"planted-access","refresh_token":"planted-refresh","expires_in":7200}"#)
    case 1: return .json(400, #"{"error":"invalid_grant","error_description":"\#(sent)"}"#)
    case 2: throw .interrupted(reason: Sentence(verbatim: sent))
    default: throw .unreachable(host: "ks", reason: Sentence(verbatim: sent))
    }
  }

  @Test func noErrorDescriptionOrDumpShowsThem() async throws {
    let store = TokenStore(profile: "p", server: "https://ks", directory: directory.path)
    let session = GatewaySession(gateway: Self.parrot, store: store)
    try await session.login(user: "ada", password: "planted-password")
    let credential = try await session.credential(insteadOf: nil)
    let transport = GatewayTransport(Self.parrot, credentials: FixedCredential(credential))
    let token = try #require(try store.read())

    for thing in [credential, FixedCredential(credential), token, store, session, transport] as [Any] {
      expectNone(in: seen(thing))
    }
    for _ in 0..<3 {
      let error = await #expect(throws: GatewayError.self) {
        try await session.login(user: "ada", password: "planted-password")
      }
      expectNone(in: seen(error as Any))
      let refused = await #expect(throws: TransportError.self) {
        try await session.credential(insteadOf: credential)
      }
      expectNone(in: seen(refused as Any))
      let unsent = await #expect(throws: TransportError.self) { try await transport.send(HTTPRequest(.get, "/apis/x")) }
      expectNone(in: seen(unsent as Any))
    }
    let logout = await #expect(throws: GatewayError.self) { try await session.logout() }
    expectNone(in: seen(logout as Any))
  }

  @Test func onlyTheFileOfTheTokenHoldsThemAndNeverThePassword() async throws {
    let gateway = ScriptedTransport { _, _ in
      .json(#"{"access_token":"planted-access","refresh_token":"planted-refresh","expires_in":7200}"#)
    }
    let store = TokenStore(profile: "p", server: "https://ks", directory: directory.path)

    try await GatewaySession(gateway: gateway, store: store).login(user: "ada", password: "planted-password")

    #expect(try Files.names(in: directory.path) == ["tokens"])
    #expect(try Files.names(in: directory.path + "/tokens") == ["p.json"])
    let text = try Files.text(store.path)
    #expect(text.contains("planted-access") && text.contains("planted-refresh"))
    #expect(!text.contains("planted-password"))
  }
}
