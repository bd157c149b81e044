import Testing

@testable import Client
@testable import Platform

@Suite struct GatewayProfileWritingTests {
  private static let full: Profile = {
    var gateway = Profile.Gateway(url: "https://ks.example.com")
    gateway.user = "yes"
    gateway.isInsecure = true
    return Profile(name: "über: #1", gateway: gateway, kubernetes: .init(context: "prod"))
  }()

  private func added(_ profile: Profile, to text: String) throws -> String {
    try Profiles.adding(profile, to: text, file: "config.yaml", environment: ["HOME": "/h"])
  }

  @Test func theFirstProfileIsTheCurrentOne() throws {
    let text = try added(Profile(name: "lab", kubernetes: .init()), to: "theme: dark # mine\n")

    #expect(
      text == """
        theme: dark # mine
        current: lab
        profiles:
          - name: lab
            kubernetes: {}

        """)
  }

  @Test func anotherComesBeforeTheOthersAndNothingElseChanges() throws {
    let text = """
      # my clusters
      profiles:
      - name: a # the first
        kubernetes:
          context: x

      current: a # for now
      """

    let result = try added(Profile(name: "b", gateway: .init(url: "https://b")), to: text)

    #expect(
      result == """
        # my clusters
        profiles:
        - name: b
          gateway:
            url: https://b
        - name: a # the first
          kubernetes:
            context: x

        current: a # for now

        """)
  }

  @Test(arguments: ["", "profiles: []\n", "profiles:\n", "theme: dark"])
  func whatIsWrittenIsReadAgainAsItWas(text: String) throws {
    let result = try added(Self.full, to: text)

    let read = try Profiles(result, file: "config.yaml", environment: ["HOME": "/h"])
    #expect(read.all == [Self.full])
    #expect(read.current == Self.full.name)
  }

  @Test func aNameIsTakenOnce() throws {
    let text = "profiles:\n  - {name: a, kubernetes: {}}\n"

    let error = #expect(throws: ProfileError.self) {
      try added(Profile(name: "a", kubernetes: .init()), to: text)
    }

    #expect(error?.description == "config.yaml: there is a profile “a” already")
  }

  @Test(arguments: [
    "profiles: [{name: a, kubernetes: {}}]\n", "{profiles: [{name: a, kubernetes: {}}]}", "{theme: dark}",
    "theme: dark\n...\n",
  ])
  func aFileOfAnotherFormIsNotSpoilt(text: String) {
    #expect(throws: ProfileError.self) { try added(Self.full, to: text) }
  }

  private func chosen(_ name: String, in text: String) throws -> String {
    try Profiles.choosing(name, in: text, file: "config.yaml", environment: ["HOME": "/h"])
  }

  @Test(arguments: [
    ("current: a # for now\n", "current: \"yes\" # for now\n"), ("", "current: \"yes\"\n"),
    ("current: 'a'\n", "current: \"yes\"\n"),
  ])
  func anotherProfileIsMadeTheCurrentOne(before: String, after: String) throws {
    let rest = "# mine\nprofiles: # two\n- {name: a, kubernetes: {}}\n- {name: \"yes\", kubernetes: {}}\ntheme: dark\n"
    let isOnTop = !before.isEmpty
    let text = isOnTop ? before + rest : rest

    let result = try chosen("yes", in: text)

    let normal = result.split(separator: "'").joined(separator: "\"")
    #expect(
      normal
        == (isOnTop ? after + rest : rest.split(separator: "\n", maxSplits: 1)[0] + "\n" + after + rest.dropFirst(7)))
    #expect(try Profiles(result, file: "f").current == "yes")
  }

  @Test func aFileFromWindowsKeepsItsLineEnds() throws {
    let text = "current: a # now\r\nprofiles:\r\n- {name: a, kubernetes: {}}\r\n- {name: b, kubernetes: {}}\r\n"

    #expect(try chosen("b", in: text) == "current: b # now" + text.dropFirst(16))
    #expect(try chosen("b", in: String(text.dropFirst(17))) == "current: b\r\n" + text.dropFirst(17))
    let result = try added(Self.full, to: text)
    #expect(result.lines.allSatisfy { $0.isEmpty || $0.hasSuffix("\r") })
    #expect(try Profiles(result, file: "f").all.map(\.name).sorted() == ["a", "b", Self.full.name].sorted())
  }

  @Test(arguments: ["profiles: []", "{current: a, profiles: [{name: a, kubernetes: {}}, {name: b, kubernetes: {}}]}"])
  func aFileThatCannotTakeItStaysAsItIs(text: String) {
    #expect(throws: ProfileError.self) { try chosen("b", in: text) }
  }
}
