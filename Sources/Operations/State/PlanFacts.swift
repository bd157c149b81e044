package import Client
package import Extensions
import HTTP
package import KubernetesAPI
package import Manifest
package import Platform

/// What a plan needs besides the objects of its own extension: the server's versions, and the dependencies of the other
/// installed extensions.
package struct PlanFacts: Hashable, Sendable {
  /// The versions of the installed extensions, by extension.
  package var versionsInUse: [String: ExtensionVersion] = [:]
  /// Why some of them could not be read, or `nil`.
  package var dependantsProblem: Sentence?
  package var server = ProductVersions()
  /// Why the server's version could not be read, or `nil`.
  package var serverProblem: Sentence?

  package init() {}

  /// These facts, completed with what was `known` before, so that an outage does not make it unknown.
  package func completed(by known: PlanFacts?, _ platform: ProductVersions?) -> PlanFacts {
    var facts = self
    facts.versionsInUse.merge(known?.versionsInUse ?? [:]) { new, _ in new }
    for server in [known?.server, platform].compactMap({ $0 }) {
      if facts.server.kubernetes.isEmpty { facts.server.kubernetes = server.kubernetes }
      if facts.server.kubeSphere.isEmpty { facts.server.kubeSphere = server.kubeSphere }
    }
    return facts
  }

  /// Why the server's version could not be read, with the last known one.
  fileprivate var serverGap: PlanGap? {
    serverProblem.map { problem in
      let known = server.kubernetes
      return .unreadable(known.isEmpty ? problem : "\(problem); Kubernetes was \(known) before")
    }
  }
}

extension PlanContext {
  /// Adds what was read; `nil` if it is still being read.
  package mutating func add(_ facts: PlanFacts?) {
    guard let facts else {
      gaps[.dependants] = .pending
      gaps[.server] = .pending
      return
    }
    installedVersions = facts.versionsInUse
    gaps[.dependants] = facts.dependantsProblem.map { .unreadable($0) }
    kubernetesVersion = facts.server.kubernetes
    kubeSphereVersion = facts.server.kubeSphere
    gaps[.server] = facts.serverGap
  }

  /// Adds the extension `name` and its versions, or gaps if they could not be read.
  fileprivate mutating func add(
    _ extension: Result<Object?, ClusterError>, _ versions: Result<[Object], ClusterError>, of name: String,
    dialect: Dialect
  ) {
    switch `extension` {
    case .success(let object): extensions[name] = object.map { Extension($0, dialect: dialect) }
    case .failure(let error): gaps[.extension] = .unreadable(error.words)
    }
    switch versions {
    case .success(let objects):
      for version in objects.map({ ExtensionVersion($0, dialect: dialect) }) {
        self.versions[version.version] = version
      }
    case .failure(let error): gaps[.versions] = .unreadable(error.words)
    }
  }
}

extension ClusterReader {
  /// Reads everything that a plan of this kind about `name` is made from.
  ///
  /// Only the installations are required. What else cannot be read becomes a gap that the plan mentions; for what its
  /// write does not need, a change waits no longer than `factTimeout`. The requests run concurrently, so that their
  /// latencies do not add up.
  package func context(
    for name: String, _ kind: ChangeKind, called clusterName: String, user: String = ""
  ) async throws(ClusterError) -> PlanContext {
    let reads = kind.row.reads
    let limit = Self.limit(for: kind)
    async let extensionAnswer = answer(within: limit) { () throws(ClusterError) in
      reads.contains(.versions) ? try await self.extension(name, isWhole: false) : nil
    }
    async let versionsAnswer = answer(within: limit) { () throws(ClusterError) in
      reads.contains(.versions) ? try await versions(of: name, isWhole: false) : []
    }
    async let serverAnswer = readServer(isWanted: reads.contains(.server), within: Self.factTimeout)
    let (objects, refusal) = try await installations(atLeastOf: name)
    let installed = Installations(objects.map(Installation.init))
    async let rights = rights(of: user, kind, on: installed.of(name)?.name ?? name)
    var facts = await readDependants(
      reads.contains(.dependants) ? installed.all.filter { $0.extension != name } : [], within: Self.factTimeout)
    (facts.server, facts.serverProblem) = await serverAnswer
    if let refusal { facts.dependantsProblem = refusal.words }
    var context = PlanContext(
      capabilities: capabilities, cluster: clusterName, extensions: [:], installations: installed, versions: [:])
    context.add(facts)
    context.add(await extensionAnswer, await versionsAnswer, of: name, dialect: dialect)
    context.rights = await rights
    if reads.contains(.clusters) { await readClusters(into: &context) }
    if let installation = installed.of(name) { await readLosses(of: installation, for: kind, into: &context) }
    await readKubeSphereVersion(into: &context)
    return context
  }

  /// How long the versions are waited for: these two set one, which must perhaps be found among them.
  private static func limit(for kind: ChangeKind) -> Duration? {
    kind == .install || kind == .upgrade ? nil : factTimeout
  }

  /// Reads whether the version or the release of `installation` is gone, without which a change is not carried out.
  private func readLosses(of installation: Installation, for kind: ChangeKind, into context: inout PlanContext) async {
    let known = context
    async let isVersionGone = isVersionGone(of: installation, for: kind, in: known)
    async let isReleaseGone = kind.row.removes ? isReleaseGone(of: installation) : false
    (context.isVersionGone, context.isReleaseGone) = await (isVersionGone, isReleaseGone)
  }

  /// Reads the version of KubeSphere only if a version has a constraint on it, because `/version` of Kubernetes does
  /// not tell it.
  private func readKubeSphereVersion(into context: inout PlanContext) async {
    guard context.kubeSphereVersion.isEmpty, context.versions.values.contains(where: { !$0.ksVersion.isEmpty })
    else { return }
    context.kubeSphereVersion = await kubeSphereVersion()
  }

  private func readClusters(into context: inout PlanContext) async {
    let found = await answer(within: Self.factTimeout) { () async throws(ClusterError) -> [MemberCluster] in
      try await memberClusters()
    }
    switch found {
    case .success(let clusters):
      context.clusters = Dictionary(clusters.map { ($0.name, $0) }, uniquingKeysWith: { $1 })
    case .failure(let error): context.gaps[.clusters] = .unreadable(error.words)
    }
  }

  /// Reads the member clusters, in which agents can be placed.
  package func memberClusters() async throws(ClusterError) -> [MemberCluster] {
    try await cluster.list(MemberCluster.resource).map(MemberCluster.init)
  }

  /// Reads the member clusters; there are none where the cluster does not have the kind.
  package func memberClustersIfServed() async throws(ClusterError) -> [MemberCluster] {
    do {
      return try await memberClusters()
    } catch {
      guard error.isOfMissingKind else { throw error }
      return []
    }
  }

  /// Reads the server's versions, and the versions of `installations`.
  package func facts(_ installations: [Installation]) async -> PlanFacts {
    async let serverAnswer = readServer(isWanted: true, within: nil)
    async let product = kubeSphereVersion()
    var facts = await readDependants(installations, within: nil)
    (facts.server, facts.serverProblem) = await serverAnswer
    if facts.server.kubeSphere.isEmpty { facts.server.kubeSphere = await product }
    return facts
  }

  /// Reads the versions of Kubernetes and, if possible, of KubeSphere.
  package func productVersions() async throws(ClusterError) -> ProductVersions {
    async let product = kubeSphereVersion()
    var versions = ProductVersions(try await cluster.document("/version"))
    if versions.kubeSphere.isEmpty { versions.kubeSphere = await product }
    return versions
  }

  /// How long a read is waited for that a change or report can do without, so that a server that hangs does not stop
  /// an urgent change.
  package static let factTimeout = Duration.seconds(5)

  /// The result of `request`, or a timeout after `limit`; without a limit the transport's timeouts apply.
  func answer<Value: Sendable>(
    within limit: Duration?, _ request: @escaping @Sendable () async throws(ClusterError) -> Value
  ) async -> Result<Value, ClusterError> {
    guard let limit else { return await result(of: request) }
    return await cluster.answer(within: limit, request)
  }

  /// Asks the cluster which rights `user` has for a change; what it does not answer is left out.
  func rights(of user: String, _ kind: ChangeKind, on installation: String) async -> Rights {
    await rights(of: user, to: kind.accesses(to: installation, in: dialect))
  }

  /// Asks the cluster which of `accesses` `user` has; what it does not answer is left out.
  package func rights(of user: String, to accesses: [Access]) async -> Rights {
    var rights = Rights(user: user)
    await withTaskGroup(of: (Access, Result<Access.Verdict, ClusterError>).self) { group in
      for access in Set(accesses) {
        group.addTask {
          (
            access,
            await answer(within: Self.factTimeout) { () throws(ClusterError) in try await cluster.verdict(on: access) }
          )
        }
      }
      for await (access, answer) in group { if let verdict = try? answer.get() { rights.learn([access: verdict]) } }
    }
    return rights
  }

  private func readServer(isWanted: Bool, within limit: Duration?) async -> (ProductVersions, Sentence?) {
    guard isWanted else { return (ProductVersions(), nil) }
    let answer = await answer(within: limit) { () throws(ClusterError) in try await cluster.document("/version") }
    switch answer {
    case .success(let document): return (ProductVersions(document), nil)
    case .failure(let error): return (ProductVersions(), error.words)
    }
  }

  private func readDependants(
    _ installations: some Collection<Installation>, within limit: Duration?
  ) async -> PlanFacts {
    var facts = PlanFacts()
    await withTaskGroup(of: (Installation, Result<ExtensionVersion?, ClusterError>).self) { group in
      for installation in installations {
        group.addTask {
          let answer = await answer(within: limit) { () throws(ClusterError) in
            try await ExtensionVersion.find(installation.extension, installation.version, in: cluster, dialect)
          }
          return (installation, answer)
        }
      }
      for await (installation, answer) in group {
        switch answer {
        case .success(var found?):
          // In the spelling of the installation, so that the lookup by that version finds it.
          found.version = installation.version
          facts.versionsInUse[installation.extension] = found
        // The dependencies of a version that is no longer offered are not known.
        case .success(nil): break
        case .failure(let error): facts.dependantsProblem = error.words
        }
      }
    }
    return facts
  }
}

/// The document `/version` of Kubernetes, or of KubeSphere's gateway (docs/KUBESPHERE.md: Gateway).
package struct ProductVersions: Hashable, Sendable {
  package var kubernetes = ""
  /// Empty if Kubernetes itself answered.
  package var kubeSphere = ""

  package init() {}

  package init(_ document: Value) {
    let own = document["gitVersion"]?.string ?? ""
    let inner = document[path: "kubernetes", "gitVersion"]?.string
    kubernetes = inner ?? own
    kubeSphere = inner == nil ? "" : own
  }
}

extension Cluster {
  /// The result of `request`, or a timeout after `limit`.
  func answer<Value: Sendable>(
    within limit: Duration, _ request: @escaping @Sendable () async throws(ClusterError) -> Value
  ) async -> Result<Value, ClusterError> {
    let timing = timing
    return await withTaskGroup(of: Result<Value, ClusterError>.self) { group in
      group.addTask { await result(of: request) }
      group.addTask {
        await timing.sleep(limit)
        return .failure(.transport(.timedOut(seconds: Int(limit.components.seconds))))
      }
      defer { group.cancelAll() }
      return await group.next() ?? .failure(.transport(.cancelled))
    }
  }
}
