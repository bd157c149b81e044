import Manifest
import Platform

/// How the gateway checks whether an upstream works.
package struct HealthCheck: Hashable, Sendable {
  /// The path that the check requests.
  package var path: String
  package var interval: Duration
  package var timeout: Duration
  /// The expected status.
  package var status: Int

  init?(_ value: Value?, _ problems: inout [Sentence]) {
    guard let text = value?["url"]?.string else { return nil }
    let path = text.hasPrefix("/") ? text : "/" + text
    guard (try? RequestPath(path)) != nil, !path.contains(" ") else {
      problems.append("the health check asks for no path")
      return nil
    }
    self.path = path
    interval = Bounds.duration(value, "interval", 15, "upstream.healthCheck", &problems)
    timeout = Bounds.duration(value, "timeout", 15, "upstream.healthCheck", &problems)
    status = value?["status"]?.integer ?? 200
  }
}

/// When the gateway stops sending requests to a failing upstream for a while.
package struct CircuitBreaker: Hashable, Sendable {
  /// The failures within `window` after which no requests are sent for `openFor`.
  package var failures: Int
  package var window: Duration
  package var openFor: Duration
  /// Response statuses that count as failures, in addition to a missing response.
  package var statuses: Set<Int>

  init?(_ value: Value?, _ problems: inout [Sentence]) {
    guard let value, value.mapping != nil else { return nil }
    failures = min(max(value["failures"]?.integer ?? 5, 1), 10_000)
    window = Bounds.duration(value, "window", 30, "circuitBreaker", &problems)
    openFor = Bounds.duration(value, "openFor", 30, "circuitBreaker", &problems)
    statuses = Set((value["status"]?.sequence ?? []).prefix(100).compactMap(\.integer))
  }
}

/// The rate of requests that a caller may send: `requests` in each `per`, and `burst` more at once.
package struct RateLimit: Hashable, Sendable {
  /// Whose requests are counted together: those of each user, of each address, or all.
  package enum By: String, Hashable, Sendable {
    case user, address, all
  }

  package var requests: Int
  package var per: Duration
  package var burst: Int
  package var by: By

  init?(_ value: Value?, _ problems: inout [Sentence]) {
    guard let value, let requests = value["requests"]?.integer else { return nil }
    self.requests = min(max(requests, 1), 1_000_000)
    per = Bounds.duration(value, "per", 1, "rateLimit", &problems)
    burst = min(max(value["burst"]?.integer ?? 0, 0), 1_000_000)
    let name = value["by"]?.string ?? By.all.rawValue
    by = By(rawValue: name) ?? .all
    if name != by.rawValue { problems.append("rateLimit.by: \(name) is none of user, address, all; all counts") }
  }
}

private enum Bounds {
  static let interval = Duration.milliseconds(100)...Duration.seconds(86_400)

  /// A duration in Go's notation, such as `1m30s`, within the bounds; `seconds` if there is none.
  static func duration(
    _ fields: Value?, _ key: String, _ seconds: Int, _ field: String, _ problems: inout [Sentence]
  ) -> Duration {
    guard let value = fields?[key], value != .null else { return .seconds(seconds) }
    guard let duration = value.string.flatMap(GoDuration.parse) ?? value.integer.map({ .seconds($0) }) else {
      problems.append(
        "\(field).\(key): \(value.string ?? JSON.text(value)) is no duration such as 30s; \(seconds)s counts")
      return .seconds(seconds)
    }
    let bounded = min(max(duration, interval.lowerBound), interval.upperBound)
    if bounded != duration { problems.append("\(field).\(key) is at least 100ms and at most 24h") }
    return bounded
  }
}
