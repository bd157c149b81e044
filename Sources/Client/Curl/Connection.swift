import HTTP

/// The address, TLS settings, proxy and credentials of one server: everything a `CurlTransport` needs.
///
/// Resolved once: only files of certificates and tokens are read again when they change.
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
  /// Seconds a connection may take, TLS included.
  package var connectTimeout = 10
  /// Seconds an ordinary request may go without a byte in either direction; `nil` waits for ever.
  package var requestTimeout: Int? = 32
  package var keepalive = Keepalive()
  /// Whether answers may come compressed.
  ///
  /// Never asked for from a server on this machine, where it only costs time.
  package var allowsCompression = true
  package var userAgent = "ksx"

  package init(server: String) { self.server = server }

  /// The certificates to trust and to present.
  package struct TLS: Hashable, Sendable {
    /// The authority's certificates (PEM); `nil` trusts the system's.
    package var authority: [UInt8]?
    package var clientCertificate: [UInt8]?
    package var clientKey: [UInt8]?
    /// Where the key is from, for messages; `nil` where a program gave it.
    package var clientKeyName: String?
    /// The name the certificate must have, when it is not the host's.
    package var serverName: String?
    package var isVerified = true

    package init() {}
  }

  /// TCP keepalive: tells a broken connection from a peer that has nothing to send, because every
  /// living peer answers the probes.
  package struct Keepalive: Hashable, Sendable {
    /// Seconds without a packet after which the peer is probed.
    package var idle: Int32 = 30
    /// Seconds between two probes.
    package var interval: Int32 = 10
    /// Probes without an answer after which the connection is dead; what was sent may also wait no
    /// longer than so many intervals for its acknowledgement.
    package var probes: Int32 = 3

    package init() {}
  }

  /// Whether others on the way could read along or answer in the server's place.
  package var isInsecure: Bool { isInClear || (server.hasPrefix("https:") && !tls.isVerified) }

  /// Whether what is sent leaves this machine unencrypted.
  package var isInClear: Bool { ServerAddress(server)?.scheme == .http && !isLoopback }

  /// Whether the server is on this machine.
  package var isLoopback: Bool { ServerAddress(server)?.isLoopback ?? false }

  /// The server as it may be shown: without the user and the password a URL can carry.
  package var displayName: String { Redaction.withoutUserInfo(server) }
}
