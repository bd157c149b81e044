public import Client
public import Extensions
import Manifest

/// The built-in marketplace: small extensions to try everything with, no cluster and no network needed.
public enum Catalogue {
  /// The name of the marketplace's Repository object.
  public static let repositoryName = "built-in"

  /// Writes the marketplace as a chart repository: `index.yaml` and packed charts, the same bytes every time.
  public static func write(to folder: String) throws(CatalogueError) {
    do throws(FileError) {
      try ChartRepository(folder: folder).write(packages())
    } catch {
      throw .unwritable("\(error)")
    }
  }

  /// Makes the Repository object that leads to the marketplace in `folder`, or points it there anew.
  public static func register(folder: String, in cluster: Cluster, dialect: Dialect) async throws(ClusterError) {
    let source = Value.string("file://" + folder)
    let key = dialect.name == .installPlan ? "url" : "image"
    do {
      let present = try await cluster.get(dialect.repositories, repositoryName)
      guard present.spec[key] != source else { return }
      _ = try await cluster.patch(dialect.repositories, repositoryName, ["spec": .mapping([key: source])])
    } catch .refused(let status) where status.code == 404 {
      let spec: Value = .mapping([key: source, "description": "The built-in marketplace"])
      _ = try await cluster.create(
        dialect.repositories, Object(dialect.repositories, name: repositoryName, ["spec": spec]))
    }
  }

  static func packages() -> [ChartRepository.Packed] {
    CatalogueEntries.all.flatMap { entry in
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
public enum CatalogueError: Error, Hashable, Sendable {
  /// The text says which file, and what the system said.
  case unwritable(String)
}
