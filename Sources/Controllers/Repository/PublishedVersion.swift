import Charts
import Client
import Extensions
import KubernetesAPI
import Manifest
import Packages
import Platform

/// One version of an extension as it is published: its objects in a dialect.
struct PublishedVersion: Sendable {
  var entry: ChartIndex.Entry
  var archive: [UInt8]
  /// Where the archive is, for those who can reach it.
  var address: String
  var package: Package
  var manifest: ExtensionManifest

  /// A ConfigMap holds 1 MiB, which is 768 KiB before Base64, less its other fields.
  static let largestArchive = 700 << 10

  init(_ entry: ChartIndex.Entry, archive: [UInt8], address: String) throws(RepositoryError) {
    self.entry = entry
    self.archive = archive
    self.address = address
    do {
      package = try Package(archive: archive)
      manifest = try package.extensionManifest() ?? ExtensionManifest(.mapping([:]))
    } catch {
      throw RepositoryError("\(error)")
    }
    let named = manifest.name
    guard named.isEmpty || named == entry.name else {
      throw RepositoryError("its extension.yaml calls it \(named)")
    }
  }

  var objectName: String { "\(entry.name)-\(entry.version)" }
  var isHeldInCluster: Bool { archive.count <= Self.largestArchive }
  var category: String { manifest.category }

  /// The ConfigMap with the archive, or `nil` when it is too large for one.
  func chart(_ labels: [String: String]) -> Object? {
    guard isHeldInCluster else { return nil }
    return Object(
      .configMaps, name: PackageSource.configMapName(entry.name, entry.version), namespace: PackageSource.namespace,
      labels: labels, annotations: [Self.digestAnnotation: SHA256.hex(archive)],
      ["binaryData": .mapping([PackageSource.key: .string(Base64.encode(archive))])])
  }

  static let digestAnnotation = "ksx.dev/chart-digest"

  func extensionObject(_ dialect: Dialect, labels: [String: String]) -> Object {
    var spec = facts(dialect)
    if dialect.name == .subscription { spec["version"] = .string(entry.version) }
    return Object(dialect.extensions, name: entry.name, labels: labels, ["spec": .mapping(spec)])
  }

  func versionObject(_ dialect: Dialect, repository: String, labels: [String: String]) -> Object {
    var spec = facts(dialect)
    spec["version"] = .string(entry.version)
    spec["keywords"] = .sequence(manifest.keywords.map(Value.string))
    spec["sources"] = .sequence(manifest.sources.map(Value.string))
    spec["home"] = .string(manifest.home)
    spec["digest"] = .string(SHA256.hex(archive))
    switch dialect.name {
    case .subscription:
      spec["repo"] = .string(repository)
      spec["minKubeVersion"] = .string(minimum(manifest.kubeVersion))
      spec["urls"] = [.string(address)]
    case .installPlan: addModern(&spec, repository)
    }
    return Object(
      dialect.extensionVersions, name: objectName, labels: labels, annotations: annotations,
      ["spec": .mapping(spec)])
  }

  private func addModern(_ spec: inout Mapping, _ repository: String) {
    let texts: [(String, String)] = [
      ("repository", repository), ("category", category), ("kubeVersion", manifest.kubeVersion),
      ("ksVersion", manifest.ksVersion), ("docs", manifest.docs), ("namespace", manifest.namespace),
    ]
    for (key, text) in texts where !text.isEmpty { spec[key] = .string(text) }
    spec["installationMode"] = manifest.isMulticluster ? "Multicluster" : "HostOnly"
    spec["screenshots"] = .sequence(manifest.screenshots.map(Value.string))
    if isHeldInCluster {
      spec["chartDataRef"] = [
        "namespace": .string(PackageSource.namespace),
        "name": .string(PackageSource.configMapName(entry.name, entry.version)), "key": .string(PackageSource.key),
      ]
    } else {
      spec["chartURL"] = .string(address)
    }
    let dependencies = manifest.externalDependencies.filter { $0["name"]?.string != nil }
    if !dependencies.isEmpty { spec["externalDependencies"] = .sequence(dependencies.map(Self.complete)) }
  }

  /// The CRD wants all of these; packages leave some out.
  private static func complete(_ dependency: Value) -> Value {
    [
      "name": dependency["name"] ?? "", "type": .string(dependency["type"]?.string ?? "extension"),
      "version": .string(Chart.text(dependency["version"])), "required": .bool(dependency["required"]?.bool ?? false),
    ]
  }

  /// What an Extension and its versions have in common (docs/KUBESPHERE.md: Kinds, Eras).
  private func facts(_ dialect: Dialect) -> Mapping {
    let title = manifest.displayName.isEmpty ? Localized(["en": entry.name]) : manifest.displayName
    let description =
      manifest.description.isEmpty ? Localized(["en": (try? package.chart().description) ?? ""]) : manifest.description
    let icon = Value.string(package.icon)
    switch dialect.name {
    case .subscription:
      return [
        "displayName": .string(title.text(in: "en")), "description": .string(description.text(in: "en")), "icon": icon,
        "maintainers": maintainers,
      ]
    case .installPlan:
      var spec: Mapping = ["displayName": Self.map(title), "description": Self.map(description), "icon": icon]
      if let provider = manifest.value["provider"], provider.mapping != nil { spec["provider"] = provider }
      if Self.isMoment(entry.created) { spec["created"] = .string(entry.created) }
      return spec
    }
  }

  private var maintainers: Value {
    if let listed = manifest.value["maintainers"]?.sequence { return .sequence(listed) }
    let provider = manifest.value["provider"]
    return .sequence([provider?["en"] ?? provider?.mapping?.pairs.first?.value].compactMap { $0 })
  }

  private var annotations: [String: String] {
    var annotations: [String: String] = [:]
    for pair in manifest.value["annotations"]?.mapping?.pairs ?? [] { annotations[pair.key] = pair.value.string }
    return annotations
  }

  private static func map(_ text: Localized) -> Value {
    Value(Dictionary(text.texts.map { ($0.key.isEmpty ? "en" : $0.key, $0.value) }, uniquingKeysWith: { $1 }))
  }

  /// `1.19.0` of `>=1.19.0-0`: the first design had no other conditions.
  private func minimum(_ constraint: String) -> String {
    guard constraint.hasPrefix(">=") else { return "" }
    return String(constraint.dropFirst(2).prefix { $0.isNumber || $0 == "." })
  }

  private static func isMoment(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    return bytes.count >= 20 && bytes[4] == UInt8(ascii: "-") && bytes[10] == UInt8(ascii: "T")
  }
}
