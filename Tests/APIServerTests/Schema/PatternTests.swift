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
    (#"^[\d-z]+$"#, ["1-z"], ["a"]), (#"^[[:digit:]-z]$"#, ["-", "z"], ["a"]), ("^[[:x]+$", ["[:x"], ["]"]),
    (#"^\0\012\12\7770$"#, ["\u{0}\n\n\u{1FF}0"], [""]), (#"^\x{0000041}$"#, ["A"], ["a"]),
    (#"^\pL\p{Nd}+\P{L}[\p{Lu}_-]\p{^Lu}$"#, ["水12-Éé", "a٣.__"], ["112-Éé", "a1bÉé", "a1-ÉÉ"]),
    (#"^(?i)\p{Lu}\p{Any}$"#, ["éx", "ÉX"], ["1x"]), (#"^(?P<_1>a)(?P<_1>b)$"#, ["ab"], ["a"]),
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
    (#"\p{foo}"#, #"invalid character class range: `\p{foo}`"#), (#"\p{L"#, #"invalid character class range: `\p{L`"#),
    (#"\p{}"#, #"invalid character class range: `\p{}`"#), (#"\p"#, #"invalid character class range: `\p`"#),
    (#"[a-\pL]"#, #"invalid escape sequence: `\p`"#), (#"[a-\d]"#, #"invalid escape sequence: `\d`"#),
    (#"\7"#, #"invalid escape sequence: `\7`"#), (#"\é"#, #"invalid escape sequence: `\é`"#),
    (#"\x{110000}"#, #"invalid escape sequence: `\x{110000`"#), (#"\x{41"#, #"invalid escape sequence: `\x{41`"#),
    (#"\x{}"#, #"invalid escape sequence: `\x{}`"#), (#"\x4G"#, #"invalid escape sequence: `\x4G`"#),
    (#"\x4"#, #"invalid escape sequence: `\x4`"#), ("[a-[:alpha:]]", "invalid character class range: `a-[`"),
    ("[[:foo:]]", "invalid character class range: `[:foo:]`"), ("[[:", "missing closing ]: `[[:`"),
    (#"[\"#, "trailing backslash at end of expression: ``"), ("(?P<>a)", "invalid named capture: `(?P<>`"),
    ("(?P<n a>a)", "invalid named capture: `(?P<n a>`"), ("(?<é>a)", "invalid named capture: `(?<é>`"),
    ("(?P<n", "invalid named capture: `(?P<n`"), ("(?<=a)", "invalid named capture: `(?<=a)`"),
    ("(?P=n)", "invalid or unsupported Perl syntax: `(?P`"), ("(?P<", "invalid or unsupported Perl syntax: `(?P`"),
    ("a{1001}", "invalid repeat count: `{1001}`"),
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
    ("(?-)a", "invalid or unsupported Perl syntax: `(?-)`"), ("(?i", "invalid or unsupported Perl syntax: `(?i`"),
    ("a(?", "invalid or unsupported Perl syntax: `(?`"), ("(?:a", "missing closing ): `(?:a`"),
  ])
  func whatGoRefusesIsRefusedInItsWords(text: String, problem: String) {
    #expect(throws: PatternError(problem)) { try Pattern(text) }
  }

  /// Scripts are not known here, and Go takes them.
  @Test func scriptsAreRefused() {
    #expect(throws: PatternError(#"invalid character class range: `\p{Greek}`"#)) { try Pattern(#"\p{Greek}"#) }
  }

  @Test func aLongTextThatAlmostMatchesIsDecidedAtOnce() throws {
    let pattern = try Pattern("^(a+)+$")

    #expect(!pattern.matches(String(repeating: "a", count: 20_000) + "b"))
  }
}
