import CCurl
import Glibc
import HTTP
import KubernetesAPI
import Platform

extension EasyHandle {
  /// Sets all options for `call`; returns the problem if libcurl cannot send it.
  func configure(for call: CurlCall) -> Sentence? {
    set(CURLOPT_NOSIGNAL, 1)
    set(CURLOPT_TCP_NODELAY, 1)
    set(CURLOPT_BUFFERSIZE, 256 << 10)
    set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
    set(CURLOPT_CONNECTTIMEOUT, call.connection.connectTimeout)
    setTimeouts(call)
    if call.address.scheme == .https {
      let tls = call.connection.tls
      if tls.isVerified, tls.authority == [] {
        return "the authority's certificate cannot be read: there is none in it"
      }
      setTLS(.server, call.connection.tls, call.credential)
    }
    guard setAddress(call) else { return "\(call.connection.displayName) is not a URL that can be reached" }
    setMethod(call.request)
    let fields = headerFields(for: call)
    for field in fields.fields {
      if let flaw = InvalidHeaderCharacter(in: field.name + field.value) {
        return "the header field \(field.name) has \(flaw.words) in it"
      }
    }
    setHeaders(lines(of: fields))
    return nil
  }

  private func setAddress(_ call: CurlCall) -> Bool {
    let address = call.address
    guard set(CURLOPT_PROTOCOLS_STR, "http,https") else { return false }
    if address.scheme == .unix {
      set(CURLOPT_PROXY, "")
      return set(CURLOPT_UNIX_SOCKET_PATH, address.path) && set(CURLOPT_URL, "http://localhost" + call.request.target)
    }
    // Only a proxy may interpret such a host.
    guard call.proxy != nil || !address.isOldNumber else { return false }
    var host = address.bracketedHost
    if address.scheme == .https, let name = call.connection.tls.serverName, !name.isEmpty {
      // TLS asks for `name` and checks it; the connection is still made to the address.
      setConnectTo("\(name):\(address.port):\(host):\(address.port)")
      host = name
    }
    guard setProxy(call) else { return false }
    return set(CURLOPT_URL, "\(address.scheme.rawValue)://\(host):\(address.port)\(address.path)\(call.request.target)")
  }

  /// Sets the proxy, or none, explicitly, because libcurl reads the environment differently from Go.
  private func setProxy(_ call: CurlCall) -> Bool {
    set(CURLOPT_NOPROXY, "")
    guard let proxy = call.proxy else { return set(CURLOPT_PROXY, "") }
    set(CURLOPT_SOCKS5_AUTH, basicAuthentication)
    if proxy.scheme == .https {
      // As in kubectl, the TLS settings of an HTTPS server also apply to its HTTPS proxy.
      let isSecure = call.address.scheme == .https
      setTLS(.proxy, isSecure ? call.connection.tls : Connection.TLS(), isSecure ? call.credential : Credential())
    }
    return set(CURLOPT_PROXY, proxy.address)
  }

  /// Sets which certificates are trusted at one end and which are presented to it.
  private func setTLS(_ end: TLSOptions, _ tls: Connection.TLS, _ credential: Credential) {
    set(end.version, Int(CURL_SSLVERSION_TLSv1_2))
    set(end.verifyPeer, tls.isVerified ? 1 : 0)
    set(end.verifyHost, tls.isVerified ? 2 : 0)
    if tls.isVerified, let authority = tls.authority { set(end.authority, authority) }
    if let certificate = credential.clientCertificate ?? tls.clientCertificate { set(end.certificate, certificate) }
    if let key = credential.clientKey ?? tls.clientKey { set(end.key, key) }
    // Without a passphrase, even an empty one, libcurl reads address 0, or OpenSSL prompts on the terminal.
    set(end.passphrase, "")
  }

  private func setTimeouts(_ call: CurlCall) {
    switch call.request.timeoutPolicy {
    case .answer:
      set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_2TLS))
      // A request waits for a connection that is being set up, to share it. Without TLS connections are not shared, and
      // it would wait for the whole response to another request.
      if call.address.scheme == .https { set(CURLOPT_PIPEWAIT, 1) }
      if call.connection.allowsCompression, !call.address.isLoopback { set(CURLOPT_ACCEPT_ENCODING, "gzip") }
    case .stream(let limit, _):
      // HTTP/1.1 gives each stream a connection of its own: on a shared one, streams could use up
      // the stream limit and starve the requests.
      set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
      if let limit { set(CURLOPT_TIMEOUT, limit) }
    }
  }

  private func setMethod(_ request: HTTPRequest) {
    switch request.method {
    case .get: set(CURLOPT_HTTPGET, 1)
    case .head: set(CURLOPT_NOBODY, 1)
    default:
      set(CURLOPT_CUSTOMREQUEST, request.method.rawValue)
      if !request.body.isEmpty || request.method != .delete { setBody(request.body) }
      // libcurl resends a request if a kept-alive connection turns out to be closed. On a new
      // connection it does not, and a write must never be sent twice.
      set(CURLOPT_FRESH_CONNECT, 1)
    }
  }

  private func headerFields(for call: CurlCall) -> HTTPHeaders {
    var fields = call.request.headers
    for field in call.credential.headers.fields { fields.add(field.name, field.value) }
    if fields["User-Agent"] == nil { fields["User-Agent"] = call.connection.userAgent }
    if call.connection.tls.serverName != nil, fields["Host"] == nil { fields["Host"] = call.address.name }
    return fields
  }

  private func lines(of fields: HTTPHeaders) -> [String] {
    var lines = fields.fields.map { $0.value.isEmpty ? "\($0.name);" : "\($0.name): \($0.value)" }
    // Without these libcurl labels every body as a form, and sends `Expect: 100-continue` before a large one.
    if fields["Content-Type"] == nil { lines.append("Content-Type:") }
    lines.append("Expect:")
    return lines
  }
}

/// libcurl's TLS options for the server or for the proxy.
private struct TLSOptions {
  let version: CURLoption
  let verifyPeer: CURLoption
  let verifyHost: CURLoption
  let authority: CURLoption
  let certificate: CURLoption
  let key: CURLoption
  let passphrase: CURLoption

  static let server = TLSOptions(
    version: CURLOPT_SSLVERSION, verifyPeer: CURLOPT_SSL_VERIFYPEER, verifyHost: CURLOPT_SSL_VERIFYHOST,
    authority: CURLOPT_CAINFO_BLOB, certificate: CURLOPT_SSLCERT_BLOB, key: CURLOPT_SSLKEY_BLOB,
    passphrase: CURLOPT_KEYPASSWD)
  static let proxy = TLSOptions(
    version: CURLOPT_PROXY_SSLVERSION, verifyPeer: CURLOPT_PROXY_SSL_VERIFYPEER,
    verifyHost: CURLOPT_PROXY_SSL_VERIFYHOST, authority: CURLOPT_PROXY_CAINFO_BLOB,
    certificate: CURLOPT_PROXY_SSLCERT_BLOB, key: CURLOPT_PROXY_SSLKEY_BLOB, passphrase: CURLOPT_PROXY_KEYPASSWD)
}

/// `CURLAUTH_BASIC`, a macro that Swift does not import: SOCKS proxies get a user and password, no Kerberos ticket.
private let basicAuthentication = 1
