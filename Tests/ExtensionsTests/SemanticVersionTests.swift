import Testing

@testable import Packages

@Suite struct SemanticVersionTests {
  @Test func versionsStandInTheOrderOfTheStandard() throws {
    let ordered = [
      "0.9.9", "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11",
      "1.0.0-rc.1", "1.0.0", "1.0.1", "1.2.0", "1.10.0", "2.0.0",
    ]
    let versions = try ordered.map { try #require(SemanticVersion($0)) }

    #expect(versions.shuffled().sorted() == versions)
    #expect(ordered.shuffled().sorted(by: SemanticVersion.precedes) == ordered)
  }

  @Test(arguments: [("v1.2", "1.2.0"), ("1", "1.0.0"), ("V3.1.4", "3.1.4"), ("1.2.3-rc.1+b.7", "1.2.3-rc.1+b.7")])
  func whatPeopleWriteIsRead(text: String, canonical: String) {
    #expect(SemanticVersion(text)?.description == canonical)
  }

  @Test(arguments: [
    "", "v", "1.2.3.4", "1.x", "1..2", "latest", "1.2.3-", "1.2.3-a..b", "1.2.3+", "1.2.3-01", "-1.2.3", "١.٢.٣",
  ])
  func whatIsNoVersionIsNotRead(text: String) {
    #expect(SemanticVersion(text) == nil)
  }

  @Test func buildMetadataCountsForNothing() {
    #expect(SemanticVersion("1.0.0+a") == SemanticVersion("1.0.0+b"))
  }

  @Test func textsThatAreNoVersionsComeFirst() {
    #expect(["1.0.0", "nightly", "0.1.0"].sorted(by: SemanticVersion.precedes) == ["nightly", "0.1.0", "1.0.0"])
  }
}
