import NIOCore
import NIOPosix
import NIOSSL

/// The connections to upstreams on one event loop.
///
/// Confined to that event loop.
final class UpstreamPool {
  /// Is called with the connection or the failure.
  typealias Done = (Result<UpstreamConnection, UpstreamFailure>) -> Void

  let eventLoop: any EventLoop
  let settings: UpstreamSettings
  private let trust: TrustStore
  private var idle: [UpstreamAddress: IdleConnections] = [:]
  private var sessions: [UpstreamAddress: [UpstreamSession]] = [:]
  /// Callers that wait for the connection that is being made to an upstream in `multiplexed`.
  private var joining: [UpstreamAddress: [Done]] = [:]
  /// Upstreams that have negotiated HTTP/2 before.
  private var multiplexed: Set<UpstreamAddress> = []
  private var made = 0
  private var failed = 0
  private var closed = 0

  var counts: UpstreamPools.Counts {
    UpstreamPools.Counts(
      open: made - closed, idle: idle.values.reduce(0) { $0 + $1.count }, made: made, failed: failed)
  }

  /// Upstreams that are remembered; beyond that, those without connections are forgotten.
  private static let maximum = 1_000

  init(_ eventLoop: any EventLoop, _ settings: UpstreamSettings, _ trust: TrustStore) {
    self.eventLoop = eventLoop
    self.settings = settings
    self.trust = trust
  }

  /// An idle connection; `nil` if there is none.
  func take(_ address: UpstreamAddress) -> UpstreamConnection? { idle[address]?.take() }

  /// Opens a stream on a connection that has room for it; false if there is none.
  func openStream(_ address: UpstreamAddress, _ done: @escaping Done) -> Bool {
    guard let session = sessions[address]?.first(where: \.hasRoom) else { return false }
    session.open(done)
    return true
  }

  /// Makes a connection, or opens a stream on one that is being made, and calls `done` on this event loop.
  func connect(_ address: UpstreamAddress, _ done: @escaping Done) {
    if joining[address] != nil { return joining[address, default: []].append(done) }
    guard multiplexed.contains(address) else { return dial(address, done) }
    joining[address] = []
    dial(address) { result in
      let others = self.joining.removeValue(forKey: address) ?? []
      done(result)
      for other in others { self.join(address, after: result, other) }
    }
  }

  /// Gives a caller that waited for another's connection a stream of it, or the same failure.
  private func join(
    _ address: UpstreamAddress, after result: Result<UpstreamConnection, UpstreamFailure>, _ done: @escaping Done
  ) {
    if case .failure = result { return done(result) }
    if !openStream(address, done) { connect(address, done) }
  }

  private func dial(_ address: UpstreamAddress, _ done: @escaping Done) {
    let tls: NIOSSLContext?
    do throws(UpstreamFailure) {
      tls = try trust.context(for: address)
    } catch {
      return done(.failure(error))
    }
    let literal = try? SocketAddress(ipAddress: address.host, port: address.port)
    if let refusal = refusal(of: [literal].compactMap(\.self), address) { return done(.failure(refusal)) }
    let bound = NIOLoopBound((self, done), eventLoop: eventLoop)
    let bootstrap = bootstrap()
    let connecting =
      literal.map { bootstrap.connect(to: $0) } ?? bootstrap.connect(host: address.host, port: address.port)
    connecting.hop(to: eventLoop).whenComplete { result in
      let (pool, done) = bound.value
      switch result {
      case .success(let channel): pool.negotiate(channel, address, tls) { done(pool.counted($0)) }
      case .failure(let error): done(pool.counted(.failure(pool.failure(error, address))))
      }
    }
  }

  /// Checks the address of `channel` and negotiates the version of HTTP, before anything of a request is sent.
  private func negotiate(
    _ channel: any Channel, _ address: UpstreamAddress, _ tls: NIOSSLContext?, _ done: @escaping Done
  ) {
    guard let remote = channel.remoteAddress else { return done(.failure(.failed("the connection ended at once"))) }
    if let refusal = refusal(of: [remote], address) {
      channel.close(promise: nil)
      return done(.failure(refusal))
    }
    count(channel)
    do {
      guard let tls else { return done(.success(try http1Connection(on: channel, address))) }
      let greeting = UpstreamHandshake(on: channel.eventLoop, within: settings.connectTimeout) { result in
        self.take(result, channel, address, done)
      }
      try greeting.begin(on: channel, tls, address)
    } catch {
      channel.close(promise: nil)
      done(.failure(UpstreamFailure(error)))
    }
  }

  /// The failure for the first forbidden address among `addresses`.
  private func refusal(of addresses: [SocketAddress], _ address: UpstreamAddress) -> UpstreamFailure? {
    addresses.lazy.compactMap(settings.addresses.problem).first.map { problem in
      .failed("\(address.authority) is not allowed: \(problem)")
    }
  }

  /// Why connecting failed; for a forbidden address only that, so that callers do not learn whether the port is open.
  private func failure(_ error: any Error, _ address: UpstreamAddress) -> UpstreamFailure {
    let tried = (error as? NIOConnectionError)?.connectionErrors.map(\.target) ?? []
    return refusal(of: tried, address) ?? UpstreamFailure(connecting: error, to: address)
  }

  private func take(
    _ result: Result<UpstreamHandshake.Version, UpstreamFailure>, _ channel: any Channel, _ address: UpstreamAddress,
    _ done: @escaping Done
  ) {
    do {
      switch try result.get() {
      case .http1: done(.success(try http1Connection(on: channel, address)))
      case .http2: try session(on: channel, address).open(done)
      }
    } catch {
      channel.close(promise: nil)
      done(.failure(UpstreamFailure(error)))
    }
  }

  private func http1Connection(on channel: any Channel, _ address: UpstreamAddress) throws -> UpstreamConnection {
    let connection = UpstreamConnection(address, idleConnections(to: address))
    try channel.pipeline.syncOperations.addHandler(connection)
    return connection
  }

  private func session(on channel: any Channel, _ address: UpstreamAddress) throws -> UpstreamSession {
    let session = try UpstreamSession(channel, address, settings) { [weak self] in self?.forget($0) }
    if multiplexed.count >= Self.maximum { multiplexed = Set(sessions.keys) }
    multiplexed.insert(address)
    sessions[address, default: []].append(session)
    return session
  }

  private func forget(_ session: UpstreamSession) {
    sessions[session.address]?.removeAll { $0 === session }
    if sessions[session.address]?.isEmpty == true { sessions[session.address] = nil }
  }

  private func idleConnections(to address: UpstreamAddress) -> IdleConnections {
    if let known = idle[address] { return known }
    if idle.count >= Self.maximum { idle = idle.filter { $0.value.count > 0 } }
    let made = IdleConnections(settings)
    idle[address] = made
    return made
  }

  private func counted(
    _ result: Result<UpstreamConnection, UpstreamFailure>
  ) -> Result<UpstreamConnection, UpstreamFailure> {
    if case .failure = result { failed += 1 }
    return result
  }

  private func count(_ channel: any Channel) {
    made += 1
    let bound = NIOLoopBound(self, eventLoop: eventLoop)
    channel.closeFuture.whenComplete { _ in bound.value.closed += 1 }
  }

  private func bootstrap() -> ClientBootstrap {
    ClientBootstrap(group: eventLoop)
      .connectTimeout(TimeAmount(settings.connectTimeout))
      .channelOption(.socketOption(.tcp_nodelay), value: 1)
      .channelOption(.socketOption(.so_keepalive), value: 1)
      .channelOption(.writeBufferWaterMark, value: .init(low: 64 << 10, high: 256 << 10))
      .channelOption(
        .recvAllocator, value: AdaptiveRecvByteBufferAllocator(minimum: 2_048, initial: 4_096, maximum: 256 << 10)
      )
  }
}
