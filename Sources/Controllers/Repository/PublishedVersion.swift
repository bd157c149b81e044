import Charts
import Client
import Extensions
import KubernetesAPI
import Manifest
import Packages
import Platform

/// One version of an extension, and its objects in each dialect.
struct PublishedVersion: Sendable {
  var entry: ChartIndex.Entry
  var archive: [UInt8]
  /// The URL of the archive.
  var address: String
  var package: Package
  var manifest: ExtensionManifest
  private let chart: Chart
  private let isPlainChart: Bool
  /// The name of its Category; empty if it has none.
  private(set) var category: String

  /// In bytes: a ConfigMap holds 1 MiB, which is 768 KiB before Base64, minus its other fields.
  static let largestArchive = 700 << 10

  init(_ entry: ChartIndex.Entry, archive: [UInt8], address: String) throws(RepositoryError) {
    self.entry = entry
    self.archive = archive
    self.address = address
    do {
      package = try Package(archive: archive)
      if let flaw = try ChartFlaw(in: package) { throw RepositoryError("\(flaw), and helm refuses that") }
      chart = try package.chart()
      isPlainChart = try package.extensionManifest() == nil
      manifest = try package.manifest()
    } catch {
      throw error as? RepositoryError ?? RepositoryError("\(error)")
    }
    category = manifest.category
    let (named, file) = (manifest.name, isPlainChart ? "Chart.yaml" : "extension.yaml")
    guard named.isEmpty || named == entry.name else { throw RepositoryError("its \(file) calls it \(named)") }
    // Otherwise another version than the requested one would be installed.
    guard SemanticVersion(chart.version) == SemanticVersion(entry.version) else {
      throw RepositoryError("its Chart.yaml says version \(chart.version), and the repository \(entry.version)")
    }
  }

  var isHeldInCluster: Bool { archive.count <= Self.largestArchive }

  /// Chooses the category of a package that has only a `Chart.yaml`.
  ///
  /// It is the first keyword that names one of `categories`, whatever its case, or else the first keyword that can be a
  /// name.
  mutating func chooseCategory(among categories: Set<String>) {
    guard isPlainChart else { return }
    let names = manifest.keywords.map(Self.categoryName)
    category = names.first(where: categories.contains) ?? names.first { !$0.isEmpty } ?? ""
  }

  /// The display name of a category that is created for it.
  var categoryTitle: String { manifest.keywords.first { Self.categoryName($0) == category } ?? category }

  /// Returns `dev-tools` for `Dev Tools`; empty if the keyword cannot be a name.
  private static func categoryName(_ keyword: String) -> String {
    let name = keyword.trimmed().lowercased().split(separator: " ").joined(separator: "-")
    return Syntax.isLabel(name) ? name : ""
  }

  /// The ConfigMap of the archive; `nil` if the archive is too large.
  func archiveMap(_ labels: [String: String]) -> Object? {
    guard isHeldInCluster else { return nil }
    return Object(
      .configMaps, name: PackageSource.configMapName(entry.name, entry.version), namespace: PackageSource.namespace,
      labels: labels, annotations: [Self.digestAnnotation: SHA256.hex(archive)],
      ["binaryData": .mapping([PackageSource.key: .string(Base64.encode(archive))])])
  }

  static let digestAnnotation = "ksx.dev/chart-digest"
  /// The prefix of the mark of a version whose chart is too large for the cluster.
  static let chartElsewhere = "elsewhere-"

  /// A fingerprint of the chart's state in the index; `nil` if the index does not distinguish states.
  ///
  /// The number in front is incremented when objects are generated differently.
  static func mark(of entry: ChartIndex.Entry) -> String? {
    entry.mark.isEmpty ? nil : "1-" + ConfigHash.of(entry.mark)
  }

  private func annotated(_ annotations: [String: String], isVersion: Bool) -> [String: String] {
    guard let mark = Self.mark(of: entry) else { return annotations }
    var annotations = annotations
    annotations[Publisher.markAnnotation] = isVersion && !isHeldInCluster ? Self.chartElsewhere + mark : mark
    return annotations
  }

  func extensionObject(_ dialect: Dialect, labels: [String: String]) -> Object {
    var spec = facts(dialect)
    if dialect.name == .subscription { spec["version"] = .string(entry.version) }
    return Object(
      dialect.extensions, name: entry.name, labels: labels, annotations: annotated([:], isVersion: false),
      ["spec": .mapping(spec)])
  }

  func versionObject(_ dialect: Dialect, repository: String, labels: [String: String]) -> Object {
    var spec = facts(dialect)
    spec["version"] = .string(entry.version)
    spec["keywords"] = .sequence(manifest.keywords.map(Value.string))
    spec["home"] = .string(manifest.home)
    spec["digest"] = .string(SHA256.hex(archive))
    switch dialect.name {
    case .subscription: addFirstDesign(&spec, repository, dialect)
    case .installPlan: addModern(&spec, repository)
    }
    return Object(
      dialect.extensionVersions, name: dialect.versionName(entry.name, entry.version), labels: labels,
      annotations: annotated(annotations, isVersion: true), ["spec": .mapping(spec)])
  }

  private func addFirstDesign(_ spec: inout Mapping, _ repository: String, _ dialect: Dialect) {
    spec["repo"] = .string(repository)
    spec["minKubeVersion"] = .string(minimum(manifest.kubeVersion))
    spec["urls"] = [.string(address)]
    guard dialect.era == .seed else {
      spec["sources"] = .sequence(manifest.sources.map(Value.string))
      return
    }
    // A single string in the first design.
    spec["sources"] = .string(manifest.sources.joined(separator: ", "))
    if !chart.appVersion.isEmpty { spec["appVersion"] = .string(chart.appVersion) }
    if isPlainChart, !chart.dependencies.isEmpty { spec["dependencies"] = .sequence(chart.dependencies) }
  }

  private func addModern(_ spec: inout Mapping, _ repository: String) {
    let texts: [(String, String)] = [
      ("repository", repository), ("category", category), ("kubeVersion", manifest.kubeVersion),
      ("ksVersion", manifest.ksVersion), ("docs", manifest.docs), ("namespace", manifest.namespace),
    ]
    for (key, text) in texts where !text.isEmpty { spec[key] = .string(text) }
    spec["sources"] = .sequence(manifest.sources.map(Value.string))
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

  /// The CRD requires all of these fields; some packages leave some out.
  private static func complete(_ dependency: Value) -> Value {
    [
      "name": dependency["name"] ?? "", "type": .string(dependency["type"]?.string ?? "extension"),
      "version": .string(Chart.text(dependency["version"])), "required": .bool(dependency["required"]?.bool ?? false),
    ]
  }

  /// The common fields of an Extension and its versions (docs/KUBESPHERE.md: Kinds, Eras).
  private func facts(_ dialect: Dialect) -> Mapping {
    let title = manifest.displayName.isEmpty ? Localized(["en": entry.name]) : manifest.displayName
    let description =
      manifest.description.isEmpty ? Localized(["en": chart.description]) : manifest.description
    let icon = Value.string(package.icon)
    switch dialect.name {
    case .subscription:
      return [
        "displayName": .string(title.text(in: "en")), "description": .string(description.text(in: "en")), "icon": icon,
        "maintainers": maintainers,
      ]
    case .installPlan:
      var spec: Mapping = ["displayName": Self.map(title), "description": Self.map(description), "icon": icon]
      if let provider = manifest.value["provider"]?.mapping { spec["provider"] = .mapping(Self.texts(provider)) }
      if Self.isTimestamp(entry.created) { spec["created"] = .string(entry.created) }
      return spec
    }
  }

  private var maintainers: Value {
    if let listed = manifest.value["maintainers"]?.sequence { return .sequence(listed.compactMap(Self.person)) }
    let provider = manifest.value["provider"]
    return .sequence([provider?["en"] ?? provider?.mapping?.pairs.first?.value].compactMap { $0 })
  }

  /// The name, email and URL of a maintainer or provider, as strings; `nil` if it has none of them.
  private static func person(_ value: Value) -> Value? {
    let pairs = ["name", "email", "url"].compactMap { key in
      value[key].map { Mapping.Pair(key: key, value: .string(text($0))) }
    }
    return pairs.isEmpty ? nil : .mapping(Mapping(pairs))
  }

  /// The provider in each language; numbers and booleans become strings, as in KubeSphere.
  private static func texts(_ provider: Mapping) -> Mapping {
    Mapping(provider.pairs.map { .init(key: $0.key, value: person($0.value) ?? $0.value) })
  }

  private static func text(_ value: Value) -> String { value.bool.map { "\($0)" } ?? Chart.text(value) }

  private var annotations: [String: String] {
    var annotations: [String: String] = [:]
    for pair in manifest.value["annotations"]?.mapping?.pairs ?? []
    // An invalid key would prevent the object from being published.
    where Syntax.isLabelKey(pair.key) {
      annotations[pair.key] = Self.text(pair.value)
    }
    return annotations
  }

  private static func map(_ text: Localized) -> Value {
    Value(Dictionary(text.texts.map { ($0.key.isEmpty ? "en" : $0.key, $0.value) }, uniquingKeysWith: { $1 }))
  }

  /// Returns `1.19.0` for `>=1.19.0-0`; the first design had no other constraints.
  private func minimum(_ constraint: String) -> String {
    guard constraint.hasPrefix(">=") else { return "" }
    return String(constraint.dropFirst(2).prefix { $0.isNumber || $0 == "." })
  }

  private static func isTimestamp(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    return bytes.count >= 20 && bytes[4] == UInt8(ascii: "-") && bytes[10] == UInt8(ascii: "T")
  }
}
