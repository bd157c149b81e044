package import Client
package import Extensions
import KubernetesAPI
import Manifest
import Packages

/// The extension whose details are read; they are read again when this value changes.
package struct DetailsSubject: Hashable, Sendable {
  package let name: String
  /// The running version, else the wanted one, else the recommended one.
  let version: String
  let repository: String
  let category: String
  /// The names of its installation and its release; empty without an installation.
  let installation: String
  let release: String

  /// The extension in `row`, with its installation.
  package init(_ row: ExtensionRow, _ installation: Installation?) {
    name = row.name
    version = [row.status.running, row.status.wanted, row.recommended].first { !$0.isEmpty } ?? ""
    repository = row.repository
    category = row.category
    self.installation = installation?.name ?? ""
    let named = installation?.releaseName ?? ""
    release = named.isEmpty ? row.name : named
  }
}

extension ClusterReader {
  /// Reads the objects that belong to an extension; what may not be read is left out.
  package func details(of subject: DetailsSubject, gateway: GatewayAPI? = nil) async -> ExtensionDetails {
    var sources = ExtensionDetails.Sources()
    async let found = try? find(dialect.extensions, subject.name)
    async let served = served(subject)
    let shown = VersionText(subject.version)
    let versions = (try? await versions(of: subject.name, isWhole: false)) ?? []
    let version = versions.first { VersionText(Chart.text($0.spec["version"])) == shown } ?? versions.first
    // The whole object, because the list has no icons.
    sources.version = (try? await find(dialect.extensionVersions, version?.name ?? "")) ?? version
    sources.package = try? await sources.version.map {
      ExtensionVersion($0, dialect: dialect)
    }?.package(from: cluster, gateway: gateway)
    let source = subject.repository.isEmpty ? Chart.text(sources.version?.spec["repo"]) : subject.repository
    sources.repository = try? await find(dialect.repositories, source)
    sources.category = try? await find(dialect.categories, subject.category)
    (sources.extension, sources.served, sources.release) = (await found, await served, subject.release)
    return ExtensionDetails(sources)
  }

  private func find(_ resource: Resource, _ name: String) async throws(ClusterError) -> Object? {
    name.isEmpty ? nil : try await cluster.get(resource, name)
  }

  /// The objects that the gateway serves for an extension.
  private func served(_ subject: DetailsSubject) async -> [Object] {
    var found: [Object] = []
    for resource in [dialect.apiServices, dialect.jsBundles, dialect.reverseProxies] {
      let all = (try? await cluster.list(resource)) ?? []
      found += all.filter { subject.owns($0) }.sorted { $0.name < $1.name }
    }
    return found
  }
}

extension DetailsSubject {
  /// Whether an object of the gateway belongs to this extension: by its label, else by its release, else by its name,
  /// which is the extension's, or a domain whose second label is.
  func owns(_ object: Object) -> Bool {
    let labels = object.labels
    if let label = labels["kubesphere.io/extension-ref"] ?? labels["kubesphere.io/extension"] { return label == name }
    if let named = object.annotations["meta.helm.sh/release-name"] {
      return [name, release, installation].contains(named)
    }
    let words = object.name.split(separator: ".")
    return words.first.map(String.init) == name || (words.count > 2 && String(words[1]) == name)
  }
}
