package import Client
package import Extensions
import KubernetesAPI
import Manifest
import Packages
import Platform

/// The built-in marketplace: small extensions to try everything with, no cluster and no network needed.
package enum Catalogue {
  /// The name of the marketplace's Repository object.
  package static let repositoryName = "built-in"

  /// Writes the marketplace as a chart repository: `index.yaml` and packed charts, the same bytes every time.
  package static func write(to folder: String) throws(CatalogueError) {
    do throws(SystemError) {
      try ChartRepository(folder: folder).write(packages())
    } catch {
      throw .unwritable("\(error)")
    }
  }

  /// Makes the Repository object that leads to the marketplace in `folder`, or points it there anew.
  package static func register(folder: String, in cluster: Cluster, dialect: Dialect) async throws(ClusterError) {
    // A depth of none takes every version: there are few, and going back is worth showing.
    let spec: Mapping =
      dialect.name == .installPlan
      ? ["url": .string("file://" + folder), "depth": 0] : ["image": .string("file://" + folder)]
    guard let present = try await cluster.find(dialect.repositories, repositoryName) else {
      let object = Object(dialect.repositories, name: repositoryName, ["spec": .mapping(spec)])
      _ = try await cluster.create(
        dialect.repositories, Object(object.value.setting(["spec", "description"], to: "The built-in marketplace")))
      return
    }
    guard spec.pairs.contains(where: { present.spec[$0.key] != $0.value }) else { return }
    _ = try await cluster.patch(dialect.repositories, repositoryName, ["spec": .mapping(spec)])
  }

  /// The packages of every extension, or of those in `names`.
  static func packages(of names: Set<String>? = nil) -> [ChartRepository.Packed] {
    CatalogueEntries.all.filter { names?.contains($0.name) ?? true }.flatMap { entry in
      // helm lists the newest first.
      entry.versions.reversed().map { version in
        ChartRepository.Packed(
          package: CatalogueChart(entry: entry, version: version).package,
          chart: Chart([
            "name": .string(entry.name), "version": .string(version.number), "appVersion": .string(version.number),
            "description": .string(entry.summary.english),
          ]), created: version.date + "T08:00:00Z")
      }
    }
  }
}

/// Why the marketplace could not be made.
package enum CatalogueError: Error, Hashable, Sendable {
  /// The text says which file, and what the system said.
  case unwritable(String)
}
