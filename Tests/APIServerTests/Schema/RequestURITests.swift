import Testing

@testable import APIServer

/// What the format `uri` takes; Go 1.19's `url.ParseRequestURI` said the same of each.
@Suite struct RequestURITests {
  @Test(arguments: [
    "http://", "/x", "a:b:c", "http://[::1]:80/", "mailto:x", "mailto:%zz", "//x", "http://%c3%a9/", "http://a/é",
    "http://é/", "http://u:p@h/", "http://u@v@h", "*", "/a?b%zz", "http:", "http:/x", "a-b+c.1:/", "http://h:",
    "http://h\"x", "/^ x", "http://h/?%", "http://[fe80::1%25en0]/", "ftp://h/;x",
  ])
  func aPathOrASchemeWithWhatFollowsIsOne(text: String) { #expect(RequestURI.isValid(text)) }

  @Test(arguments: [
    "::", "a", "", "http://a b", "%zz", "/%zz", "http://x:y", "1:", "http://[::1", "http://[::1]a", "x y", ":",
    "http://%41/", "\u{7f}", "http://u p@h", "?a", "-a:/", "a_b:/x", "http://h:80a", "http://h^x", "http://a/%2",
    "http://[a]b", "http://user%zz@h/", "http://[fe80::1%en0]/", "http://a|b",
  ])
  func allElseIsNone(text: String) { #expect(!RequestURI.isValid(text)) }
}
