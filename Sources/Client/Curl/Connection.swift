import HTTP

/// The address, TLS settings, proxy and credentials of one server: everything a `CurlTransport` needs.
///
/// Resolved once; only certificate and token files are read again when they change.
package struct Connection: Sendable {
  /// `https://host:6443`, with a path when the API is served under one, or `unix:///path/to/socket`.
  package var server: String
  package var tls = TLS()
  /// The files `tls` was read from, if they are to be read again when they change.
  package var tlsFiles: TLSFiles?
  /// `http://`, `https://` or `socks5://` and an address; `nil` follows `proxyRules`.
  package var proxy: String?
  /// The proxies that the environment names.
  package var proxyRules = ProxyRules.process
  package var credentials: (any CredentialSource)?
  /// Seconds that connecting may take, TLS handshake included.
  package var connectTimeout = 10
  /// Seconds an ordinary request may go without a byte in either direction; `nil` waits for ever.
  package var requestTimeout: Int? = 32
  package var keepalive = Keepalive()
  /// Whether responses may be compressed.
  ///
  /// Compression is never requested from a server on this machine, where it only costs time.
  package var allowsCompression = true
  package var userAgent = "ksx"

  package init(server: String) { self.server = server }

  /// The certificates to trust and to present.
  package struct TLS: Hashable, Sendable {
    /// The certificates of the authorities to trust (PEM); `nil` for the system's.
    package var authority: [UInt8]?
    package var clientCertificate: [UInt8]?
    package var clientKey: [UInt8]?
    /// The origin of the key, for messages; `nil` if it is not from a kubeconfig.
    package var clientKeyName: String?
    /// The name that the server's certificate must have; `nil` for the host's name.
    package var serverName: String?
    /// Whether the server's certificate is checked.
    package var isVerified = true

    package init() {}
  }

  /// TCP keepalive, which tells a dead connection from an idle peer: a live peer answers the probes.
  package struct Keepalive: Hashable, Sendable {
    /// Seconds without a packet after which the peer is probed.
    package var idle: Int32 = 30
    /// Seconds between two probes.
    package var interval: Int32 = 10
    /// Unanswered probes after which the connection is dead.
    ///
    /// Sent data must also be acknowledged within `interval * probes` seconds (`TCP_USER_TIMEOUT`).
    package var probes: Int32 = 3

    package init() {}
  }

  /// Whether an attacker on the network could read the traffic or impersonate the server.
  package var isInsecure: Bool { isUnencrypted || (server.hasPrefix("https:") && !tls.isVerified) }

  /// Whether requests leave this machine unencrypted.
  package var isUnencrypted: Bool { ServerAddress(server)?.scheme == .http && !isLoopback }

  /// Whether the server is on this machine.
  package var isLoopback: Bool { ServerAddress(server)?.isLoopback ?? false }

  /// The server's URL for display, without the user and password that it may contain.
  package var displayName: String { Redaction.withoutUserInfo(server) }
}
