import Extensions
import HTTP
import KubernetesAPI
import Manifest
import Platform

/// Reads the OpenAPI 2 documents of extensions' APIs from their servers.
///
/// This happens in the background, so that no request for the merged document waits for a server: what could not be
/// read is left out until it can be.
final class OpenAPISources: Sendable {
  /// The API whose document is read, and where.
  struct Source: Hashable {
    var name: String
    var group: String
    var version: String
    var endpoint: Endpoint
    var prefixesPath: Bool

    init(_ rule: APIServiceRule) {
      name = rule.object.name
      (group, version) = (rule.group, rule.version)
      (endpoint, prefixesPath) = (rule.endpoint, rule.prefixesPath)
    }
  }

  /// What there is, in the order of groups and versions; `revision` is another one after each change.
  struct Collected: Sendable {
    var revision = 0
    /// As JSON, which takes less memory than values.
    var excerpts: [[UInt8]] = []
  }

  private struct Entry {
    var excerpt: [UInt8] = []
    /// The entity tag of the document that it is from.
    var tag: String?
    var due: ContinuousClock.Instant
    /// What was last reported about it.
    var problem: String?
  }

  private struct State {
    var entries: [Source: Entry] = [:]
    var running = 0
    var revision = 0
    var size: Int { entries.values.reduce(0) { $0 + $1.excerpt.count } }
  }

  /// How often a document is asked for, as by Kubernetes' aggregator.
  private static let interval = Duration.seconds(60)
  private static let timeout = Duration.seconds(10)
  /// Bytes of one document, and of all that is kept.
  static let longest = 4 << 20
  static let capacity = 16 << 20
  /// APIs whose documents are read, and how many at once.
  private static let (maximum, width) = (200, 4)
  /// Who asks, as Kubernetes' aggregator does.
  private static let user = User(name: "system:aggregator")

  private let settings: GatewaySettings
  private let pools: UpstreamPools
  private let state: Locked<State>

  init(_ settings: GatewaySettings, _ pools: UpstreamPools) {
    self.settings = settings
    self.pools = pools
    state = Locked(State())
  }

  var collected: Collected {
    state.withLock { state in
      let found = state.entries.filter { !$0.value.excerpt.isEmpty }
      let order = found.sorted { ($0.key.group, $0.key.version) < ($1.key.group, $1.key.version) }
      return Collected(revision: state.revision, excerpts: order.map(\.value.excerpt))
    }
  }

  var isEmpty: Bool { state.withLock { $0.entries.values.allSatisfy(\.excerpt.isEmpty) } }

  /// Runs until the task is cancelled.
  func run(_ rules: GatewayRules) async {
    await withDiscardingTaskGroup { group in
      while !Task.isCancelled {
        for rule in wanted(in: rules.table, .now) { group.addTask { await self.read(rule) } }
        try? await Task.sleep(for: .milliseconds(500))
      }
      group.cancelAll()
    }
  }

  /// The APIs whose documents are to be read now; each of them must be passed to `read`.
  func wanted(in table: RouteTable, _ now: ContinuousClock.Instant) -> [APIServiceRule] {
    let rules = Self.served(in: table)
    let sources = Set(rules.map(Source.init))
    return state.withLock { state in
      let gone = state.entries.filter { !sources.contains($0.key) }
      for source in gone.keys { state.entries[source] = nil }
      if gone.contains(where: { !$0.value.excerpt.isEmpty }) { state.revision += 1 }
      let due = rules.filter { state.entries[Source($0)].map { $0.due <= now } ?? true }
      let chosen = Array(due.prefix(max(0, Self.width - state.running)))
      for rule in chosen { state.entries[Source(rule), default: Entry(due: now)].due = now + Self.interval }
      state.running += chosen.count
      return chosen
    }
  }

  private static func served(in table: RouteTable) -> [APIServiceRule] {
    var rules: [APIServiceRule] = []
    for (group, versions) in table.servedGroups {
      for version in versions where rules.count < maximum {
        if case .apiService(let shared)? = table.service(group, version) { rules.append(shared.rule) }
      }
    }
    return rules
  }

  /// Reads the document of an API.
  func read(_ rule: APIServiceRule) async {
    let source = Source(rule)
    do throws(UpstreamFailure) {
      let answer = try await ask(rule, state.withLock { $0.entries[source]?.tag })
      try note(answer, of: source)
      noteProblem(nil, of: source)
    } catch {
      // What was read before still holds while a server does not answer, but not once it answers otherwise.
      if case .notForwarded = error { set([], nil, of: source) }
      noteProblem(error.text, of: source)
    }
    state.withLock { $0.running -= 1 }
  }

  private func ask(_ rule: APIServiceRule, _ tag: String?) async throws(UpstreamFailure) -> UpstreamProbe.Answer {
    var request = HTTPRequest(.get, Destination.openAPIv2Path, headers: ["Accept": "application/json"])
    if let tag { request.headers.add("If-None-Match", tag) }
    guard let path = try? RequestPath(request.target), let address = settings.upstreamAddress(rule.endpoint) else {
      throw .failed("the rule leads nowhere")
    }
    let requester = UpstreamRequest.Requester(user: Self.user, address: "")
    var sent = UpstreamRequest(rule, request, path, by: requester)
    sent.headers.add("User-Agent", "ksxd")
    sent.headers.add("Via", Hops.field)
    return try await UpstreamProbe.answer(
      to: sent.target, sent.headers, at: address, pools, within: Self.timeout, upTo: Self.longest)
  }

  private func note(_ answer: UpstreamProbe.Answer, of source: Source) throws(UpstreamFailure) {
    switch answer.status {
    case 200: break
    case 304: return
    // Many servers have no such document.
    case 401, 403, 404, 405, 406: return set([], nil, of: source)
    default: throw .failed("the server answers \(answer.status)")
    }
    guard let document = try? JSON.parse(answer.bytes) else { throw .notForwarded("it is no JSON") }
    guard let excerpt = OpenAPIExcerpt.of(document, group: source.group, version: source.version) else {
      throw .notForwarded("it is no OpenAPI 2 with paths below /kapis/\(source.group)/\(source.version)")
    }
    let bytes = JSON.bytes(excerpt)
    let others = state.withLock { $0.size - ($0.entries[source]?.excerpt.count ?? 0) }
    guard others + bytes.count <= Self.capacity else { throw .notForwarded("there is no room for more documents") }
    set(bytes, answer.headers["ETag"], of: source)
  }

  private func set(_ excerpt: [UInt8], _ tag: String?, of source: Source) {
    state.withLock { state in
      guard let former = state.entries[source] else { return }
      state.entries[source]?.tag = tag
      guard former.excerpt != excerpt else { return }
      state.entries[source]?.excerpt = excerpt
      state.revision += 1
    }
  }

  private func noteProblem(_ problem: String?, of source: Source) {
    let isNews = state.withLock { state in
      defer { state.entries[source]?.problem = problem }
      return state.entries[source].map { $0.problem != problem } ?? false
    }
    if isNews, let problem { settings.report("apiService \(source.name): its OpenAPI 2 is left out: \(problem)") }
  }
}
