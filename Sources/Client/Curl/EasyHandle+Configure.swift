import CCurl
import Glibc
import HTTP
import KubernetesAPI

extension EasyHandle {
  /// Sets everything `call` asks for; a text says what libcurl does not take.
  func configure(for call: CurlCall) -> String? {
    set(CURLOPT_NOSIGNAL, 1)
    set(CURLOPT_TCP_NODELAY, 1)
    set(CURLOPT_BUFFERSIZE, 256 << 10)
    set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
    set(CURLOPT_CONNECTTIMEOUT, call.connection.connectTimeout)
    setPatience(call)
    if call.address.scheme == .https { setTLS(call) }
    guard setAddress(call) else { return "\(call.connection.displayName) is no URL that can be reached" }
    setMethod(call.request)
    guard let lines = headerLines(for: call) else { return "a header field with a line break in it" }
    setHeaders(lines)
    return nil
  }

  private func setAddress(_ call: CurlCall) -> Bool {
    let address = call.address
    guard set(CURLOPT_PROTOCOLS_STR, "http,https") else { return false }
    if address.scheme == .unix {
      set(CURLOPT_PROXY, "")
      return set(CURLOPT_UNIX_SOCKET_PATH, address.path) && set(CURLOPT_URL, "http://localhost" + call.request.target)
    }
    var host = address.bracketedHost
    if address.scheme == .https, let name = call.connection.tls.serverName, !name.isEmpty {
      // The name is asked for and checked, the connection goes to the address all the same.
      setConnectTo("\(name):\(address.port):\(host):\(address.port)")
      host = name
    }
    if let proxy = call.connection.proxy {
      guard set(CURLOPT_PROXY, proxy) else { return false }
      // What the kubeconfig says holds, whatever NO_PROXY in the environment says of the host.
      set(CURLOPT_NOPROXY, "")
    } else if address.isLoopback {
      // As Go does: the environment's proxy is not asked about this machine.
      set(CURLOPT_PROXY, "")
    }
    return set(CURLOPT_URL, "\(address.scheme.rawValue)://\(host):\(address.port)\(address.path)\(call.request.target)")
  }

  private func setTLS(_ call: CurlCall) {
    let tls = call.connection.tls
    set(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
    set(CURLOPT_SSL_VERIFYPEER, tls.isVerified ? 1 : 0)
    set(CURLOPT_SSL_VERIFYHOST, tls.isVerified ? 2 : 0)
    if tls.isVerified, let authority = tls.authority { set(CURLOPT_CAINFO_BLOB, authority) }
    if let certificate = call.credential.clientCertificate ?? tls.clientCertificate {
      set(CURLOPT_SSLCERT_BLOB, certificate)
    }
    if let key = call.credential.clientKey ?? tls.clientKey { set(CURLOPT_SSLKEY_BLOB, key) }
  }

  private func setPatience(_ call: CurlCall) {
    switch call.request.patience {
    case .answer:
      set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_2TLS))
      // A request may share a connection, and waits a moment for one that is being made.
      set(CURLOPT_PIPEWAIT, 1)
      if call.connection.allowsCompression, !call.address.isLoopback { set(CURLOPT_ACCEPT_ENCODING, "gzip") }
    case .stream(let limit, _):
      // HTTP/1.1 gives each stream a connection of its own: streams that fill the limit of a
      // shared one would starve the requests.
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
      // libcurl sends a request once more when a connection it had kept turns out to be closed.
      // On a new connection it does not, and a write must never be sent twice.
      set(CURLOPT_FRESH_CONNECT, 1)
    }
  }

  /// The header fields as lines, or `nil` when one would break out of its line.
  private func headerLines(for call: CurlCall) -> [String]? {
    var fields = call.request.headers
    for field in call.credential.headers.fields { fields.add(field.name, field.value) }
    if fields["User-Agent"] == nil { fields["User-Agent"] = call.connection.userAgent }
    if call.connection.tls.serverName != nil, fields["Host"] == nil { fields["Host"] = call.address.name }
    var lines = fields.fields.map { $0.value.isEmpty ? "\($0.name);" : "\($0.name): \($0.value)" }
    guard lines.allSatisfy({ !$0.utf8.contains { $0 == 10 || $0 == 13 || $0 == 0 } }) else { return nil }
    // Without these libcurl would call every body a form, and ask before it sends a large one.
    if fields["Content-Type"] == nil { lines.append("Content-Type:") }
    lines.append("Expect:")
    return lines
  }
}
