package import Client
import Extensions
import Manifest
package import Packages
package import Platform

/// The contents of the package of one version, or why they cannot be read.
package struct PackageFacts: Hashable, Sendable {
  package var version: String
  package var contents: PackageContents?
  /// Why `contents` is `nil`; empty otherwise.
  package var problem: Sentence = ""
}

/// The comparison of two versions, or why they cannot be compared.
package struct ComparedVersions: Hashable, Sendable {
  package var comparison: VersionComparison?
  /// Why `comparison` is `nil`; empty otherwise.
  package var problem: Sentence = ""
}

extension ClusterReader {
  /// Reads the contents of the package of `version` of the extension `name`.
  package func packageFacts(
    of name: String, _ version: String, gateway: GatewayAPI?
  ) async throws(ClusterError) -> PackageFacts {
    switch try await side(of: name, version, gateway) {
    case .success(let side): PackageFacts(version: version, contents: PackageContents(side.package))
    case .failure(let problem): PackageFacts(version: version, problem: problem.reason)
    }
  }

  /// Compares two versions of the extension `name`; default values that its config on this cluster overrides come
  /// first.
  package func comparison(
    of name: String, from old: String, to new: String, gateway: GatewayAPI?, language: String
  ) async throws(ClusterError) -> ComparedVersions {
    let before = try await side(of: name, old, gateway)
    let after = try await side(of: name, new, gateway)
    let found = await result { () throws(ClusterError) in try await installations().map(Installation.init) }
    let config = (try? found.get()).flatMap { Installations($0).of(name)?.config } ?? ""
    switch (before, after) {
    case (.failure(let problem), _), (_, .failure(let problem)): return ComparedVersions(problem: problem.reason)
    case (.success(let before), .success(let after)):
      return ComparedVersions(
        comparison: VersionComparison(
          from: before, to: after, config: (try? YAML.parse(config)) ?? [:], language: language))
    }
  }

  private struct Absence: Error {
    var reason: Sentence
  }

  private func side(
    of name: String, _ version: String, _ gateway: GatewayAPI?
  ) async throws(ClusterError) -> Result<VersionComparison.Side, Absence> {
    guard let found = try await package(of: name, version, gateway: gateway) else {
      return .failure(Absence(reason: "There is no version \(version) of \(name) any more."))
    }
    switch found.package {
    case .success(let package): return .success(VersionComparison.Side(found.version, package))
    case .failure(let error):
      return .failure(Absence(reason: "The package of \(name) \(version) is not at hand: \(error.words)"))
    }
  }
}
