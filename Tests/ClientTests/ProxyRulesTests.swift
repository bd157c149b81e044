import Testing

@testable import Client
@testable import HTTP
@testable import Platform

/// Which proxy leads to a server, by what the environment says.
///
/// The answers are those of Go: every row was put to `http.ProxyFromEnvironment` of Go 1.19, and those that
/// newer versions answer in another way (an address against a domain, a zone) to kubectl 1.33, built with Go 1.24.
@Suite struct ProxyRulesTests {
  private static let host = "https://api.example.com:6443"

  @Test(arguments: [
    ("http://p:3128", "http://p:3128"), ("https://p", "https://p:443"), ("http://p", "http://p:80"),
    ("socks5://p", "socks5h://p:1080"), ("Socks5://p:9", "socks5h://p:9"), ("socks5h://p:9", "socks5h://p:9"),
    ("p:3128", "http://p:3128"), ("10.0.0.1:3128", "http://10.0.0.1:3128"), ("p", "http://p:80"),
    ("HTTP://P:1", "http://P:1"), ("http://ada:s%403@p:1", "http://ada:s%403@p:1"), ("[::1]:8", "http://[::1]:8"),
    ("http://[fe80::1]", "http://[fe80::1]:80"), ("http://p:1/path?q", "http://p:1"), ("http://p:", "http://p:80"),
    ("ada:s@p:3128", "http://ada:s@p:3128"),
  ])
  func anAddressIsReadAsGoReadsIt(text: String, expected: String) throws {
    #expect(try proxy(["HTTPS_PROXY": text]) == expected)
  }

  @Test(
    arguments: [
      (["https_proxy": "http://low:1"], "http://low:1"),
      (["HTTPS_PROXY": "http://up:1", "https_proxy": "http://low:1"], "http://up:1"),
      (["HTTPS_PROXY": "", "https_proxy": "http://low:1"], "http://low:1"), (["HTTP_PROXY": "http://p:1"], nil),
      (["ALL_PROXY": "http://p:1"], nil), (["all_proxy": "socks5://p:1"], nil),
      (["HTTPS_PROXY": "http://p:1", "REQUEST_METHOD": "GET"], "http://p:1"),
      (["HTTPS_PROXY": "http://p:1", "NO_PROXY": "", "no_proxy": "example.com"], nil),
      (["HTTPS_PROXY": "http://p:1", "NO_PROXY": "x", "no_proxy": "example.com"], "http://p:1"),
    ] as [([String: String], String?)])
  func capitalsCountFirst(variables: [String: String], expected: String?) throws {
    #expect(try proxy(Environment(variables)) == expected)
  }

  @Test func eachSchemeHasItsVariable() throws {
    #expect(try proxy(["HTTP_PROXY": "http://p:1"], to: "http://a.b") == "http://p:1")
    #expect(try proxy(["http_proxy": "http://p:1"], to: "http://a.b") == "http://p:1")
    #expect(try proxy(["HTTPS_PROXY": "http://p:1"], to: "http://a.b") == nil)
    #expect(try proxy(["HTTPS_PROXY": "http://p:1", "HTTP_PROXY": "http://p:1"], to: "unix:///run/x") == nil)
    #expect(throws: TransportError.self) {
      try proxy(["http_proxy": "http://p:1", "REQUEST_METHOD": "GET"], to: "http://a.b")
    }
  }

  @Test(arguments: [
    ("https://localhost:6443", true), ("https://LOCALHOST", false), ("https://localhost.", false),
    ("https://127.0.0.1", true), ("https://127.9.9.9:1", true), ("https://[::1]:6443", true),
    ("https://0.0.0.0", false),
    ("https://[::ffff:127.0.0.1]", true), ("https://127.1", false), ("https://foo.localhost", false),
    ("https://127.0.0.1.example.com", false),
  ])
  func noProxyLeadsToThisComputer(server: String, isDirect: Bool) throws {
    #expect(try proxy(["HTTPS_PROXY": "http://p:1"], to: server) == (isDirect ? nil : "http://p:1"))
  }

  @Test(arguments: [
    (host, "*", true), (host, "a,*", true), (host, "example.com", true), (host, ".example.com", true),
    (host, "*.example.com", true), (host, "api.example.com", true), (host, ".api.example.com", false),
    (host, "ample.com", false), (host, "API.EXAMPLE.COM", true), ("https://API.example.COM", "api.example.com", true),
    (host, "example.com:6443", true), (host, "example.com:443", false),
    ("https://example.com", "example.com:443", true),
    ("https://example.com", ".example.com:443", false), (host, " example.com , x", true),
    (host, "x example.com", false),
    (host, "*example.com", false), (host, "*.", false), (host, "api.*", false), (host, ":6443", false),
    (host, ",,", false),
    (host, "example.com:", true), (host, "com", true), (host, ".com.", false),
    ("https://api.example.com.", "example.com", false), (host, "example.com.", false),
    (host, "http://example.com", false),
  ])
  func anExceptionIsADomain(server: String, exceptions: String, isDirect: Bool) throws {
    try expect(server, exceptions, isDirect)
  }

  @Test(arguments: [
    ("10.1.2.3", true), ("10.1.2.3:6443", true), ("10.1.2.3:443", false), ("10.0.0.0/8", true), ("10.1.2.0/24", true),
    ("10.1.3.0/24", false), ("10.1.2.3/32", true), ("10.*", false), ("10.", false), (".2.3", false),
    ("10.1.2.3/33", false), ("010.1.2.3", false), ("::ffff:10.1.2.3", true), ("::ffff:10.0.0.0/104", true),
    ("10.0.0.0/8:6443", false), (" 10.0.0.0/8 ", true), ("0.0.0.0/0", true), ("::/0", false), ("10.1.2.3/8", true),
  ])
  func anExceptionIsAnAddressOrANetwork(exceptions: String, isDirect: Bool) throws {
    try expect("https://10.1.2.3:6443", exceptions, isDirect)
    try expect("https://10.1.2.3.example.com", exceptions, false)
  }

  @Test(arguments: [
    ("fd00::12", true), ("[fd00::12]", false), ("[fd00::12]:6443", true), ("[fd00::12]:443", false), ("fd00::/8", true),
    ("FD00::0012", true), ("fd00:0:0::12", true), ("0.0.0.0/0", false), ("fe00::/7", false),
  ])
  func anExceptionIsAnAddressOfIPv6(exceptions: String, isDirect: Bool) throws {
    try expect("https://[fd00::12]:6443", exceptions, isDirect)
  }

  @Test func anAddressOfIPv4CountsInBothItsForms() throws {
    try expect("https://[::ffff:10.1.2.3]", "10.0.0.0/8", true)
    try expect("https://[::ffff:10.1.2.3]", "10.1.2.3", true)
    try expect("https://[fe80::1%25lo]:1", "fe80::/10", true)
  }

  /// Names as kubectl 1.20 and 1.32 send them to a proxy.
  @Test(arguments: [
    ("bücher.example", "xn--bcher-kva.example"), ("BÜCHER.example", "xn--bcher-kva.example"),
    ("bu\u{308}cher.example", "xn--bcher-kva.example"), ("b%C3%BCcher.example", "xn--bcher-kva.example"),
    ("faß.example", "xn--fa-hia.example"), ("ς.example", "xn--3xa.example"), ("Σ.example", "xn--4xa.example"),
    ("a。b.example", "a.b.example"), ("ＡＢＣ.example", "abc.example"), ("ﬁ.example", "fi.example"),
    ("☃.example", "xn--n3h.example"), ("A_b..example", "A_b..example"), ("fe80::1%25lo", "fe80::1%25lo"),
  ])
  func aNameInOtherLettersIsWrittenInASCII(host: String, expected: String) {
    #expect(InternationalName.ascii(host) == expected)
  }

  @Test func whatIsNoNameIsNil() { #expect(InternationalName.ascii("-ü.example") == nil) }

  @Test(arguments: [
    ("bücher.example", true), ("BÜCHER.EXAMPLE", true), ("xn--bcher-kva.example", true), (".bücher.example", false),
    ("bücher.example:1", false), ("bücher.example:6443", true),
  ])
  func namesAreTheSameInEitherAlphabet(exceptions: String, isDirect: Bool) throws {
    try expect("https://bücher.example:6443", exceptions, isDirect)
    try expect("https://xn--bcher-kva.example:6443", exceptions, isDirect)
    #expect(try proxy(["HTTPS_PROXY": "bücher.example:1"]) == "http://xn--bcher-kva.example:1")
  }

  @Test(arguments: [
    "socks4://u:hunter2@p:1", "ftp://hunter2@p", "http://hunter2@", "http://hunter2:x", "http://a hunter2",
  ])
  func whatIsNoProxyIsNamedByItsVariable(text: String) {
    let error = #expect(throws: TransportError.self) { try proxy(["https_proxy": text]) }

    let words = "\(String(describing: error))"
    #expect(words.contains("https_proxy"))
    #expect(!words.contains("hunter2"))
  }

  private func expect(_ server: String, _ exceptions: String, _ isDirect: Bool) throws {
    let proxy = try proxy(["HTTPS_PROXY": "http://p:1", "NO_PROXY": exceptions], to: server)

    #expect(proxy == (isDirect ? nil : "http://p:1"), "\(server) with NO_PROXY=\(exceptions)")
  }

  private func proxy(_ environment: Environment, to server: String = host) throws -> String? {
    try ProxyRules(environment).proxy(to: try #require(ServerAddress(server)))?.address
  }
}
