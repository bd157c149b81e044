/// What a user asks for on the command line, by kubectl's names; each overrides the files.
package struct KubeconfigOptions: Sendable {
  package var kubeconfig: String?
  package var context: String?
  package var cluster: String?
  package var user: String?
  package var server: String?
  package var namespace: String?
  package var tlsServerName: String?
  package var insecureSkipTLSVerify: Bool?
  package var certificateAuthority: String?
  package var clientCertificate: String?
  package var clientKey: String?
  package var token: String?
  /// With `password`, basic authentication; the file's password serves when only this is given.
  package var username: String?
  /// Alone, it takes the place of the file's password.
  package var password: String?
  package var impersonatedUser: String?
  package var impersonatedGroups: [String] = []
  package var impersonatedUID: String?
  /// Further attributes of the user to act as, each with its values (`--as-user-extra KEY=VALUE`).
  package var impersonatedExtra: [String: [String]] = [:]
  /// Seconds; 0 waits for ever, as kubectl has it.
  package var requestTimeout: Int?
  /// Asks for uncompressed answers; overrides the file.
  package var disableCompression = false
  /// The terminal on which a credential plugin may ask; `nil` when there is none.
  package var terminal: SharedTerminal?

  package init() {}
}
