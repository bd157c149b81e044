import TestSupport
import Testing

@testable import Client
@testable import HTTP
@testable import KubernetesAPI
@testable import Platform

// Who asks, as the command line says it over the files.
extension KubeconfigTests {
  @Test func groupsWithoutAUserAreRefused() {
    #expect(problem { $0.impersonatedGroups = ["g"] }.description.contains("--as USER"))
  }

  @Test func aUserNameAndAPasswordTakeThePlaceOfTheFiles() async throws {
    func authorization(_ change: (inout KubeconfigOptions) -> Void) async throws -> String? {
      try await load(Self.everyFile, change).connection.credentials?.credential(insteadOf: nil).headers["Authorization"]
    }
    func basic(_ text: String) -> String { "Basic " + Base64.encode(Array(text.utf8)) }

    #expect(
      try await authorization {
        $0.context = "test"
        $0.username = "eve"
        $0.password = "p:w"
      } == basic("eve:p:w"))
    #expect(
      try await authorization {
        $0.context = "third"
        $0.password = "other"
      } == basic("carl:other"))
    #expect(
      problem { $0.password = "hunter2" }.description == "a password is given, but no user name. Add --username NAME")
    #expect(
      problem {
        $0.username = "eve"
        $0.token = "hunter2"
      }.problem == "both a token and a user name or password are given")
  }

  @Test func attributesToActAsAreSentWithTheUser() async throws {
    let context = try load { options in
      options.impersonatedUser = "eve"
      options.impersonatedExtra = ["scopes": ["view", "edit"], "acme.com/dept": ["7"]]
    }

    let fields = try await context.connection.credentials?.credential(insteadOf: nil).headers.fields
    #expect(
      fields?.map { "\($0.name): \($0.value)" } == [
        "Impersonate-User: eve", "Impersonate-Extra-acme.com%2Fdept: 7", "Impersonate-Extra-scopes: view",
        "Impersonate-Extra-scopes: edit",
      ])
    #expect(problem { $0.impersonatedExtra = ["a": ["b"]] }.remedy == "Add --as USER")
  }
}
