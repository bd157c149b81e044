/// How one server is reached: everything a `CurlTransport` has to know.
///
/// Resolved once and pinned: no file that changes later changes it, but for those of certificates and
/// tokens, which are renewed on purpose.
public struct Connection: Sendable {
  /// `https://host:6443`, with a path when the API is served under one, or `unix:///path/to/socket`.
  public var server: String
  public var tls = TLS()
  /// Where `tls` was read from, if those files are to be followed.
  public var tlsFiles: TLSFiles?
  /// `http://`, `https://` or `socks5://` and an address; `nil` follows the environment, as kubectl does.
  public var proxy: String?
  public var credentials: (any CredentialSource)?
  /// Seconds a connection may take, TLS included.
  public var connectTimeout = 10
  /// Seconds an ordinary request may go without a byte in either direction; `nil` waits for ever.
  public var requestTimeout: Int? = 32
  public var keepalive = Keepalive()
  /// Whether answers may come compressed.
  ///
  /// Never asked for on this machine, where it only costs time.
  public var allowsCompression = true
  public var userAgent = "ksx"

  public init(server: String) { self.server = server }

  /// What TLS is told to trust and to show.
  public struct TLS: Hashable, Sendable {
    /// The authority's certificates (PEM); `nil` trusts the system's.
    public var authority: [UInt8]?
    public var clientCertificate: [UInt8]?
    public var clientKey: [UInt8]?
    /// The name the certificate must have, when it is not the host's.
    public var serverName: String?
    public var isVerified = true

    public init() {}
  }

  /// How a network that has gone silent is told from a peer that has nothing to say: by probes of TCP,
  /// which every living peer answers.
  public struct Keepalive: Hashable, Sendable {
    /// Seconds without a packet after which the peer is probed.
    public var idle: Int32 = 30
    /// Seconds between two probes.
    public var interval: Int32 = 10
    /// Probes without an answer after which the connection is dead; what was sent may also wait no
    /// longer than so many intervals for its acknowledgement.
    public var probes: Int32 = 3

    public init() {}
  }

  /// Whether nobody checks who answers.
  public var isInsecure: Bool { server.hasPrefix("https:") && !tls.isVerified }

  /// Whether the server is on this machine.
  public var isLoopback: Bool { ServerAddress(server)?.isLoopback ?? false }

  /// The server as it may be shown: without the user and the password a URL can carry.
  public var displayName: String { Redaction.withoutUserInfo(server) }
}
