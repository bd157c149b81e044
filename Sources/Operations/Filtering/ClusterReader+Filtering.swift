package import Client
package import Extensions
package import KubernetesAPI
package import Platform

extension ClusterReader {
  /// The names of the extensions that `filter` accepts, among `objects` and the installed ones.
  ///
  /// Categories are read only if the filter needs them, and so are versions, unless the caller passes them as `known`.
  package func names(
    takenBy filter: ExtensionFilter, among objects: [Object], _ installed: Installations,
    versions known: [String: [ExtensionVersion]]? = nil, _ memories: [String: ReleaseMemory], language: String,
    at now: Timestamp, readable: ExtensionStatus.ReadableKinds = ExtensionStatus.ReadableKinds()
  ) async throws(ClusterError) -> Set<String> {
    async let listed = filter.asksCategories ? try? cluster.list(dialect.categories) : []
    let versions = if let known { known } else { try await versions(for: filter) }
    let categories = Dictionary((await listed ?? []).map { ($0.name, Category($0)) }, uniquingKeysWith: { $1 })
    let found = objects.map { ($0, Extension($0, dialect: dialect)) }
    let byName = Dictionary(found.map { ($0.1.name, $0) }, uniquingKeysWith: { $1 })
    let rows = ExtensionRow.all(found.map(\.1), installed, memories, language: language, readable: readable)
    let taken = rows.filter { row in
      let subject = FilterSubject(
        row, byName[row.name]?.1, category: categories[row.category], version: row.version(among: versions[row.name]),
        labels: byName[row.name]?.0.labels ?? [:])
      return filter.accepts(subject, at: now)
    }
    return Set(taken.map(\.name))
  }

  /// Reads all versions, grouped by extension, if the filter needs them; if it only searches words, failing to read
  /// them is no error.
  private func versions(for filter: ExtensionFilter) async throws(ClusterError) -> [String: [ExtensionVersion]] {
    guard filter.asksVersions || filter.hasWords else { return [:] }
    do throws(ClusterError) {
      let objects = try await cluster.list(
        dialect.extensionVersions, skipping: ExtensionVersion.bulkyFields, freshness: .cached)
      return Dictionary(grouping: objects.map { ExtensionVersion($0, dialect: dialect) }, by: \.extension)
    } catch {
      if filter.asksVersions { throw error }
      return [:]
    }
  }
}
