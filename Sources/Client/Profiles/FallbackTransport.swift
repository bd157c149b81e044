package import HTTP
package import Platform

/// A transport with two ways to one cluster: Kubernetes' own API first, the gateway if that is unreachable.
///
/// A read that gets no response is sent by the other way. A write is sent by the other way only if no
/// connection could be made: a write that may have been sent is never sent again.
package final class FallbackTransport: Transport {
  /// A way to the cluster.
  package enum Way: String, Hashable, Sendable {
    case kubernetes = "Kubernetes"
    case gateway = "gateway"

    var other: Way { self == .kubernetes ? .gateway : .kubernetes }
  }

  /// The way in use, for the status line.
  package struct Use: Hashable, Sendable, CustomStringConvertible {
    package var way: Way
    /// Why the preferred way is not in use; `nil` if it is.
    package var reason: Sentence?

    package init(way: Way, reason: Sentence? = nil) {
      self.way = way
      self.reason = reason
    }

    /// The message to the user after a change to this way.
    package var sentence: Sentence {
      switch way {
      case .kubernetes: "Kubernetes is used again."
      case .gateway: reason.map { "The gateway is used now: \($0)." } ?? "The gateway is used now."
      }
    }

    package var description: String { reason.map { "by the \(way.rawValue): \($0)" } ?? "by \(way.rawValue)" }
  }

  private struct State {
    var use = Use(way: .kubernetes, reason: nil)
    /// When the preferred way is probed again.
    var nextProbe = Duration.zero
    var isProbing = false
  }

  let kubernetes: any Transport
  let gateway: any Transport
  private let timing: Timing
  private let listeners: Locked<[@Sendable (Use) -> Void]>
  private let state = Locked(State())

  /// The time between a failure or probe of the preferred way and the next probe.
  package static let probeInterval = Duration.seconds(30)

  /// `onChange` is called after every change of the way in use, from any thread.
  package init(
    kubernetes: any Transport, gateway: any Transport, timing: Timing = .real,
    onChange: @escaping @Sendable (Use) -> Void = { _ in }
  ) {
    self.kubernetes = kubernetes
    self.gateway = gateway
    self.timing = timing
    listeners = Locked([onChange])
  }

  /// Adds a listener, which is called after every change of the way in use, from any thread.
  package func whenChanged(_ listener: @escaping @Sendable (Use) -> Void) {
    listeners.withLock { $0.append(listener) }
  }

  /// The way by which the next request is sent.
  package var inUse: Use { state.withLock { $0.use } }

  package func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
    let way = inUse.way
    if way == .gateway { probeIfDue() }
    let first: TransportError
    do {
      return try await transport(way).send(request)
    } catch {
      guard Self.mayRetryByOtherWay(request, after: error) else { throw error }
      first = error
    }
    let response: HTTPResponse
    do {
      response = try await transport(way.other).send(request)
    } catch {
      throw Self.outcome(of: request, first, error)
    }
    switchTo(way.other, because: first)
    return response
  }

  /// Checks whether the preferred way works again, and switches to it if so.
  package func probe() async {
    let response = try? await kubernetes.send(HTTPRequest(.get, "/version"))
    // Any response of the API server will do, even a refusal; a proxy's error (5xx) will not.
    let isBack = response.map { $0.status < 500 } ?? false
    state.withLock { state in
      state.isProbing = false
      state.nextProbe = timing.now() + Self.probeInterval
    }
    if isBack { switchTo(.kubernetes, because: nil) }
  }

  static func mayRetryByOtherWay(_ request: HTTPRequest, after error: TransportError) -> Bool {
    let isRead = [.get, .head, .options].contains(request.method)
    switch error {
    case .unreachable: return true
    case .untrusted, .interrupted, .timedOut: return isRead
    case .invalid, .cancelled: return false
    }
  }

  /// The error to report if neither way gave a response.
  private static func outcome(
    of request: HTTPRequest, _ first: TransportError, _ second: TransportError
  ) -> TransportError {
    switch (first, second) {
    case (_, .cancelled): .cancelled
    case (.unreachable(let host, let reason), .unreachable(let other, let otherReason)):
      .unreachable(host: host, reason: "\(reason); nor \(other): \(otherReason)")
    case (.unreachable(let host, let reason), .invalid(let problem)):
      .unreachable(host: host, reason: "\(reason); the other way cannot be gone: \(problem)")
    // The second way may have carried out a write, so its error is reported.
    case (.unreachable, _): second
    default: first
    }
  }

  private func transport(_ way: Way) -> any Transport { way == .kubernetes ? kubernetes : gateway }

  private func switchTo(_ way: Way, because error: TransportError?) {
    let reason = way == .kubernetes ? nil : error?.words
    let now = timing.now()
    let changed: Use? = state.withLock { state in
      guard state.use.way != way else { return nil }
      state.use = Use(way: way, reason: reason)
      state.nextProbe = now + Self.probeInterval
      return state.use
    }
    guard let changed else { return }
    for listener in listeners.withLock({ $0 }) { listener(changed) }
  }

  /// Probes in the background, so that no request waits for a way that is probably still down.
  private func probeIfDue() {
    let now = timing.now()
    let isDue = state.withLock { state in
      guard !state.isProbing, now >= state.nextProbe else { return false }
      state.isProbing = true
      return true
    }
    if isDue { Task { await probe() } }
  }
}

extension TransportError {
  /// What happened, in a few words.
  var words: Sentence {
    switch self {
    case .unreachable(let host, _): "\(host) cannot be reached"
    case .untrusted(let host, _): "\(host) is not trusted"
    case .interrupted: "the connection broke"
    case .timedOut(let seconds): "no answer for \(seconds) s"
    case .invalid(let reason): reason
    case .cancelled: "stopped"
    }
  }
}
