import Client
import Extensions
import HTTP
import Platform
import TestSupport
import Testing

@testable import Operations

/// No write of console or commands goes past the guardrails, and none is missing in the journal.
@Suite struct SupervisionTests {
  private let folder = TemporaryFolder()

  private struct Server: Transport {
    let seen = Locked<[String]>([])

    func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
      seen.withLock { $0.append("\(request.method.rawValue) \(request.target)") }
      return HTTPResponse(status: 200, bytes: [])
    }
  }

  private func supervision(_ yaml: String) -> Supervision {
    var guardrails = Guardrails()
    guardrails.rules = Guardrails.rules(in: "guardrails:\n" + yaml, "f")
    return Supervision(
      guardrails, scope: .init(context: "prod", server: "s"),
      journal: Journal(folder: folder.path, systemLog: folder.path + "/none"))
  }

  private func reason(
    _ yaml: String, _ requests: HTTPRequest..., action: IntendedAction? = nil
  ) async -> String? {
    let transport = SupervisedTransport(Server(), supervision(yaml))
    for request in requests {
      do throws(TransportError) {
        if let action {
          _ = try await action.carryOut { () throws(TransportError) in try await transport.send(request) }
        } else {
          _ = try await transport.send(request)
        }
      } catch {
        if case .invalid(let reason) = error { return reason.english }
      }
    }
    return nil
  }

  @Test func aWriteThatSaysNotWhatItIsForIsBoundByWhatHoldsForAll() async {
    #expect(
      await reason("- read-only: true", HTTPRequest(.patch, "/a"))
        == "a guardrail of this computer says no: prod is read-only (f)")
    #expect(
      await reason("- typed: all", HTTPRequest(.delete, "/a"))?.contains("this must be confirmed by typing") == true)
    #expect(await reason("", HTTPRequest(.patch, "/a")) == nil)
  }

  @Test(arguments: [
    HTTPRequest(.get, "/a"), HTTPRequest(.patch, "/a?dryRun=All"),
    HTTPRequest(.post, "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"),
  ])
  func whatChangesNothingIsLetThrough(request: HTTPRequest) async throws {
    #expect(await reason("- read-only: true", request) == nil)
    #expect(try Journal(folder: folder.path, systemLog: "").lines().isEmpty)
  }

  @Test func whatIsWrittenToIsCounted() async {
    let action = IntendedAction(["upgrade"], names: [])
    let (one, two) = (HTTPRequest(.patch, "/a?x=1"), HTTPRequest(.patch, "/b"))

    #expect(await reason("- at-most: 1", one, one, action: action) == nil)
    #expect(await reason("- at-most: 1", two, action: action)?.contains("at most 1 objects") == true)
  }

  @Test func aChangeWithinACommandIsJudgedByItsOwnNameAsWell() async {
    let action = IntendedAction(["apply"]).making(.uninstall)

    #expect(
      await reason("- deny: [uninstall]", HTTPRequest(.delete, "/a"), action: action)?.contains("uninstall is denied")
        == true)
    #expect(await reason("- deny: [upgrade]", HTTPRequest(.delete, "/a"), action: action) == nil)
  }

  @Test func theJournalTellsWhatWasSentAndWhatWasNot() async throws {
    let action = IntendedAction(["disable"], names: ["a"], reason: "noise")
    _ = await reason("- deny: [disable]", HTTPRequest(.patch, "/a?token=x"), action: action)
    _ = await reason("", HTTPRequest(.patch, "/a?token=x"), action: action)

    let lines = try Journal(folder: folder.path, systemLog: "").lines()
    #expect(lines.map(\.outcome) == ["refused: disable is denied in prod (f)", "sending", "done (200)"])
    #expect(lines.allSatisfy { $0.text("target") == "/a" && $0.text("reason") == "noise" })
  }
}
