import Testing

@testable import Extensions
@testable import Packages

@Suite struct VersionConstraintTests {
  /// Constraint, a version it allows, a version it does not.
  static let table: [(String, String, String)] = [
    ("1.2.3", "1.2.3", "1.2.4"),
    ("=1.2.3", "v1.2.3", "1.2.2"),
    ("1.2", "1.2.9", "1.3.0"),
    ("1", "1.9.0", "2.0.0"),
    ("!=1.2.3", "1.2.4", "1.2.3"),
    ("!=1.2.x", "1.3.0", "1.2.7"),
    (">1.2.3", "1.2.4", "1.2.3"),
    (">11", "12.0.0", "11.1.0"),
    (">11.1", "11.2.0", "11.1.1"),
    (">=1.19.0", "1.19.0", "1.18.9"),
    ("=>1.19.0", "1.20.0", "1.18.9"),
    ("<2", "1.99.0", "2.0.0"),
    ("<=1.2", "1.2.9", "1.3.0"),
    ("=<1.2.3", "1.2.3", "1.2.4"),
    ("~1.2.3", "1.2.9", "1.3.0"),
    ("~1.2", "1.2.0", "1.3.0"),
    ("~1", "1.9.0", "2.0.0"),
    ("~>2.x", "2.4.0", "3.0.0"),
    ("^1.2.3", "1.9.0", "2.0.0"),
    ("^1.2.3", "1.2.3", "1.2.2"),
    ("^0.2.3", "0.2.9", "0.3.0"),
    ("^0.0.3", "0.0.3", "0.0.4"),
    ("^0.0", "0.0.9", "0.1.0"),
    ("^0", "0.9.0", "1.0.0"),
    ("1.x", "1.2.3", "2.0.0"),
    ("1.2.*", "1.2.3", "1.3.0"),
    ("*", "3.1.4", "3.1.4-rc.1"),
    (">=1.2 <2 || >=3", "3.0.0", "2.5.0"),
    (">= 1.2, < 2", "1.5.0", "2.0.0"),
    (">=1.2,<2", "1.5.0", "1.1.0"),
    (">=1.2<2", "1.5.0", "2.1.0"),
    ("1.2 - 1.4.5", "1.4.5", "1.4.6"),
    ("1.2 - 1.4", "1.4.9", "1.5.0"),
    (">=1.19.0-0", "1.29.1-eks-508b6b3", "1.18.0"),
    (">=1.19.0", "1.29.1", "1.29.1-eks-508b6b3"),
    (">=1.0.0-rc.1", "1.0.0-rc.2", "1.0.0-beta.9"),
    ("v1.2.3", "1.2.3", "1.2.4"),
  ]

  @Test(arguments: table)
  func aConstraintAllowsWhatItSays(constraint: String, allowed: String, refused: String) throws {
    let read = try #require(VersionConstraint(constraint))

    #expect(try read.allows(#require(SemanticVersion(allowed))))
    #expect(try !read.allows(#require(SemanticVersion(refused))))
  }

  @Test func anEmptyConstraintAllowsEverything() throws {
    #expect(try #require(VersionConstraint("")).allows(SemanticVersion(0, 0, 1, prerelease: ["a"])))
  }

  @Test(arguments: ["latest", ">=", "1.2.3.4", "^^1", "1.2 -", "a.b", "> 1 and < 2"])
  func whatIsNoConstraintIsNotRead(text: String) {
    #expect(VersionConstraint(text) == nil)
  }
}
