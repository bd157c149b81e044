package import Client
package import Extensions
import HTTP
package import KubernetesAPI
import Manifest
import Packages
import Platform

/// What is asked of a cluster before something is said of an extension.
package struct ClusterReader: Sendable {
  package let cluster: Cluster
  package let capabilities: Capabilities

  package init(_ cluster: Cluster, _ capabilities: Capabilities) {
    self.cluster = cluster
    self.capabilities = capabilities
  }

  package var dialect: Dialect { capabilities.dialect }

  /// The extensions, or all about them when `isWhole`.
  package func extensions(isWhole: Bool) async throws(ClusterError) -> [Object] {
    // The marketplace may hold thousands, which a server gives many times as fast from its memory.
    try await cluster.list(
      dialect.extensions, skipping: isWhole ? JSONPaths() : Extension.unread, freshness: .atHand)
  }

  /// Hands over the extensions that are selected while they arrive, or all about them when `isWhole`.
  ///
  /// Where the list begins anew `restart` is called, and they come again.
  package func extensions(
    isWhole: Bool, selector: Selector, restart: () -> Void, each: (Object) -> Void
  ) async throws(ClusterError) {
    _ = try await cluster.list(
      dialect.extensions, selector: selector, skipping: isWhole ? JSONPaths() : Extension.unread, freshness: .atHand,
      restart: restart, each: each)
  }

  /// The names of the extensions, in the cluster's order.
  ///
  /// As a table, which leaves out the icons: they make an extension some 60 kB, for a name of twenty bytes, and
  /// shells ask this at every press of the tabulator.
  package func names() async throws(ClusterError) -> [String] {
    var names: [String] = []
    let table = try await cluster.table(
      dialect.extensions, freshness: .atHand, restart: { names = [] },
      each: { names.append($0.cells.first?.string ?? $0.object.name) })
    // A server without tables has sent the objects, and one may have other ideas of a first column.
    if table.columns.isEmpty || table.columns.first?.name == "Name" { return names }
    return try await extensions(isWhole: false).map(\.name)
  }

  package func installations() async throws(ClusterError) -> [Object] {
    try await cluster.list(dialect.installations)
  }

  /// The same, or where the user may not list them, which `refusal` says, that of `name` alone.
  ///
  /// It is called like its extension wherever ksx made it.
  package func installations(
    atLeastOf name: String
  ) async throws(ClusterError) -> (all: [Object], refusal: ClusterError?) {
    do throws(ClusterError) {
      return (try await installations(), nil)
    } catch {
      guard error.isForbidden, let own = try? await cluster.get(dialect.installations, name) else { throw error }
      return ([own], error)
    }
  }

  /// The extension called `name`, or `nil` when the marketplace has none.
  package func `extension`(_ name: String, isWhole: Bool) async throws(ClusterError) -> Object? {
    do throws(ClusterError) {
      return try await cluster.get(dialect.extensions, name, skipping: isWhole ? JSONPaths() : Extension.unread)
    } catch {
      guard error.isNotFound, !error.isOfMissingKind else { throw error }
      return nil
    }
  }

  /// The versions of `name` that are selected, newest first.
  package func versions(
    of name: String, isWhole: Bool, selector: Selector = Selector()
  ) async throws(ClusterError) -> [Object] {
    let skipping = isWhole ? JSONPaths() : ExtensionVersion.unread
    let found = try await ExtensionVersion.objects(of: name, in: cluster, dialect, selector, skipping: skipping)
    return found.sorted { SemanticVersion.precedes(version($1), version($0)) }
  }

  private func version(_ object: Object) -> String { object.spec["version"]?.string ?? "" }
}

/// A question whose answer is waited for later.
package func result<Value: Sendable>(
  of request: @Sendable () async throws(ClusterError) -> Value
) async -> Result<Value, ClusterError> {
  do throws(ClusterError) {
    return .success(try await request())
  } catch {
    return .failure(error)
  }
}
