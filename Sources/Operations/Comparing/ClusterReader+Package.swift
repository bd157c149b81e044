package import Client
package import Extensions
package import Packages

extension ClusterReader {
  /// Returns a version of an extension with its package, or `nil` if the version does not exist.
  ///
  /// Without `version`, that is the installed version, else the recommended one, else the newest.
  package func package(
    of name: String, _ version: String?, gateway: GatewayAPI?
  ) async throws(ClusterError) -> (version: ExtensionVersion, package: Result<Package, PackageSourceError>)? {
    let all = try await versions(of: name, isWhole: false).map { ExtensionVersion($0, dialect: dialect) }
    var wanted = version
    if wanted == nil { wanted = try await usual(name) }
    let found = wanted.map { wanted in all.first { VersionText($0.version) == VersionText(wanted) } } ?? all.first
    guard let found else { return nil }
    do throws(PackageSourceError) {
      return (found, .success(try await found.package(from: cluster, gateway: gateway)))
    } catch {
      return (found, .failure(error))
    }
  }

  private func usual(_ name: String) async throws(ClusterError) -> String? {
    let installed = Installations(try await installations().map(Installation.init)).of(name)
    if let installed { return installed.version }
    let found = try await self.extension(name, isWhole: false).map { Extension($0, dialect: dialect) }
    return found?.recommendedVersion.isEmpty == false ? found?.recommendedVersion : nil
  }
}
