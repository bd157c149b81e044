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
  public var username: String?
  public var password: String?
  public var impersonatedUser: String?
  public var impersonatedGroups: [String] = []
  public var impersonatedUID: String?
  /// Seconds; 0 waits for ever, as kubectl has it.
  public var requestTimeout: Int?
  public var disableCompression = false
  /// Lends the terminal to a credential plugin while the closure runs; `nil` when there is none to lend.
  public var lendTerminal: TerminalLoan?

  public init() {}
}

/// Runs a closure while a plugin may read from and write to the terminal.
public typealias TerminalLoan = @Sendable (_ body: @Sendable () async -> Void) async -> Void
