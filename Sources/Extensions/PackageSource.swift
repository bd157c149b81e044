package import Client
import KubernetesAPI
import Manifest
package import Packages
package import Platform

/// A place that may contain the package of an ExtensionVersion.
package enum PackageSource: Hashable, Sendable {
  /// A key of a ConfigMap's `binaryData`.
  case configMap(namespace: String, name: String, key: String)
  /// An address outside the API.
  case url(String)

  /// The namespace with the charts of published extensions (docs/KUBESPHERE.md: Packages).
  package static let namespace = "kubesphere-system"
  package static let key = "chart.tgz"

  /// The ConfigMap that holds a version's chart by convention.
  package static func configMapName(_ extension: String, _ version: String) -> String {
    "extension-\(`extension`)-\(version)-chart"
  }

  /// The places to look in, best first: the one that the version names, the conventional one, its URL.
  package static func all(of version: ExtensionVersion) -> [PackageSource] {
    let convention = Self.configMap(
      namespace: namespace, name: configMapName(version.extension, version.version), key: key)
    var sources = [convention]
    if let named = version.chartData {
      let source = Self.configMap(namespace: named.namespace, name: named.name, key: named.key)
      sources = source == convention ? [source] : [source, convention]
    }
    return sources + (version.chartURL.isEmpty ? [] : [.url(version.chartURL)])
  }
}

/// Why the package of an ExtensionVersion could not be obtained.
package enum PackageSourceError: Error, Hashable, Sendable, CustomStringConvertible {
  /// No known place has the package; the text says what was tried.
  case unavailable(Sentence)
  /// The cluster did not return it.
  case cluster(ClusterError)
  /// It was obtained but cannot be read.
  case package(PackageError)

  /// Quoted texts in it have no control characters that affect a terminal.
  package var description: String { words.english }

  /// The description as a translatable sentence.
  package var words: Sentence {
    switch self {
    case .unavailable(let reason): reason.shortened(to: 1000)
    case .cluster(let error): "the cluster did not hand out the package: \(error.words.shortened(to: 1000))"
    case .package(let error): Sentence(verbatim: error.description)
    }
  }
}

extension PackageSourceError {
  /// Says also that a gateway has packages that the cluster has not.
  fileprivate var namingGateway: PackageSourceError {
    guard case .unavailable(let reason) = self else { return self }
    return .unavailable("\(reason); log in at a gateway, which fetches it: ksx login --gateway URL")
  }
}

extension ExtensionVersion {
  /// The packed chart of this version, from the first place in the cluster that has it.
  ///
  /// A chart that is only at a URL is `.unavailable`: ksx fetches nothing from outside the cluster.
  package func archive(from cluster: Cluster) async throws(PackageSourceError) -> [UInt8] {
    for case .configMap(let namespace, let name, let key) in PackageSource.all(of: self) {
      let object: Object
      do {
        object = try await cluster.get(.configMaps, namespace: namespace, name)
      } catch .refused(let status) where status.isNotFound {
        continue
      } catch {
        throw .cluster(error)
      }
      guard let text = object.value[path: "binaryData", key]?.string else { continue }
      guard let bytes = Base64.decode(text) else { throw .package(.malformed("ConfigMap \(name) holds no Base64")) }
      return bytes
    }
    let name = PackageSource.configMapName(self.extension, version)
    let elsewhere: Sentence =
      chartURL.isEmpty ? "and names no other place" : "and charts are not fetched from \(chartURL)"
    throw .unavailable("ConfigMap \(PackageSource.namespace)/\(name) is not there, \(elsewhere)")
  }

  /// The package of this version, unpacked, for a user of the cluster.
  ///
  /// If the cluster does not return the chart, its files are requested from `gateway`, which itself fetches charts from
  /// their repositories.
  package func package(from cluster: Cluster, gateway: GatewayAPI? = nil) async throws(PackageSourceError) -> Package {
    let problem: PackageSourceError
    do throws(PackageSourceError) {
      return try Self.package(in: try await archive(from: cluster))
    } catch {
      problem = error
    }
    guard let gateway else { throw chartURL.isEmpty ? problem : problem.namingGateway }
    if case .package = problem { throw problem }
    let files: [GatewayAPI.File]
    do {
      files = try await gateway.files(of: name)
    } catch {
      throw .unavailable("\(problem.words); nor by the gateway: \(error.words)")
    }
    // An empty list means that the gateway has no package either.
    if files.isEmpty { throw problem }
    return Package(files: Dictionary(files.map { ($0.name, $0.bytes) }, uniquingKeysWith: { $1 }))
  }

  private static func package(in archive: [UInt8]) throws(PackageSourceError) -> Package {
    do throws(PackageError) { return try Package(archive: archive) } catch { throw .package(error) }
  }
}
