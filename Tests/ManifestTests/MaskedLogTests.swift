import Testing

@testable import Manifest

/// Logs in which helm has written the values of a release.
@Suite struct MaskedLogTests {
  private func masked(_ text: String, isTail: Bool = false) -> [String] {
    var log = MaskedLog(isTail: isTail)
    return text.split(separator: "\n", omittingEmptySubsequences: false).map { log.masked(String($0)) }
  }

  @Test func valuesOfSecretKeysAreMaskedAndWhatHelmSaysIsNot() {
    let log = """
      upgrade.go:159: [debug] preparing upgrade for vault-keeper
      client.go:486: [debug] Looks like there are no changes for Secret "vault"
      USER-SUPPLIED VALUES:
      receiver:
        password: s3cr3tXY
        url: http://u:pa55w0rd@host/x?token=abcdef
        certificate: |
          -----BEGIN RSA PRIVATE KEY-----
          AAAA
          -----END RSA PRIVATE KEY-----
      token: |
        first line
        second line

      HOOKS:
      Error: UPGRADE FAILED: timed out
      """

    let lines = masked(log)

    let text = lines.joined(separator: "\n")
    for secret in ["s3cr3tXY", "pa55w0rd", "abcdef", "AAAA", "first line", "second line"] {
      #expect(!text.contains(secret))
    }
    let given = log.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    for index in [0, 1, 2, 3, 10, given.count - 2, given.count - 1] { #expect(lines[index] == given[index]) }
    #expect(lines[4] == "  password: \(SecretKeys.mask)")
  }

  @Test func aQuoteThatIsNotClosedHidesNoMoreThanItsValue() {
    let lines = masked("secret: \"abc\n  def\nupgraded\nError: x")

    #expect(!lines.joined().contains("abc") && !lines.joined().contains("def"))
    #expect(lines.suffix(2) == ["upgraded", "Error: x"])
  }

  @Test func theEndOfALogMayBeginInsideASecret() {
    let lines = masked("    AAAA\n    BBBB\n  replicas: 2\nupgraded\n  indented", isTail: true)

    #expect(
      lines == ["    \(SecretKeys.mask)", "    \(SecretKeys.mask)", "  replicas: 2", "upgraded", "  indented"])
  }
}
