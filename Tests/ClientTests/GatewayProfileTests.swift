import Testing

@testable import Client
@testable import Platform

@Suite struct GatewayProfileTests {
  private static let file = "/home/ada/.config/ksx/config.yaml"

  private func profiles(_ text: String) throws(ProfileError) -> Profiles {
    try Profiles(text, file: Self.file, environment: ["HOME": "/home/ada"])
  }

  @Test func aProfileHasAGatewayAKubeconfigOrBoth() throws {
    let profiles = try profiles(
      """
      theme: dark
      current: production
      profiles:
        - name: production
          gateway:
            url: https://ks.example.com/base
            cluster: member-1
            user: ada
            certificate-authority: ca.pem
            insecure-skip-tls-verify: false
          kubernetes:
            kubeconfig: ~/.kube/production
            context: prod
        - name: laptop
          kubernetes:
        - name: lab
          gateway: http://lab:30881
        - name: inside
          gateway: {token-file: /run/token}
          kubernetes: {context: inside}
      """)

    #expect(profiles.all.map(\.name) == ["production", "laptop", "lab", "inside"])
    let production = try #require(try profiles.profile(file: Self.file))
    #expect(production.gateway?.url == "https://ks.example.com/base")
    #expect(production.gateway?.cluster == "member-1")
    #expect(production.gateway?.user == "ada")
    #expect(production.gateway?.certificateAuthority == "/home/ada/.config/ksx/ca.pem")
    #expect(production.kubernetes == .init(kubeconfig: "/home/ada/.kube/production", context: "prod"))
    #expect(profiles.all[1].kubernetes == .init())
    #expect(profiles.all[2].gateway?.url == "http://lab:30881")
    #expect(profiles.all[3].gateway?.url == nil)
    #expect(profiles.all[3].gateway?.tokenFile == "/run/token")
  }

  @Test(arguments: ["", "# nothing yet", "theme: dark", "~", "---\n---\ncurrent: x"])
  func aFileWithoutProfilesHasNone(text: String) throws {
    let profiles = try profiles(text)

    #expect(profiles.all.isEmpty)
    #expect(try profiles.profile(file: Self.file) == nil)
  }

  @Test(arguments: [
    ("profiles: 3", "1:11: profiles are a list"),
    ("- a", "1:1: settings are a mapping"),
    ("profiles:\n  - gateway: https://a", "2:5: this profile has no name"),
    ("profiles:\n  - name: a", "2:5: the profile “a” leads nowhere: it needs a gateway, kubernetes, or both"),
    (
      "profiles:\n  - name: a\n    gateway: {cluster: b}",
      "2:5: the gateway of “a” needs a url, or kubernetes to reach it through"
    ),
    (
      "profiles:\n  - name: a\n    gatway: https://a",
      "3:5: there is no setting gatway; there are name, gateway, kubernetes"
    ),
    (
      "profiles:\n  - name: a\n    gateway: ftp://a",
      "3:14: a gateway's url begins with https:// or http:// and names a host"
    ),
    (
      "profiles:\n  - name: a\n    gateway: https://u:pw@a",
      "3:14: a gateway's url carries no user and no password; log in instead"
    ),
    (
      "profiles:\n  - name: a\n    gateway:\n      password: x",
      "4:7: secrets do not belong into this file; use token-file, or log in"
    ),
    (
      "profiles:\n  - name: a\n    gateway: {url: https://a, insecure-skip-tls-verify: maybe}",
      "3:57: insecure-skip-tls-verify is true or false"
    ),
    (
      "profiles:\n  - {name: a, kubernetes: {}}\n  - {name: a, kubernetes: {}}",
      "3:5: there are two profiles called “a”"
    ),
    ("current: b\nprofiles:\n  - {name: a, kubernetes: {}}", "1:10: there is no profile “b”"),
  ])
  func aMistakeIsReportedAtItsPlace(text: String, problem: String) {
    let error = #expect(throws: ProfileError.self) { try profiles(text) }

    #expect(error?.description == Self.file + ":" + problem)
  }

  @Test func ofARepeatedKeyTheLastCountsAndBothLinesAreSaid() throws {
    let profiles = try profiles(
      "current: a\nprofiles:\n  - name: b\n    name: a\n    gateway: ftp://x\n    gateway: https://x\ncurrent: a\n")

    #expect(profiles.all == [Profile(name: "a", gateway: .init(url: "https://x"))])
    #expect(
      profiles.warnings.map(\.description) == [
        Self.file + ":4:5: the key name comes twice: line 3 has it too, and the last counts",
        Self.file + ":6:5: the key gateway comes twice: line 5 has it too, and the last counts",
        Self.file + ":7:1: the key current comes twice: line 1 has it too, and the last counts",
      ])
  }

  @Test func theCurrentProfileIsChosenInTheLineThatCounts() throws {
    let text = "current: a\nprofiles:\n  - {name: a, kubernetes: {}}\n  - {name: b, kubernetes: {}}\ncurrent: a\n"

    let after = try Profiles.choosing("b", in: text, file: Self.file)

    #expect(after == text.dropLast("a\n".count) + "b\n")
  }

  @Test func textThatIsNoYAMLIsReportedAtItsPlace() {
    let error = #expect(throws: ProfileError.self) { try profiles("profiles: [") }

    #expect(error?.description.hasPrefix(Self.file + ":") == true)
    #expect((error?.line ?? 0) > 0)
  }

  @Test func aProfileThatIsNotThereIsAnsweredWithThoseThatAre() throws {
    let profiles = try profiles("profiles:\n  - {name: a, kubernetes: {}}\n  - {name: b, kubernetes: {}}")

    let error = #expect(throws: ProfileError.self) { try profiles.profile("c", file: "config.yaml") }

    #expect(error?.description == "config.yaml: there is no profile “c”; there are: a, b")
  }
}
