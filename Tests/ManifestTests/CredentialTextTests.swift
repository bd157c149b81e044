import Manifest
import Platform
import Testing

/// Credentials in texts from elsewhere, which nothing but their looks tells.
@Suite struct CredentialTextTests {
  static let masked: [(String, String)] = [
    ("authorization: Basic dXNlcjpwYXNz", "authorization: Basic •••"),
    ("sent Authorization: Bearer abc.def-123 twice", "sent Authorization: Bearer ••• twice"),
    ("-H 'Authorization: token ghp_16C7e42F' https://x", "-H 'Authorization: token •••' https://x"),
    ("{\"Authorization\":\"Basic dXNlcjpwYXNz\",\"a\":1}", "{\"Authorization\":\"Basic •••\",\"a\":1}"),
    ("{\\\"authorization\\\": \\\"Basic dXNlcjpwYXNz\\\"}", "{\\\"authorization\\\": \\\"Basic •••\\\"}"),
    ("Proxy-Authorization: Digest username=\"a\", response=\"6629\"", "Proxy-Authorization: Digest •••"),
    ("authorization=Basic dXNlcjpwYXNz level=info", "authorization=Basic ••• level=info"),
    ("authorization: s3cr3t-t0ken", "authorization: •••"),
    ("it says Bearer eyJhbGciOiJ9.e30.abc-_", "it says Bearer •••"),
    ("the id eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc was", "the id ••• was"),
    ("Cookie: session=abc; theme=dark", "Cookie: session=•••; theme=•••"),
    ("set-cookie: session=abc; Path=/; HttpOnly", "set-cookie: session=•••; Path=/; HttpOnly"),
    ("get https://ada:hunter2@host/x: refused", "get https://ada:•••@host/x: refused"),
    ("https://ghp_16C7e42F292c6912E7710c8@github.com", "https://•••@github.com"),
    ("GET /x?access_token=abc&a=b failed", "GET /x?access_token=•••&a=b failed"),
    ("DB_PASSWORD=hunter2 USER=ada", "DB_PASSWORD=••• USER=ada"),
    ("password=\"hun ter\" user=ada", "password=\"•••\" user=ada"),
    ("x-api-key: 0a1b2c3d4e", "x-api-key: •••"), ("{'client_secret': 'abc'}", "{'client_secret': '•••'}"),
  ]

  @Test(arguments: masked)
  func credentialsAreKnownByTheirLooks(text: String, shown: String) {
    #expect(CredentialText.removed(from: text) == shown)
    #expect(CredentialText.removed(from: shown) == shown)
  }

  @Test(arguments: [
    "", "basic authentication is not enough", "Bearer token expected", "the authorization: denied by policy",
    "authorization: rbac", "authorizationMode: RBAC", "db-password: connection refused", "helm basic 1.10.0-rc1",
    "invalid token: unexpected end", "secretName=tls tokenTTL=30s", "password=$DB_PASSWORD", "ssh://git@host/x",
    "https://host/a@b", "cookie: required", "password=", "a=b: c", "Basic", "Bearer ", "authorization:", "x=", "eyJ",
  ])
  func proseStaysAsItIs(text: String) {
    #expect(CredentialText.removed(from: text) == text)
  }

  @Test func noEndOfATextIsRunOver() {
    for (text, _) in Self.masked {
      for length in 0...text.count { _ = CredentialText.removed(from: String(text.prefix(length))) }
    }
  }

  @Test func configsAndMessagesShowNone() {
    #expect(
      MaskedText("headers:\n  authorization: Basic dXNlcjpwYXNz\n").text == "headers:\n  authorization: Basic •••\n")
    #expect(MaskedText("args: [\"--header=Authorization: Bearer abc12345\"]").text.contains("Bearer •••"))
    #expect(SecretKeys.masked(["header": "Cookie: a=b"]) == ["header": "Cookie: a=•••"])
    #expect(Excerpt.shortened("sent Authorization: Basic dXNlcjpwYXNz", to: 30) == "sent Authorization: Basic •••")
  }
}
