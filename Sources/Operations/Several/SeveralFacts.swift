package import Client
package import Extensions
package import KubernetesAPI
import Packages
package import Platform

/// What plans for many extensions are made from, read once for all of them.
package struct SeveralFacts: Sendable {
  /// What is known of all, without versions.
  package var base: PlanContext
  /// The Extensions of the cluster.
  package var extensions: [Object]
  fileprivate private(set) var versions: [String: [String: ExtensionVersion]] = [:]
  /// Why the versions could not be read, or `nil`.
  fileprivate let versionsProblem: ClusterError?
  private var rights: [String: Rights] = [:]

  /// The context for plans of the extension `name`.
  package func context(for name: String) -> PlanContext {
    var context = base
    context.versions = versions[name] ?? [:]
    context.rights = rights[name] ?? base.rights
    return context
  }

  fileprivate init(
    _ base: PlanContext, _ extensions: [Object], _ found: Result<[ExtensionVersion], ClusterError>
  ) {
    self.base = base
    self.extensions = extensions
    if case .failure(let error) = found { versionsProblem = error } else { versionsProblem = nil }
    for version in (try? found.get()) ?? [] { versions[version.extension, default: [:]][version.version] = version }
    self.base.extensions = SortedElements(extensions.map { Extension($0, dialect: base.dialect) })
    for installation in base.installations.all {
      let known = versions[installation.extension] ?? [:]
      let wanted = VersionText(installation.version)
      guard var found = known.values.first(where: { VersionText($0.version) == wanted }) else { continue }
      // In the spelling of the installation, so that the lookup by that version finds it.
      found.version = installation.version
      self.base.installedVersions[installation.extension] = found
    }
  }

  fileprivate mutating func add(_ found: Rights, of name: String) { rights[name] = found }
}

extension ClusterReader {
  /// Reads what plans for many extensions are made from; what cannot be read, except the installations, becomes a gap.
  package func severalFacts(called clusterName: String) async throws(ClusterError) -> SeveralFacts {
    async let extensionsAnswer = result { () throws(ClusterError) in try await extensions(isWhole: false) }
    async let versionsAnswer = result { () throws(ClusterError) in
      try await cluster.list(dialect.extensionVersions, skipping: ExtensionVersion.bulkyFields, freshness: .cached)
    }
    async let facts = self.facts([])
    let installed = Installations(try await installations().map(Installation.init))
    var context = PlanContext(
      capabilities: capabilities, cluster: clusterName, extensions: [:], installations: installed, versions: [:])
    context.add(await facts)
    var offered: [Object] = []
    switch await extensionsAnswer {
    case .success(let objects): offered = objects
    case .failure(let error): context.gaps[.extension] = .unreadable(error.words)
    }
    let versions = await versionsAnswer
    if case .failure(let error) = versions {
      context.gaps[.versions] = .unreadable(error.words)
      context.gaps[.dependants] = .unreadable(error.words)
    }
    return SeveralFacts(
      context, offered, versions.map { $0.map { ExtensionVersion($0, dialect: dialect) } })
  }

  /// Asks which rights `user` has for the changes of `names`.
  package func readRights(of user: String, _ kind: ChangeKind, _ names: [String], into facts: inout SeveralFacts) async
  {
    let installed = facts.base.installations
    await withTaskGroup(of: (String, Rights).self) { group in
      var rest = names[...]
      func begin() {
        guard let name = rest.popFirst() else { return }
        group.addTask { (name, await rights(of: user, kind, on: installed.of(name)?.name ?? name)) }
      }
      for _ in 0..<ManyChanges.width { begin() }
      for await (name, found) in group {
        facts.add(found, of: name)
        begin()
      }
    }
  }

  /// The contexts for plans of `changes`, each with the kinds that its package needs and the cluster does not serve.
  package func contexts(
    of changes: [String: Change], in facts: SeveralFacts, gateway: GatewayAPI?
  ) async -> [String: PlanContext] {
    var contexts: [String: PlanContext] = [:]
    await withTaskGroup(of: (String, PlanContext).self) { group in
      var rest = Array(changes)[...]
      func begin() {
        guard let (name, change) = rest.popFirst() else { return }
        group.addTask {
          var context = facts.context(for: name)
          await checkKinds(of: change, to: name, in: &context, gateway: gateway)
          return (name, context)
        }
      }
      for _ in 0..<ManyChanges.width { begin() }
      for await (name, context) in group {
        contexts[name] = context
        begin()
      }
    }
    return contexts
  }

  /// The names of the extensions, offered or installed, that `filter` and `labels` accept.
  package func names(
    takenBy filter: ExtensionFilter, _ labels: LabelSelector, in facts: SeveralFacts,
    _ memories: [String: ReleaseMemory], language: String, at now: Timestamp
  ) async throws(ClusterError) -> [String] {
    if filter.asksVersions, let problem = facts.versionsProblem { throw problem }
    let taken = try await names(
      takenBy: filter, among: facts.extensions, facts.base.installations,
      versions: facts.versions.mapValues { Array($0.values) }, memories, language: language, at: now)
    if labels.isEmpty { return taken.sorted() }
    let labelled = Set(facts.extensions.filter { labels.matches($0.labels) }.map(\.name))
    return taken.intersection(labelled).sorted()
  }
}
