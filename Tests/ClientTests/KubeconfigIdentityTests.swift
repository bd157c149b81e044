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

  private func authorization(_ text: String) async throws -> String? {
    let connection = try load(["KUBECONFIG": "/f"], files: ["/f": text]).connection
    return try await connection.credentials?.credential(insteadOf: nil).headers["Authorization"]
  }

  /// kubectl 1.32 on the same kubeconfigs, before a server that told what came.
  @Test(arguments: [
    ("https://ada:p%40w@h", "{token: t}", "Basic YWRhOnBAdw=="), ("https://ada@h", "{token: t}", "Basic YWRhOg=="),
    ("https://ada:pw@h", "{username: eve, password: x}", "Basic YWRhOnB3"), ("https://@h", "{token: t}", "Bearer t"),
    ("https://h", "{token: !!binary aGVsbG8=}", "Bearer hello"),
    ("https://h", "{token: t, client-key: no.key}", "Bearer t"),
    (
      "https://h", "{auth-provider: {name: oidc, config: {id-token: a.eyJleHAiOjk5OTk5OTk5OTl9.b}}}",
      "Bearer a.eyJleHAiOjk5OTk5OTk5OTl9.b"
    ),
  ])
  func whatIsSentIsWhatKubectlSends(server: String, user: String, expected: String) async throws {
    #expect(try await authorization(kubeconfig(cluster: "{server: '\(server)'}", user: user)) == expected)
  }

  @Test(arguments: ["---\n", "null\n", "~", "--- null\n"])
  func aFileWithNothingInItHindersNoOther(empty: String) throws {
    let text = kubeconfig(user: "{token: t}")

    #expect(try load(["KUBECONFIG": "/e:/f"], files: ["/e": empty, "/f": text]).connection.credentials != nil)
  }

  @Test func anAuthorityOnTheCommandLineIsThereToBeCheckedAgainst() throws {
    let text = kubeconfig(cluster: "{server: 'https://h', insecure-skip-tls-verify: true}")

    let context = try load(["KUBECONFIG": "/f"], files: ["/f": text, "/ca": "x"]) { $0.certificateAuthority = "/ca" }

    #expect(context.connection.tls.isVerified)
    #expect(context.connection.tls.authority == Array("x".utf8))
  }

  @Test func aServerWithoutASchemeIsSaidToBeOneWithoutTLS() throws {
    let context = try load(["KUBECONFIG": "/f"], files: ["/f": kubeconfig(cluster: "{server: '127.0.0.1:6443'}")])

    #expect(context.warnings == ["the server 127.0.0.1:6443 is taken for http://127.0.0.1:6443, as kubectl has it"])
  }

  @Test func filesThatAreNotThereAreNamed() {
    let error = problem(["KUBECONFIG": "/x:/y"], files: [:])

    #expect(error.problem == "no kubeconfig was found: there is no /x, /y")
  }
}
