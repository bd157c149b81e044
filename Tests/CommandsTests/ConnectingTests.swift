import Client
import Extensions
import Operations
import Platform
import Testing

@testable import Commands

@Suite struct ConnectingTests {
  private let nothing: Environment = ["HOME": "/nonexistent"]

  private func find(_ arguments: String...) async throws -> ClusterSession {
    let outlet = Outlet(print: { _ in }, note: { _ in })
    return try await ClusterSession.find(try Arguments.parse(arguments), nothing, outlet)
  }

  private func sentence(_ arguments: String...) async throws -> String {
    let outlet = Outlet(print: { _ in }, note: { _ in })
    do {
      _ = try await ClusterSession.find(try Arguments.parse(arguments), nothing, outlet)
    } catch {
      return error.sentence
    }
    Issue.record("\(arguments) found a cluster")
    return ""
  }

  @Test func withoutAnyClusterItSaysWhatCanBeDone() async throws {
    let text = try await sentence("list")

    #expect(text.hasPrefix("no kubeconfig was found"), "\(text)")
    #expect(text.contains("--standalone"))
  }

  @Test func theVersionOfThisProgramNeedsNoCluster() async throws {
    let said = Transcript()
    let outlet = Outlet(print: { said.print($0) }, note: { said.note($0) })

    let next = try await Program.obey(try Arguments.parse(["version"]), nothing, outlet)

    guard case .leave(0) = next else {
      Issue.record("it did not end well")
      return
    }
    #expect(said.printed == "ksx         \(ProgramVersion.current)\n")
    #expect(said.noted.hasPrefix("note: no server was asked: no kubeconfig was found"))
  }

  @Test func aClusterThatIsNamedMustBeThereForItsVersion() async throws {
    let said = Transcript()
    let outlet = Outlet(print: { said.print($0) }, note: { said.note($0) })

    await #expect(throws: CommandError.self) {
      try await Program.obey(try Arguments.parse(["version", "--context", "x"]), nothing, outlet)
    }

    #expect(said.printed == "ksx         \(ProgramVersion.current)\n")
  }

  @Test func aMissingFileIsNamed() async throws {
    let text = try await sentence("list", "--kubeconfig", "/nonexistent/config")

    #expect(text.hasPrefix("/nonexistent/config: No such file or directory"), "\(text)")
  }

  @Test(arguments: ["--server=https://h", "--context=a", "--kubeconfig=/f"])
  func twoClustersAtOnceAreRefused(flag: String) async throws {
    #expect(
      try await sentence("list", "--standalone", flag).hasPrefix(
        "--standalone and \(flag.prefix(while: { $0 != "=" }))"))
  }

  @Test func theCommandLineAloneMayNameAServer() async throws {
    let session = try await find(
      "disable", "x", "--server", "https://u:p@h:6443", "--token", "secret-token", "--as", "a b", "--dialect",
      "subscription", "--read-only")

    #expect(session.status.server == "https://h:6443")
    #expect(session.status.identity == "https://h:6443")
    #expect(session.dialect == .subscription)
    #expect(session.status.isReadOnly)
    #expect(session.status.kubectlFlags == ["--server", "https://h:6443", "--as", "a b"])
  }
}
