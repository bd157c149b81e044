/// What a person asks for on the command line, by kubectl's names; each overrides the files.
public struct KubeconfigOptions: Sendable {
  public var kubeconfig: String?
  public var context: String?
  public var cluster: String?
  public var user: String?
  public var server: String?
  public var namespace: String?
  public var tlsServerName: String?
  public var insecureSkipTLSVerify: Bool?
  public var certificateAuthority: String?
  public var clientCertificate: String?
  public var clientKey: String?
  public var token: String?
  /// With `password`, basic authentication; the file's password serves when only this is given.
  public var username: String?
  /// Alone, it takes the place of the file's password.
  public var password: String?
  public var impersonatedUser: String?
  public var impersonatedGroups: [String] = []
  public var impersonatedUID: String?
  /// Further attributes of the user to act as, each with its values (`--as-user-extra KEY=VALUE`).
  public var impersonatedExtra: [String: [String]] = [:]
  /// Seconds; 0 waits for ever, as kubectl has it.
  public var requestTimeout: Int?
  /// Asks for no compressed answers, whatever the file says.
  public var disableCompression = false
  /// Lends the terminal to a credential plugin while the closure runs; `nil` when there is none to lend.
  public var lendTerminal: TerminalLoan?

  public init() {}
}

/// Runs a closure while a plugin may read from and write to the terminal.
public typealias TerminalLoan = @Sendable (_ body: @Sendable () async -> Void) async -> Void
