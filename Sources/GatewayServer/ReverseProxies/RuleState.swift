import Extensions
import HTTP
import KubernetesAPI
import Platform

/// What is remembered about rules between requests: rate limits, circuit breakers, and the results of checks.
final class RuleState: Sendable {
  private struct State {
    var limits: [String: Bucket] = [:]
    var breakers: [String: Breaker] = [:]
    /// Why an upstream's health check fails, by the name of its proxy.
    var failedHealthChecks: [String: String] = [:]
    /// Why a source of bundles cannot be read.
    var sources: [JSBundleRule.Source: String] = [:]
    /// Why a host name may not be connected to, by `NAME:PORT`.
    var forbiddenHosts: [String: String] = [:]
  }

  /// What keeps rules from being served for now.
  struct RuleProblems {
    /// Why an upstream's health check fails, by the name of its proxy.
    var failedHealthChecks: [String: String] = [:]
    /// The proxies whose circuit breakers are open.
    var open: Set<String> = []
    /// Why a source of bundles cannot be read.
    var sources: [JSBundleRule.Source: String] = [:]
    /// Why a host name may not be connected to, by `NAME:PORT`.
    var forbiddenHosts: [String: String] = [:]
  }

  private let state = Locked(State())
  private let now: @Sendable () -> ContinuousClock.Instant

  init(now: @escaping @Sendable () -> ContinuousClock.Instant = { ContinuousClock.now }) {
    self.now = now
  }

  /// Buckets of callers that are kept; beyond that, the fullest are dropped.
  static let maximumBuckets = 20_000

  /// The refusal of a request because of the rate limit, a failing health check or an open circuit breaker; `nil` if it
  /// may be sent.
  func refusal(of rule: ReverseProxyRule, by requester: UpstreamRequest.Requester) -> HTTPResponse? {
    let now = now()
    if let limit = rule.rateLimit, let seconds = waitSeconds(of: rule, limit, requester, now) {
      var response = HTTPResponse.unavailable(
        "too many requests of \(rule.object.name)", code: 429, reason: "TooManyRequests")
      response.headers.add("Retry-After", String(seconds))
      return response
    }
    let problem = state.withLock { state -> String? in
      if let failure = state.failedHealthChecks[rule.object.name] { return failure }
      guard let settings = rule.circuitBreaker else { return nil }
      return state.breakers[rule.object.name, default: Breaker()].problem(settings, now)
    }
    return problem.map { HTTPResponse.unavailable("reverseProxy \(rule.object.name) is not available: \($0)") }
  }

  /// Whole seconds that `requester` should wait; `nil` if the limit is not reached.
  private func waitSeconds(
    of rule: ReverseProxyRule, _ limit: RateLimit, _ requester: UpstreamRequest.Requester,
    _ now: ContinuousClock.Instant
  ) -> Int? {
    let who =
      switch limit.by {
      case .all: ""
      case .address: requester.address
      case .user: requester.user?.name ?? requester.address
      }
    return state.withLock { state in
      if state.limits.count >= Self.maximumBuckets { Self.dropFullest(&state.limits, now) }
      return state.limits[rule.object.name + "\n" + who, default: Bucket(full: now)].take(limit, now)
    }
  }

  /// Removes full buckets, and if that is not enough, the half that is the fullest.
  private static func dropFullest(_ limits: inout [String: Bucket], _ now: ContinuousClock.Instant) {
    limits = limits.filter { $0.value.full > now }
    guard limits.count >= maximumBuckets else { return }
    let middle = limits.values.map(\.full).sorted()[limits.count / 2]
    limits = limits.filter { $0.value.full > middle }
  }

  /// How many callers have a bucket.
  var bucketCount: Int { state.withLock { $0.limits.count } }

  /// Counts the outcome for the circuit breaker of `rule`; true if that opens or closes the breaker.
  @discardableResult
  func note(_ outcome: UpstreamRelay.Outcome, of rule: ReverseProxyRule) -> Bool {
    guard let settings = rule.circuitBreaker else { return false }
    let isFailure: Bool
    switch outcome {
    case .answered(let status): isFailure = settings.statuses.contains(status)
    // The upstream did answer, although its response was not passed on, so a 502 counts only if the rule names it.
    case .failed(.notForwarded): isFailure = settings.statuses.contains(502)
    case .failed: isFailure = true
    case .finished, .abandoned: return false
    }
    let now = now()
    return state.withLock { state in
      var breaker = state.breakers[rule.object.name, default: Breaker()]
      let wasOpen = breaker.isOpen
      breaker.note(isFailure: isFailure, settings, now)
      state.breakers[rule.object.name] = breaker
      return breaker.isOpen != wasOpen
    }
  }

  /// What keeps rules from being served now.
  var ruleProblems: RuleProblems {
    state.withLock { state in
      RuleProblems(
        failedHealthChecks: state.failedHealthChecks, open: Set(state.breakers.filter { $0.value.isOpen }.keys),
        sources: state.sources,
        forbiddenHosts: state.forbiddenHosts)
    }
  }

  /// Sets which sources of bundles cannot be read, and why.
  func setSources(_ problems: [JSBundleRule.Source: String]) { state.withLock { $0.sources = problems } }

  /// Sets why host names may not be connected to, by `NAME:PORT`; true if that has changed.
  func setForbiddenHosts(_ problems: [String: String]) -> Bool {
    state.withLock { state in
      defer { state.forbiddenHosts = problems }
      return state.forbiddenHosts != problems
    }
  }

  /// Sets why the health check of the proxy called `name` fails; `nil` if it succeeds.
  ///
  /// True if that has changed.
  @discardableResult
  func setHealthCheckFailure(_ reason: String?, of name: String) -> Bool {
    state.withLock { state in
      defer { state.failedHealthChecks[name] = reason }
      return state.failedHealthChecks[name] != reason
    }
  }
}

/// A rate limit as one number: the time at which the bucket is full again (GCRA).
struct Bucket: Hashable, Sendable {
  var full: ContinuousClock.Instant

  /// Takes one request, or returns after how many whole seconds one will be allowed.
  mutating func take(_ limit: RateLimit, _ now: ContinuousClock.Instant) -> Int? {
    let step = limit.per / limit.requests
    let next = max(full, now) + step
    let allowance = step * (limit.burst + limit.requests)
    guard next - now > allowance else {
      full = next
      return nil
    }
    let wait = (next - now) - allowance
    return Int(wait.components.seconds) + (wait.components.attoseconds > 0 ? 1 : 0)
  }
}

/// A circuit breaker, which stops requests to an upstream that has failed often.
///
/// ```
///   closed ──failures in the window──▶ open ──after a while──▶ trying ──success──▶ closed
///                                       ▲                         └──failure──▶ open
/// ```
struct Breaker: Hashable, Sendable {
  private enum State: Hashable, Sendable {
    case closed(failures: Int, since: ContinuousClock.Instant?)
    case open(until: ContinuousClock.Instant)
    /// One request is in flight to find out whether the upstream works again.
    case trying(since: ContinuousClock.Instant)
  }

  private var state = State.closed(failures: 0, since: nil)

  /// The reason that is reported while the breaker is open.
  static let openReason = "its upstream has failed too often, and is left alone"

  var isOpen: Bool { if case .closed = state { false } else { true } }

  /// Why a request is not sent; `nil` if it may be.
  mutating func problem(_ settings: CircuitBreaker, _ now: ContinuousClock.Instant) -> String? {
    switch state {
    case .closed: return nil
    case .open(let until) where now < until: return Self.openReason
    // A trial request that never ends must not block the breaker for ever.
    case .trying(let since) where now - since < settings.openFor: return "its upstream is being tried again"
    case .open, .trying:
      state = .trying(since: now)
      return nil
    }
  }

  mutating func note(isFailure: Bool, _ settings: CircuitBreaker, _ now: ContinuousClock.Instant) {
    switch state {
    case .closed(let failures, let since):
      guard isFailure else { return }
      let isNew = since.map { now - $0 > settings.window } ?? true
      let count = isNew ? 1 : failures + 1
      state =
        count >= settings.failures
        ? .open(until: now + settings.openFor) : .closed(failures: count, since: isNew ? now : since)
    case .trying: state = isFailure ? .open(until: now + settings.openFor) : .closed(failures: 0, since: nil)
    case .open: break
    }
  }
}
