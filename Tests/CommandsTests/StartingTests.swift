import Platform
import TestSupport
import Testing

@testable import Commands

/// The first screen, where no cluster is named.
@Suite struct StartingTests {
  @Test func aLoginThatFailsSaysWhyAsASentence() async throws {
    let home = TemporaryFolder()
    var environment = Environment([:])
    environment["HOME"] = home.path
    let arguments = try Arguments.parse([])
    let choices = try #require(StartChoices(arguments, [], environment))

    let outcome = await choices.logIn(
      gateway: "http://127.0.0.1:1", user: "ada", password: "secret", environment: environment)
    guard case .failure(let failure) = outcome else {
      Issue.record("nothing listens there")
      return
    }
    #expect(failure.sentence.template == "logging in: {0}")
    #expect(failure.sentence.english.contains("127.0.0.1:1 cannot be reached"))
    #expect(!failure.sentence.english.contains("secret"))
  }
}
