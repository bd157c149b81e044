import Testing

@testable import Extensions

@Suite struct PathExpressionTests {
  @Test(arguments: [
    ("/[0-9]+", "/N", "/proxy/regexp/12/things/345", "/proxy/regexp/N/things/N"),
    ("/proxy/re2/(.*)/(.*)", "/$2/$1", "/proxy/re2/one/two", "/two/one"),
    ("a|ab", "x", "ab", "xb"), ("ab|a", "x", "ab", "x"), ("a*", "x", "baac", "xbxcx"), ("a*?", "x", "aa", "xaxax"),
    ("^/a", "/b", "/a/a", "/b/a"), ("/a$", "/b", "/a/a", "/a/b"), ("(a)(b)?", "[$1$2]", "aab", "[a][ab]"),
    ("(?P<year>\\d{4})-(?:\\d\\d)", "${year}$$", "/2024-05/", "/2024$/"), ("[^/]+\\.html", "p", "/x/y.html", "/x/p"),
    ("x{2,3}", "y", "xxxxx", "yy"), (".", "-", "日本", "--"), ("$", "!", "ab", "ab!"), ("[a-c-]", "", "a-d", "d"),
    ("b", "$1x$0", "abc", "abc"), ("\\.", "_", "a.b", "a_b"), ("(a|b)*c", "<$1>", "abac", "<a>"),
    ("[\\D]", "x", "1a2\\", "1x2x"), ("[\\W0]", "x", "a-0", "axx"), ("[^\\S]", "x", "a b", "axb"),
    ("(?<y>a)", "${y}${y}", "a", "aa"), ("(?P<a>b)|(?P<a>c)", "[${a}]", "bc", "[b][c]"),
    ("(?P<a>b)(?P<a>c)", "[${a}]", "bc", "[b]"),
    // Braces that hold no counts are literals.
    ("a{2,x}", "y", "aaa{2,x}", "aay"), ("a{01}", "y", "aa{01}", "ay"), ("a{+2}", "y", "aaa{2}", "aay"),
    ("a{1}{b}", "y", "a{b}", "y"),
  ])
  func matchesAreReplacedAsGoReplacesThem(expression: String, template: String, path: String, wanted: String) throws {
    #expect(try PathExpression(expression).replacing(in: path, with: template) == wanted)
  }

  @Test(arguments: [
    "(", ")", "[", "[z-a]", "*", "a**", "\\", "\\q", "(?=a)", "a{101}", "((((((((((((((((((((((a", "x{100}{100}",
    "a{99999999999999999999}", "a{1,99999999999999999999}", "a{3,2}", "{2}", "a{2}{3}", "(?:a{50}){50}",
    "(?:(?:(?:){100}){100}){100}", "(?Pa>b)", "(?P<>b)", "(?P<a-b>c)", "[\\A]",
  ])
  func whatIsNotKnownIsRefused(expression: String) {
    #expect(throws: RuleProblem.self) { try PathExpression(expression) }
  }

  @Test func anExpressionThatIsSlowElsewhereTakesNoLongerHere() throws {
    let expression = try PathExpression("(a*)*(a*)*(a*)*b")

    #expect(
      expression.replacing(in: String(repeating: "a", count: 500), with: "") == String(repeating: "a", count: 500))
  }
}
