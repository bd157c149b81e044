import Glibc
package import HTTP
import NIOCore
import NIOPosix
import NIOSSL
import NIOTLS
import Platform

/// An HTTP server on unix sockets and ports: HTTP/1.1, and over TLS also HTTP/2.
package final class Server: Sendable {
  /// URLs of the listeners, such as `unix:/run/…/ksxd.sock` or `https://127.0.0.1:6443`.
  package let addresses: [String]
  package let connections: Connections
  private let channels: [any Channel]
  private let work: ServerWork
  private let sockets: [SocketFile]

  private init(
    _ channels: [any Channel], _ listeners: [Listener], _ connections: Connections, _ work: ServerWork
  ) {
    self.channels = channels
    self.work = work
    self.connections = connections
    sockets = listeners.compactMap { if case .socket(let path) = $0 { SocketFile(path: path) } else { nil } }
    addresses = zip(channels, listeners).map { channel, listener in
      switch listener {
      case .socket(let path): "unix:\(path)"
      case .port(let host, let port, let certificate):
        // An IPv6 address is written in brackets (RFC 3986 §3.2.2).
        (certificate == nil ? "http://" : "https://") + (host.contains(":") ? "[\(host)]" : host)
          + ":\(channel.localAddress?.port ?? port)"
      }
    }
  }

  /// Listens on all of `listeners`; if one fails, on none.
  ///
  /// `refusal` makes the response to what the server itself refuses. `log` is called with each request once it is over,
  /// and `report` when a certificate has changed and cannot be used.
  package static func start(
    _ handler: any Handler, on listeners: [Listener], limits: ServerLimits = ServerLimits(),
    log: (@Sendable (ServedRequest) -> Void)? = nil, report: @escaping @Sendable (String) -> Void = { _ in },
    refusal: @escaping @Sendable (RequestFault) -> HTTPResponse = { $0.response }
  ) async throws(ServerError) -> Server {
    let settings = ServerSettings(
      handler: handler, limits: limits,
      share: DescriptorLimit.share(of: listeners.count, wanted: limits.connections), refusal: refusal, report: report,
      log: log)
    let (connections, work) = (Connections(), ServerWork())
    var channels: [any Channel] = []
    for listener in listeners {
      do throws(ServerError) {
        channels.append(try await bind(listener, settings, connections, work))
      } catch {
        for channel in channels { channel.close(promise: nil) }
        await work.finish()
        throw error
      }
    }
    return Server(channels, listeners, connections, work)
  }

  /// Stops listening, gives responses `grace` to finish, then cuts them; no handler is running afterwards.
  package func stop(grace: Duration = .seconds(2)) async {
    for channel in channels { channel.close(promise: nil) }
    await connections.close(grace: grace)
    await work.finish()
    for socket in sockets { socket.remove() }
  }

  private static func bind(
    _ listener: Listener, _ settings: ServerSettings, _ connections: Connections, _ work: ServerWork
  ) async throws(ServerError) -> any Channel {
    var settings = settings
    settings.load = ListenerLoad()
    switch listener {
    case .socket(let path):
      let socketFile = SocketFile(path: path)
      try socketFile.prepare()
      let bootstrap = bootstrap(.socket, settings, connections, work, tls: nil)
      let channel = try await listening(on: path) { try await bootstrap.bind(unixDomainSocketPath: path).get() }
      socketFile.restrict()
      return channel
    case .port(let host, let port, let certificate):
      let report = settings.report
      let tls = try certificate.map { files throws(ServerError) in try CertificateReader(files, report: report) }
      let bootstrap = bootstrap(.port, settings, connections, work, tls: tls)
      return try await listening(on: "\(host):\(port)") { try await bootstrap.bind(host: host, port: port).get() }
    }
  }

  private static func listening(
    on address: String, _ bind: () async throws -> any Channel
  ) async throws(ServerError) -> any Channel {
    do {
      return try await bind()
    } catch let error as IOError {
      throw error.errnoCode == EADDRINUSE
        ? .inUse(address) : .cannotListen(address, reason: String(cString: strerror(error.errnoCode)))
    } catch {
      throw .cannotListen(address, reason: "\(error)")
    }
  }

  private static func bootstrap(
    _ kind: HTTPConnection.Listener, _ settings: ServerSettings, _ connections: Connections, _ work: ServerWork,
    tls: CertificateReader?
  ) -> ServerBootstrap {
    ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .serverChannelOption(.backlog, value: 256)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      // One connection per read, so that the gate can count them.
      .serverChannelOption(.maxMessagesPerRead, value: 1)
      .serverChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(AcceptGate(share: settings.share, settings.load))
        }
      }
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          Task { await connections.add(channel) }
          if let tls {
            try negotiate(on: channel, tls.context, settings, work)
          } else {
            try prepare(channel, kind, settings, work)
          }
        }
      }
  }

  /// Adds the version of HTTP to `channel` that TLS has negotiated.
  private static func negotiate(
    on channel: any Channel, _ tls: NIOSSLContext, _ settings: ServerSettings, _ work: ServerWork
  ) throws {
    let pipeline = channel.pipeline.syncOperations
    try pipeline.addHandler(NIOSSLServerHandler(context: tls))
    let deadline = Deadline(on: channel.eventLoop) { channel.close(promise: nil) }
    deadline.set(within: settings.limits.firstHead)
    let agreed = NIOLoopBound(deadline, eventLoop: channel.eventLoop)
    try pipeline.addHandler(
      ApplicationProtocolNegotiationHandler { (result: ALPNResult, channel: any Channel) in
        channel.eventLoop.makeCompletedFuture {
          agreed.value.clear()
          guard case .negotiated("h2") = result else { return try prepare(channel, .port, settings, work) }
          let peer = NIOLoopBound(Peer(.port, on: channel.eventLoop), eventLoop: channel.eventLoop)
          try HTTP2Connection.begin(on: channel, settings.limits) { stream in
            try stream.pipeline.syncOperations.addHandler(
              ConnectionHandler(HTTP2StreamCodec(), peer.value, settings, on: stream, of: work, isStream: true))
          }
        }
      })
  }

  /// Adds HTTP/1.1 to `channel`.
  private static func prepare(
    _ channel: any Channel, _ kind: HTTPConnection.Listener, _ settings: ServerSettings, _ work: ServerWork
  ) throws {
    let codec = HTTP1Codec(limit: settings.limits.headers)
    try channel.pipeline.syncOperations.addHandler(
      ConnectionHandler(codec, Peer(kind, on: channel.eventLoop), settings, on: channel, of: work))
  }
}
