package import Client
package import Extensions
import HTTP
package import KubernetesAPI
import Manifest
import Packages
import Platform

/// Reads from a cluster what other types then judge.
package struct ClusterReader: Sendable {
  package let cluster: Cluster
  package let capabilities: Capabilities

  package init(_ cluster: Cluster, _ capabilities: Capabilities) {
    self.cluster = cluster
    self.capabilities = capabilities
  }

  package var dialect: Dialect { capabilities.dialect }

  /// Reads the extensions; only with `isWhole` all of their fields.
  package func extensions(isWhole: Bool) async throws(ClusterError) -> [Object] {
    // There may be thousands; the server returns them many times as fast from its watch cache.
    try await cluster.list(
      dialect.extensions, skipping: isWhole ? JSONPaths() : Extension.bulkyFields, freshness: .cached)
  }

  /// Passes the selected extensions to `each` as they arrive; only with `isWhole` all of their fields.
  ///
  /// If the list begins again, `restart` is called, and all of them are passed again.
  package func extensions(
    isWhole: Bool, selector: Selector, restart: () -> Void, each: (Object) -> Void
  ) async throws(ClusterError) {
    _ = try await cluster.list(
      dialect.extensions, selector: selector, skipping: isWhole ? JSONPaths() : Extension.bulkyFields,
      freshness: .cached, restart: restart, each: each)
  }

  /// Reads the names of the extensions, in the order of the server.
  ///
  /// It asks for a table, which has no icons: with its icon an extension has about 60 kB, and shells ask for the names
  /// at each press of the tab key.
  package func names() async throws(ClusterError) -> [String] {
    var names: [String] = []
    let table = try await cluster.table(
      dialect.extensions, freshness: .cached, restart: { names = [] },
      each: { names.append($0.cells.first?.string ?? $0.object.name) })
    // A server without tables has sent objects, and the first column of a table may be something else.
    if table.columns.isEmpty || table.columns.first?.name == "Name" { return names }
    return try await extensions(isWhole: false).map(\.name)
  }

  package func installations() async throws(ClusterError) -> [Object] {
    try await cluster.list(dialect.installations)
  }

  /// The same; if the user may not list installations, only that of `name`, with the `refusal`.
  ///
  /// An installation that ksx has made has the name of its extension.
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

  /// Reads the extension `name`; `nil` if it does not exist.
  package func `extension`(_ name: String, isWhole: Bool) async throws(ClusterError) -> Object? {
    do throws(ClusterError) {
      return try await cluster.get(dialect.extensions, name, skipping: isWhole ? JSONPaths() : Extension.bulkyFields)
    } catch {
      guard error.isNotFound, !error.isOfMissingKind else { throw error }
      return nil
    }
  }

  /// Reads the selected versions of `name`, newest first.
  package func versions(
    of name: String, isWhole: Bool, selector: Selector = Selector()
  ) async throws(ClusterError) -> [Object] {
    let skipping = isWhole ? JSONPaths() : ExtensionVersion.bulkyFields
    let found = try await ExtensionVersion.objects(of: name, in: cluster, dialect, selector, skipping: skipping)
    return found.sorted { SemanticVersion.precedes(version($1), version($0)) }
  }

  private func version(_ object: Object) -> String { object.spec["version"]?.string ?? "" }
}

/// Returns the result of `request` instead of throwing, so that it can be used with `async let`.
package func result<Value: Sendable>(
  of request: @Sendable () async throws(ClusterError) -> Value
) async -> Result<Value, ClusterError> {
  do throws(ClusterError) {
    return .success(try await request())
  } catch {
    return .failure(error)
  }
}
