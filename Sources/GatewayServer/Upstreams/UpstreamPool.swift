import NIOCore
import NIOPosix
import NIOSSL
import Platform

/// The connections to one upstream that wait for the next request: the one used last is taken first.
///
/// Confined to an event loop.
final class IdleConnections {
  private let settings: UpstreamSettings
  private var connections: [UpstreamConnection] = []

  init(_ settings: UpstreamSettings) {
    self.settings = settings
  }

  var count: Int { connections.count }

  func take() -> UpstreamConnection? {
    while let connection = connections.popLast() {
      if connection.isOpen { return connection }
    }
    return nil
  }

  func put(_ connection: UpstreamConnection) {
    guard connections.count < settings.idleConnections else { return connection.close() }
    connections.append(connection)
    connection.rest(for: settings.idleTimeout)
  }

  func forget(_ connection: UpstreamConnection) {
    connections.removeAll { $0 === connection }
  }
}

/// The connections of one event loop to upstreams.
///
/// Confined to that loop.
final class UpstreamPool {
  let eventLoop: any EventLoop
  let settings: UpstreamSettings
  private let trust: TrustStore
  private var idle: [UpstreamAddress: IdleConnections] = [:]
  private var made = 0
  private var failed = 0
  private var closed = 0

  var counts: UpstreamPools.Counts {
    UpstreamPools.Counts(
      open: made - closed, idle: idle.values.reduce(0) { $0 + $1.count }, made: made, failed: failed)
  }

  /// Upstreams that are remembered before those without connections are forgotten.
  private static let most = 1_000

  init(_ eventLoop: any EventLoop, _ settings: UpstreamSettings, _ trust: TrustStore) {
    self.eventLoop = eventLoop
    self.settings = settings
    self.trust = trust
  }

  /// A connection that has served before, if one is left.
  func take(_ address: UpstreamAddress) -> UpstreamConnection? { idle[address]?.take() }

  private func idleConnections(to address: UpstreamAddress) -> IdleConnections {
    if let known = idle[address] { return known }
    if idle.count >= Self.most { idle = idle.filter { $0.value.count > 0 } }
    let made = IdleConnections(settings)
    idle[address] = made
    return made
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
      done(pool.counted(pool.connection(result, address)))
    }
  }

  private func counted(
    _ result: Result<UpstreamConnection, UpstreamFailure>
  ) -> Result<UpstreamConnection, UpstreamFailure> {
    guard case .success(let connection) = result else {
      failed += 1
      return result
    }
    made += 1
    let bound = NIOLoopBound(self, eventLoop: eventLoop)
    connection.closeFuture?.whenComplete { _ in bound.value.closed += 1 }
    return result
  }

  private func connection(
    _ result: Result<any Channel, any Error>, _ address: UpstreamAddress
  ) -> Result<UpstreamConnection, UpstreamFailure> {
    switch result {
    case .failure(let error): return .failure(UpstreamFailure(connecting: error, to: address))
    case .success(let channel):
      let remote = channel.remoteAddress
      if let problem = remote.flatMap(settings.addresses.problem) {
        channel.close(promise: nil)
        return .failure(.failed("\(address.authority) is not allowed: \(problem)"))
      }
      guard remote != nil, let connection = try? channel.pipeline.syncOperations.handler(type: UpstreamConnection.self)
      else {
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
    try pipeline.addHandler(UpstreamConnection(address, pool.idleConnections(to: address)))
  }
}

/// The pools of all event loops.
final class UpstreamPools: Sendable {
  /// How many connections there are and have been.
  struct Counts: Hashable, Sendable {
    var open = 0
    var idle = 0
    var made = 0
    var failed = 0

    static func + (left: Counts, right: Counts) -> Counts {
      Counts(
        open: left.open + right.open, idle: left.idle + right.idle, made: left.made + right.made,
        failed: left.failed + right.failed)
    }
  }

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

  /// Those of all event loops.
  func counts() async -> Counts {
    var sum = Counts()
    for pool in pools.withLock({ Array($0.values) }) {
      sum = sum + ((try? await pool.eventLoop.submit { pool.value.counts }.get()) ?? Counts())
    }
    return sum
  }
}
