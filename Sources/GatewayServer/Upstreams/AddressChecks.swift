import Extensions
import NIOCore

/// Looks up the host names of upstreams, and reports those that have only forbidden addresses.
///
/// So objects report that before the first request. The addresses are checked again for each connection, because a name
/// may have others by then.
struct AddressChecks: Sendable {
  var settings: GatewaySettings
  var lookUp: @Sendable (_ host: String, _ port: Int) async -> Set<String> = { await HostAddresses.of($0, port: $1) }
  /// How long a verdict is kept.
  var pause = Duration.seconds(30)

  /// Host names that are checked, and how many are looked up at once.
  private static let (maximum, width) = (500, 8)

  struct Name: Hashable {
    var host: String
    var port: Int
  }

  struct Verdict: Hashable {
    var problem: String?
    var at: ContinuousClock.Instant
  }

  /// Runs until the task is cancelled.
  func run(_ rules: GatewayRules, _ ruleState: RuleState) async {
    var verdicts: [Name: Verdict] = [:]
    while !Task.isCancelled {
      verdicts = await reviewed(verdicts, names(in: rules.table), .now)
      // The status conditions of the objects report the problems.
      if ruleState.setForbiddenHosts(Self.problems(verdicts)) { rules.notifyReader() }
      try? await Task.sleep(for: .milliseconds(500))
    }
  }

  static func problems(_ verdicts: [Name: Verdict]) -> [String: String] {
    let pairs = verdicts.compactMap { name, verdict in verdict.problem.map { ("\(name.host):\(name.port)", $0) } }
    return Dictionary(pairs, uniquingKeysWith: { first, _ in first })
  }

  /// The host names of upstreams of available objects in `table`.
  func names(in table: RouteTable) -> Set<Name> {
    let endpoints =
      table.services.filter(\.object.isAvailable).map(\.endpoint)
      + table.proxies.filter(\.object.isAvailable).map(\.endpoint)
      + table.bundles.filter(\.object.isAvailable).flatMap(\.files).compactMap { file in
        if case .endpoint(let endpoint) = file.source { endpoint } else { nil }
      }
    var names: Set<Name> = []
    for endpoint in endpoints where names.count < Self.maximum {
      if let name = settings.name(of: endpoint) { names.insert(Name(host: name.host, port: name.port)) }
    }
    return names
  }

  /// The verdicts on `names`, after looking up those that are new or older than `pause`.
  func reviewed(
    _ verdicts: [Name: Verdict], _ names: Set<Name>, _ now: ContinuousClock.Instant
  ) async -> [Name: Verdict] {
    let kept = verdicts.filter { names.contains($0.key) }
    let due = names.filter { name in kept[name].map { now - $0.at >= pause } ?? true }
    return await withTaskGroup(of: (Name, Verdict?).self) { group in
      var (rest, found) = (Array(due)[...], kept)
      for name in rest.prefix(Self.width) { group.addTask { (name, await verdict(on: name, now)) } }
      rest = rest.dropFirst(Self.width)
      for await (name, verdict) in group {
        // A name that cannot be looked up keeps its verdict.
        found[name] = verdict ?? Verdict(problem: found[name]?.problem, at: now)
        if let next = rest.popFirst() { group.addTask { (next, await self.verdict(on: next, now)) } }
      }
      return found
    }
  }

  private func verdict(on name: Name, _ now: ContinuousClock.Instant) async -> Verdict? {
    let addresses = await lookUp(name.host, name.port).sorted().compactMap(Self.address)
    guard !addresses.isEmpty else { return nil }
    let problems = addresses.compactMap(settings.upstreams.addresses.problem)
    // If one address is allowed, the upstream can be reached there.
    let problem = problems.count == addresses.count ? problems.first.map { "\(name.host): \($0)" } : nil
    return Verdict(problem: problem, at: now)
  }

  private static func address(_ text: String) -> SocketAddress? {
    guard let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...]) else { return nil }
    let host = text[..<colon].filter { $0 != "[" && $0 != "]" }
    return try? SocketAddress(ipAddress: String(host), port: port)
  }
}
