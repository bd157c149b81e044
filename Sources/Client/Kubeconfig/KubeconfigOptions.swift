/// Options of the command line, with kubectl's names; each overrides the files.
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
  /// With `password`, basic authentication; without `password`, the file's password is used.
  package var username: String?
  /// Replaces the file's password; without `username`, the file's user name is used.
  package var password: String?
  package var impersonatedUser: String?
  package var impersonatedGroups: [String] = []
  package var impersonatedUID: String?
  /// Extra attributes of the impersonated user, each with its values (`--as-user-extra KEY=VALUE`).
  package var impersonatedExtra: [String: [String]] = [:]
  /// Seconds; 0 for no limit, as in kubectl.
  package var requestTimeout: Int?
  /// Requests uncompressed responses; overrides the file.
  package var disableCompression = false
  /// The terminal on which a credential plugin may prompt; `nil` if there is none.
  package var terminal: SharedTerminal?

  package init() {}
}
