import KubernetesAPI
import Manifest
package import Packages
import Platform

/// Fetches the charts that a package depends on and does not contain.
package struct ChartDependencies: Sendable {
  private let access: RepositoryAccess

  package init(access: RepositoryAccess = RepositoryAccess()) { self.access = access }

  /// `package` with its dependencies; relative addresses are resolved against `folder`.
  package func fetched(
    _ package: Package, besides folder: String, _ report: (String) -> Void
  ) async throws(RepositoryError) -> Package {
    let named: [Value]
    do { named = try package.chart().dependencies } catch { throw RepositoryError("\(error)") }
    let held = package.bundledCharts
    var files = package.files
    for dependency in named {
      let name = Chart.text(dependency["name"])
      let repository = Chart.text(dependency["repository"])
      if held.contains(name) || repository.isEmpty { continue }
      let (version, archive) = try await fetch(name, Chart.text(dependency["version"]), from: repository, folder)
      report("\(name) \(version) from \(repository)")
      files["charts/\(name)-\(version).tgz"] = archive
    }
    return Package(files: files)
  }

  private func fetch(
    _ name: String, _ constraint: String, from repository: String, _ folder: String
  ) async throws(RepositoryError) -> (version: String, archive: [UInt8]) {
    if repository.hasPrefix("@") || repository.hasPrefix("alias:") {
      throw RepositoryError("\(name): \(repository) is a name that only helm's own settings explain; write the address")
    }
    if repository.hasPrefix("file://"), !repository.hasPrefix("file:///") {
      let path = Files.wholePath(String(repository.dropFirst(7)), besides: folder + "/Chart.yaml")
      return try Self.packed(path)
    }
    // The address of a registry is that of the folder; the chart's name is appended.
    let url = ImageReference.isRegistry(repository) ? repository + "/" + name : repository
    let source = RepositorySource(Object(["spec": ["url": .string(url)]]), access: access)
    guard let contents = try await source.read() else { throw RepositoryError("\(repository): there is nothing there") }
    guard let wanted = VersionConstraint(constraint.isEmpty ? "*" : constraint) else {
      throw RepositoryError("\(name): \(constraint) is not a constraint on versions")
    }
    let fitting = (contents.index.entries[name] ?? []).first { entry in
      SemanticVersion(entry.version).map { wanted.allows($0) } ?? false
    }
    guard let fitting else { throw RepositoryError("\(repository) has no version of \(name) that is \(constraint)") }
    return (fitting.version, try await contents.charts.archive(of: fitting))
  }

  private static func packed(_ path: String) throws(RepositoryError) -> (version: String, archive: [UInt8]) {
    do {
      let package = try Package(folder: path)
      let chart = try package.chart()
      return (chart.version, package.archive(folder: chart.name))
    } catch {
      throw RepositoryError("\(path): \(error)")
    }
  }
}
