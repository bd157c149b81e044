import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import Platform

/// The connections of one event loop to upstreams: the one used last is taken first.
///
/// Confined to that loop.
final class UpstreamPool {
  let eventLoop: any EventLoop
  let settings: UpstreamSettings
  private let trust: TrustStore
  private var idle: [UpstreamAddress: [UpstreamConnection]] = [:]

  init(_ eventLoop: any EventLoop, _ settings: UpstreamSettings, _ trust: TrustStore) {
    self.eventLoop = eventLoop
    self.settings = settings
    self.trust = trust
  }

  /// A connection that has served before, if one is left.
  func take(_ address: UpstreamAddress) -> UpstreamConnection? {
    while let connection = idle[address]?.popLast() {
      if connection.isOpen { return connection }
    }
    return nil
  }

  func put(_ connection: UpstreamConnection) {
    guard idle[connection.address, default: []].count < settings.idleConnections else { return connection.close() }
    idle[connection.address, default: []].append(connection)
    connection.rest(for: settings.idleTimeout)
  }

  func forget(_ connection: UpstreamConnection) {
    idle[connection.address]?.removeAll { $0 === connection }
    if idle[connection.address]?.isEmpty == true { idle[connection.address] = nil }
  }

  /// Makes a connection, and tells what came of it on this event loop.
  func connect(_ address: UpstreamAddress, _ done: @escaping (Result<UpstreamConnection, UpstreamFailure>) -> Void) {
    let context: NIOSSLContext?
    do throws(UpstreamFailure) {
      context = try address.trust.map { trust throws(UpstreamFailure) in try self.trust.context(for: trust) }
    } catch {
      return done(.failure(error))
    }
    let bound = NIOLoopBound((self, done), eventLoop: eventLoop)
    let bootstrap = bootstrap(address, context)
    let connecting =
      (try? SocketAddress(ipAddress: address.host, port: address.port)).map { bootstrap.connect(to: $0) }
      ?? bootstrap.connect(host: address.host, port: address.port)
    connecting.hop(to: eventLoop).whenComplete { result in
      let (pool, done) = bound.value
      done(pool.connection(result, address))
    }
  }

  private func connection(
    _ result: Result<any Channel, any Error>, _ address: UpstreamAddress
  ) -> Result<UpstreamConnection, UpstreamFailure> {
    switch result {
    case .failure(let error): return .failure(UpstreamFailure(connecting: error, to: address))
    case .success(let channel):
      if let problem = channel.remoteAddress.flatMap(settings.addresses.problem) {
        channel.close(promise: nil)
        return .failure(.failed("\(address.authority) is not allowed: \(problem)"))
      }
      guard let connection = try? channel.pipeline.syncOperations.handler(type: UpstreamConnection.self) else {
        return .failure(.failed("the connection ended at once"))
      }
      return .success(connection)
    }
  }

  private func bootstrap(_ address: UpstreamAddress, _ tls: NIOSSLContext?) -> ClientBootstrap {
    let bound = NIOLoopBound(self, eventLoop: eventLoop)
    return ClientBootstrap(group: eventLoop)
      .connectTimeout(TimeAmount(settings.connectTimeout))
      .channelOption(.socketOption(.tcp_nodelay), value: 1)
      .channelOption(.socketOption(.so_keepalive), value: 1)
      .channelOption(.writeBufferWaterMark, value: .init(low: 64 << 10, high: 256 << 10))
      .channelOption(
        .recvAllocator, value: AdaptiveRecvByteBufferAllocator(minimum: 2_048, initial: 4_096, maximum: 256 << 10)
      )
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture { try Self.prepare(channel, address, tls, bound.value) }
      }
  }

  private static func prepare(
    _ channel: any Channel, _ address: UpstreamAddress, _ tls: NIOSSLContext?, _ pool: UpstreamPool
  ) throws {
    let pipeline = channel.pipeline.syncOperations
    if let tls {
      // An address is no name that SNI may have.
      let isAddress = (try? SocketAddress(ipAddress: address.name, port: 0)) != nil
      try pipeline.addHandler(NIOSSLClientHandler(context: tls, serverHostname: isAddress ? nil : address.name))
    }
    var encoder = HTTPRequestEncoder.Configuration()
    encoder.automaticallySetFramingHeaders = false
    // The decoder must see what is asked, so that it knows which answers have no body.
    let codecs: [any RemovableChannelHandler] = [
      HTTPRequestEncoder(configuration: encoder),
      ByteToMessageHandler(
        HTTPResponseDecoder(leftOverBytesStrategy: .forwardBytes, informationalResponseStrategy: .forward)),
      NIOHTTPRequestHeadersValidator(),
    ]
    for codec in codecs { try pipeline.addHandler(codec) }
    try pipeline.addHandler(UpstreamConnection(address, pool, codecs))
  }
}

/// The pools of all event loops.
final class UpstreamPools: Sendable {
  private let settings: UpstreamSettings
  private let trust = TrustStore()
  private let pools = Locked<[ObjectIdentifier: NIOLoopBound<UpstreamPool>]>([:])

  init(_ settings: UpstreamSettings) {
    self.settings = settings
  }

  /// The pool of `eventLoop`, on which this is called.
  func pool(of eventLoop: any EventLoop) -> UpstreamPool {
    let (settings, trust) = (settings, trust)
    return pools.withLock { pools in
      let id = ObjectIdentifier(eventLoop)
      if let known = pools[id] { return known }
      let made = NIOLoopBound(UpstreamPool(eventLoop, settings, trust), eventLoop: eventLoop)
      pools[id] = made
      return made
    }.value
  }
}
