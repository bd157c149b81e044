package import HTTP
import Platform

/// A server reached over HTTP, through libcurl.
package struct CurlTransport: Transport {
  package var connection: Connection

  package init(_ connection: Connection) { self.connection = connection }

  /// A server that needs no credentials, such as the standalone backend on its socket.
  package init(base: String) { self.init(Connection(server: base)) }

  package func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
    guard var address = ServerAddress(connection.server) else {
      throw .invalid(
        reason: "\(connection.displayName) is not an address: https://HOST:PORT or unix:///PATH is expected")
    }
    guard let host = InternationalName.ascii(address.host) else {
      throw .invalid(reason: "\(address.host) is not the name of a host")
    }
    address.host = host
    guard let source = connection.credentials else { return try await send(request, to: address, as: Credential()) }
    let credential = try await source.credential(insteadOf: nil)
    let response = try await send(request, to: address, as: credential)
    guard response.status == 401 else { return response }
    // A 401 means that the server did nothing, so even a write may be sent again.
    let fresh = try await source.credential(insteadOf: credential)
    return fresh == credential ? response : try await send(request, to: address, as: fresh)
  }

  private func send(
    _ request: HTTPRequest, to address: ServerAddress, as credential: Credential
  ) async throws(TransportError) -> HTTPResponse {
    var call = CurlCall(request: request, connection: connection, address: address, credential: credential)
    call.proxy = try connection.proxy(to: address)
    guard let files = connection.tlsFiles else { return try await start(call) }
    call.connection.tls = files.renewed(connection.tls)
    do throws(TransportError) {
      var response = try await start(call)
      files.note(worked: call.connection.tls)
      // Reported like a warning of the server, so it is shown in the same places, and once.
      if let problem = files.problem { response.headers.add("Warning", "299 ksx " + Warnings.quoted(problem)) }
      return response
    } catch {
      // libcurl rejects unusable certificates before it sends anything, so the request may be sent again.
      guard case .invalid = error, let previous = files.previous(insteadOf: call.connection.tls) else { throw error }
      call.connection.tls = previous
      return try await start(call)
    }
  }

  private func start(_ call: CurlCall) async throws(TransportError) -> HTTPResponse {
    var response = try await (call.request.timeoutPolicy == .answer ? CurlLoop.requests : .streams).start(call)
    response.secrets.texts += call.secrets + call.request.headers.fields.flatMap(\.secrets)
    response.headers = response.headers.without(response.secrets)
    return response
  }
}

extension Connection {
  /// The proxy for `address`; a configured one overrides the environment.
  fileprivate func proxy(to address: ServerAddress) throws(TransportError) -> Proxy? {
    guard let proxy, address.scheme != .unix else { return try proxyRules.proxy(to: address) }
    do {
      return try Proxy(proxy)
    } catch {
      throw .invalid(reason: "\(error.sentence(of: "the proxy")). \(Proxy.Problem.remedy)")
    }
  }
}
