import Testing

@testable import APIServer

/// Regular expressions mean what they mean to Go, and take no longer for a bad text than for a good one.
@Suite struct PatternTests {
  @Test(arguments: [
    ("^[a-z0-9]([-a-z0-9]*[a-z0-9])?$", ["a", "a-b", "9"], ["", "-a", "a-", "A"]),
    (#"^\d+(\.\d{1,2})?$"#, ["1", "12.5", "1.25"], ["", ".5", "1.255"]),
    ("b", ["abc"], ["ac"]),
    ("(?i)^straße$", ["STRAßE", "straße"], ["strasse"]),
    ("^(?:a|bc)+$", ["a", "abc", "bcbc"], ["", "b"]),
    (#"^[^\s/]+/[\w.-]+$"#, ["a/b.c"], ["a b/c", "a//b"]),
    ("^.{2,3}$", ["水墨", "abc"], ["a", "abcd", "a\n"]),
    (#"\bcat\b"#, ["a cat.", "cat"], ["concat", "cats"]),
    ("^[[:alpha:]_]+$", ["a_B"], ["a1"]),
    (#"^\x41\x{6c34}\.$"#, ["A水."], ["A水x"]),
    ("^(|x)$", ["", "x"], ["y"]),
    ("^(a*)*$", ["", "aaa"], ["ab"]),
    (#"^\Qa.b\E$"#, ["a.b"], ["axb"]),
    ("^(?P<first>a)(?<second>b)$", ["ab"], ["a"]),
    ("^[]a-]+$", ["]a-"], ["b"]),
    ("^{a}$", ["{a}"], ["a"]),
  ])
  func expressionsMatchAsInGo(text: String, good: [String], bad: [String]) throws {
    let pattern = try Pattern(text)

    #expect(good.filter { !pattern.matches($0) } == [])
    #expect(bad.filter { pattern.matches($0) } == [])
  }

  @Test(arguments: [
    "[", "(", ")", "a{3,2}", "*", #"\p{Greek}"#, "a{1001}", "a**", #"\1"#, "(?=a)", #"\"#, "[z-a]",
    "((a{900}){900}){900}",
  ])
  func whatGoRefusesIsRefused(text: String) {
    #expect(throws: PatternError.self) { try Pattern(text) }
  }

  @Test func aLongTextThatAlmostMatchesIsDecidedAtOnce() throws {
    let pattern = try Pattern("^(a+)+$")

    #expect(!pattern.matches(String(repeating: "a", count: 20_000) + "b"))
  }
}
