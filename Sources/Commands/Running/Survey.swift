import Client
import Extensions
import KubernetesAPI
import Manifest
import Packages

/// What a command asks a cluster before it speaks about an extension.
struct Survey: Sendable {
  let cluster: Cluster
  let capabilities: Capabilities

  var dialect: Dialect { capabilities.dialect }

  /// The extensions, or all about them when `isWhole`.
  func extensions(isWhole: Bool) async throws(ClusterError) -> [Object] {
    // The marketplace may hold thousands, which a server gives many times as fast from its memory.
    try await cluster.list(
      dialect.extensions, skipping: isWhole ? JSONPaths() : Extension.unread, freshness: .atHand)
  }

  /// The names of the extensions, in the cluster's order.
  ///
  /// As a table, which leaves out the icons: they make an extension some 60 kB, for a name of twenty bytes, and
  /// shells ask this at every press of the tabulator.
  func names() async throws(ClusterError) -> [String] {
    var names: [String] = []
    let table = try await cluster.table(
      dialect.extensions, freshness: .atHand, restart: { names = [] },
      each: { names.append($0.cells.first?.string ?? $0.object.name) })
    // A server without tables has sent the objects, and one may have other ideas of a first column.
    if table.columns.isEmpty || table.columns.first?.name == "Name" { return names }
    return try await extensions(isWhole: false).map(\.name)
  }

  func installations() async throws(ClusterError) -> [Object] {
    try await cluster.list(dialect.installations)
  }

  /// The extension called `name`, or `nil` when the marketplace has none.
  func `extension`(_ name: String, isWhole: Bool) async throws(ClusterError) -> Object? {
    do throws(ClusterError) {
      return try await cluster.get(dialect.extensions, name, skipping: isWhole ? JSONPaths() : Extension.unread)
    } catch {
      guard case .refused(let status) = error, status.isNotFound, !status.isMissingKind else { throw error }
      return nil
    }
  }

  /// The versions of `name`, newest first.
  func versions(of name: String, isWhole: Bool) async throws(ClusterError) -> [Object] {
    let skipping = isWhole ? JSONPaths() : ExtensionVersion.unread
    let selector = Selector(labels: "\(dialect.extensionLabel)=\(name)")
    var found = try await cluster.list(dialect.extensionVersions, selector: selector, skipping: skipping)
    if found.isEmpty {
      // Packages of the first design carry no label that names their extension.
      found = try await cluster.list(dialect.extensionVersions, skipping: skipping)
        .filter { ExtensionVersion($0, dialect: dialect).extension == name }
    }
    return found.sorted { SemanticVersion.precedes(version($1), version($0)) }
  }

  private func version(_ object: Object) -> String { object.spec["version"]?.string ?? "" }

  /// All that a plan about `name` is made from.
  ///
  /// The questions do not wait for each other: a slow line is slow once.
  func context(
    for name: String, called clusterName: String, asksWhoNeedsIt: Bool
  ) async throws(ClusterError) -> PlanContext {
    async let extensionAnswer = Runner.result { () throws(ClusterError) in
      try await self.extension(name, isWhole: false)
    }
    async let versionsAnswer = Runner.result { () throws(ClusterError) in try await versions(of: name, isWhole: false) }
    async let server = Runner.result { () throws(ClusterError) in try await cluster.document("/version") }
    let installed = try await installations().map(Installation.init)
    let neighbours = asksWhoNeedsIt ? await versionsInUse(installed.filter { $0.extension != name }) : [:]
    let found = try await extensionAnswer.get().map { Extension($0, dialect: dialect) }
    let offered = try await versionsAnswer.get().map { ExtensionVersion($0, dialect: dialect) }
    var context = PlanContext(
      capabilities: capabilities, cluster: clusterName, extensions: found.map { [name: $0] } ?? [:],
      installations: Installations(installed),
      versions: Dictionary(offered.map { ($0.version, $0) }, uniquingKeysWith: { $1 }))
    context.installedVersions = neighbours
    // A server that does not say its version stops nobody.
    let numbers = ServerVersion((try? await server.get()) ?? .null)
    context.kubernetesVersion = numbers.kubernetes
    context.kubeSphereVersion = numbers.kubeSphere
    return context
  }

  /// The version objects of what is installed; one that cannot be read is left out.
  private func versionsInUse(_ installations: [Installation]) async -> [String: ExtensionVersion] {
    await withTaskGroup(of: (String, Object?).self) { group in
      for installation in installations {
        let name = "\(installation.extension)-\(installation.version)"
        group.addTask {
          let object = await Runner.result { () throws(ClusterError) in
            try await cluster.get(dialect.extensionVersions, name, skipping: ExtensionVersion.unread)
          }
          return (installation.extension, try? object.get())
        }
      }
      return await group.reduce(into: [:]) { result, found in
        result[found.0] = found.1.map { ExtensionVersion($0, dialect: dialect) }
      }
    }
  }
}

/// What `/version` says, of Kubernetes itself or of KubeSphere's gateway (docs/KUBESPHERE.md: Gateway).
struct ServerVersion: Hashable, Sendable {
  var kubernetes: String
  /// Empty when Kubernetes itself answered.
  var kubeSphere: String

  init(_ document: Value) {
    let own = document["gitVersion"]?.string ?? ""
    let inner = document[path: "kubernetes", "gitVersion"]?.string
    kubernetes = inner ?? own
    kubeSphere = inner == nil ? "" : own
  }
}
