import HTTP
package import Platform

/// The rules of a cluster, compiled so that matching a request costs the same with ten thousand rules as with ten.
///
/// Which rule serves a request:
/// 1. Below `/kapis/GROUP/VERSION/` the APIService of that group and version; of several the oldest.
/// 2. Below `/dist/` the JSBundle with that very path; of several the oldest. Paths below the name of an extension that
///    has bundles belong to those only.
/// 3. Elsewhere, but not on a reserved path: among the matching paths of ReverseProxies and APIServices, the one with
///    the longest text before its first star; then one without a star, one with a method, the older one.
package struct RouteTable: Sendable {
  /// The rule that serves a request.
  package enum Match: Sendable {
    case apiService(Shared<APIServiceRule>)
    case bundle(JSBundleRule, JSBundleRule.File)
    case proxy(Shared<ReverseProxyRule>)
  }

  /// A rule by reference, because a copy for each request would cost more than finding the rule.
  package final class Shared<Rule: Sendable>: Sendable {
    package let rule: Rule

    init(_ rule: Rule) { self.rule = rule }
  }

  /// A claim to some paths outside of `/kapis` and `/dist`.
  struct Claim: Sendable {
    var path: PathGlob
    var method: String?
    var match: Match
  }

  package let services: [APIServiceRule]
  package let bundles: [JSBundleRule]
  package let proxies: [ReverseProxyRule]
  private let byGroup: [String: Int]
  private let sharedServices: [Shared<APIServiceRule>]
  private let bundleIndex: BundleIndex
  private let claims: PrefixIndex<Claim>

  /// `owners` gives the extension of objects that name only their release.
  package init(
    services: [APIServiceRule] = [], bundles: [JSBundleRule] = [], proxies: [ReverseProxyRule] = [],
    owners: ReleaseOwners = ReleaseOwners()
  ) {
    let services = services.map { $0.resolved(owners) }.sorted { $0.object < $1.object }
    let bundles = bundles.map { $0.resolved(owners) }.sorted { $0.object < $1.object }
    self.services = services
    let shared = services.map(Shared.init)
    sharedServices = shared
    self.bundles = bundles
    self.proxies = proxies.map { $0.resolved(owners) }.sorted { $0.object < $1.object }
    byGroup = Dictionary(
      services.enumerated().filter { $1.hasGroup }.map { ($1.group + "/" + $1.version, $0) },
      uniquingKeysWith: { first, _ in first })
    bundleIndex = BundleIndex(bundles)
    claims = PrefixIndex(
      Self.claims(shared, self.proxies.map(Shared.init)).map { (prefix: $0.path.literalPrefix, element: $0) })
  }

  /// All claims; of those with the same prefix the preferred one comes first.
  private static func claims(
    _ services: [Shared<APIServiceRule>], _ proxies: [Shared<ReverseProxyRule>]
  ) -> [Claim] {
    let ofServices = services.flatMap { shared in
      shared.rule.paths.map { (Claim(path: $0, method: nil, match: .apiService(shared)), shared.rule.object) }
    }
    let ofProxies = proxies.flatMap { shared in
      shared.rule.matchers.map { matcher in
        (Claim(path: matcher.path, method: matcher.method, match: .proxy(shared)), shared.rule.object)
      }
    }
    return (ofServices + ofProxies).sorted { left, right in
      if left.0.path.isExact != right.0.path.isExact { return left.0.path.isExact }
      if (left.0.method == nil) != (right.0.method == nil) { return left.0.method != nil }
      return left.1 < right.1
    }.map(\.0)
  }

  /// The rule that serves a path; `nil` if none does.
  package func match(_ path: RequestPath, method: String) -> Match? {
    if let found = service(path) { return .apiService(found) }
    if path.decoded.hasPrefix("/dist/") {
      return bundleIndex.byPath[path.decoded].map { .bundle(bundles[$0.bundle], bundles[$0.bundle].files[$0.file]) }
    }
    guard !ReservedPaths.contain(path.decoded) else { return nil }
    var found: Match?
    let bytes = Array(path.decoded.utf8)
    claims.visit(bytes) { claim in
      guard claim.method == nil || claim.method == method, claim.path.matches(bytes) else { return false }
      found = claim.match
      return true
    }
    return found
  }

  private func service(_ path: RequestPath) -> Shared<APIServiceRule>? {
    guard path.decoded.hasPrefix("/kapis/") else { return nil }
    let parts = path.decoded.split(separator: "/", maxSplits: 3, omittingEmptySubsequences: true)
    // The paths of a group and version alone are the gateway's discovery documents.
    guard parts.count == 4, let index = byGroup[parts[1] + "/" + parts[2]] else { return nil }
    return sharedServices[index]
  }

  /// The conflicts between rules: for each rule, the paths that another one serves.
  package func conflicts() -> [Conflict] {
    var conflicts: [Conflict] = []
    for (index, rule) in services.enumerated() where rule.hasGroup {
      guard let winner = byGroup[rule.group + "/" + rule.version], winner != index else { continue }
      conflicts.append(
        Conflict(
          rule.object, services[winner].object, "both claim \(rule.group)/\(rule.version); the older one serves it",
          loss: rule.paths.isEmpty ? .everything : .part))
    }
    return conflicts + bundleIndex.conflicts(among: bundles) + overlaps()
  }

  /// Whether `file` of `bundle` is what its path leads to; another bundle may have it, or own the path.
  package func serves(_ file: JSBundleRule.File, of bundle: JSBundleRule) -> Bool {
    bundleIndex.byPath[file.path].map { bundles[$0.bundle].object == bundle.object } == true
  }

  /// The maximum numbers of reported overlaps and compared pairs: enough for a user to read, and a bound on the time
  /// whatever the objects are.
  private static let (mostOverlaps, mostPairs) = (1_000, 1_000_000)

  private func overlaps() -> [Conflict] {
    var conflicts: Set<Conflict> = []
    var pairs = 0
    for rule in proxies {
      for matcher in rule.matchers where conflicts.count < Self.mostOverlaps && pairs < Self.mostPairs {
        claims.visit(matcher.path.literalPrefix) { claim in
          pairs += 1
          if let conflict = Self.overlap(of: matcher, rule, with: claim) { conflicts.insert(conflict) }
          return conflicts.count >= Self.mostOverlaps || pairs >= Self.mostPairs
        }
      }
    }
    return conflicts.sorted { ($0.rule, $0.other) < ($1.rule, $1.other) }
  }

  private static func overlap(
    of matcher: ReverseProxyRule.Matcher, _ rule: ReverseProxyRule, with claim: Claim
  ) -> Conflict? {
    guard case .proxy(let shared) = claim.match, case let other = shared.rule, other.object != rule.object,
      !claim.path.isExact || matcher.path.isExact,
      claim.method == nil || matcher.method == nil || claim.method == matcher.method
    else { return nil }
    // Two identical claims are reported once.
    let isSame = claim.path == matcher.path && claim.method == matcher.method
    guard !isSame || other.object < rule.object else { return nil }
    return Conflict(rule.object, other.object, "\(matcher.path.text) and \(claim.path.text) overlap")
  }
}

extension APIServiceRule {
  /// Whether it may serve anything below `/kapis`.
  package var hasGroup: Bool {
    !group.isEmpty && !version.isEmpty && !problems.contains { $0.english.hasPrefix("the group ") }
  }
}

/// Two rules with overlapping claims.
package struct Conflict: Hashable, Sendable {
  package var rule: RuleObject
  package var other: RuleObject
  package var problem: Sentence

  /// How much of what this rule claims is served by the other rule.
  package enum Loss: Hashable, Sendable {
    /// Nothing is decided here: which rule serves a request depends on its path.
    case nothing
    case part
    case everything
  }

  package var loss: Loss

  package init(_ rule: RuleObject, _ other: RuleObject, _ problem: Sentence, loss: Loss = .nothing) {
    (self.rule, self.other, self.problem, self.loss) = (rule, other, problem, loss)
  }
}
