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
    // Braces that hold no counts are literals.
    ("^a{2,x}$", ["a{2,x}"], ["aa"]), ("^a{01}$", ["a{01}"], ["a"]), ("^a{,2}$", ["a{,2}"], ["aa"]),
    ("^a{1}{b}$", ["a{b}"], ["ab"]), ("^a{$", ["a{"], ["a"]),
    ("^a{1000}$", [String(repeating: "a", count: 1000)], ["a"]),
    (#"^\Qab\E+$"#, ["abb"], ["abab"]), ("^a(?i)*b$", ["aaB", "b"], ["Ab"]), ("^(?:a{0}b{2,}){500}$", [], ["b"]),
  ])
  func expressionsMatchAsInGo(text: String, good: [String], bad: [String]) throws {
    let pattern = try Pattern(text)

    #expect(good.filter { !pattern.matches($0) } == [])
    #expect(bad.filter { pattern.matches($0) } == [])
  }

  @Test(arguments: [
    ("[", "missing closing ]: `[`"), ("(", "missing closing ): `(`"), (")", "unexpected ): `)`"),
    ("a{3,2}", "invalid repeat count: `{3,2}`"), ("*", "missing argument to repetition operator: `*`"),
    (#"\p{Greek}"#, #"invalid escape sequence: `\p`"#), ("a{1001}", "invalid repeat count: `{1001}`"),
    ("a**", "invalid nested repetition operator: `**`"), (#"\1"#, #"invalid escape sequence: `\1`"#),
    ("(?=a)", "invalid or unsupported Perl syntax: `(?=`"), ("[z-a]", "invalid character class range: `z-a`"),
    (#"\"#, "trailing backslash at end of expression: ``"),
    ("a{99999999999999999999}", "invalid repeat count: `{99999999999999999999}`"),
    ("a{1,99999999999999999999}", "invalid repeat count: `{1,99999999999999999999}`"),
    ("a{99999999999999999999,}", "invalid repeat count: `{99999999999999999999,}`"),
    ("(a{500}){3}", "invalid repeat count: `{3}`"), ("((a{900}){900}){900}", "invalid repeat count: `{900}`"),
    ("(((){1000}){1000}){1000}", "invalid repeat count: `{1000}`"),
    ("{2}", "missing argument to repetition operator: `{2}`"),
    ("a|{2}?", "missing argument to repetition operator: `{2}?`"),
    ("a{2}{3}", "invalid nested repetition operator: `{2}{3}`"), ("a*??", "invalid nested repetition operator: `*??`"),
    ("(?-)a", "invalid or unsupported Perl syntax: `(?-)`"), ("(?i", "missing closing ): `(?i`"),
  ])
  func whatGoRefusesIsRefusedInItsWords(text: String, problem: String) {
    #expect(throws: PatternError(problem)) { try Pattern(text) }
  }

  @Test func aLongTextThatAlmostMatchesIsDecidedAtOnce() throws {
    let pattern = try Pattern("^(a+)+$")

    #expect(!pattern.matches(String(repeating: "a", count: 20_000) + "b"))
  }
}
