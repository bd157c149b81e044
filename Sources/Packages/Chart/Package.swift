package import Manifest
import Platform

/// An extension's package: a helm chart, usually with an `extension.yaml`, as files by path.
///
/// Paths are relative to the chart's folder, such as `templates/service.yaml`.
package struct Package: Hashable, Sendable {
  package private(set) var files: [String: [UInt8]]

  /// Limits of the unpacked package: fewer than `bytes` bytes, as helm 3.17 requires, and at most `files` files, which
  /// helm does not limit.
  package struct Limits: Hashable, Sendable {
    package var bytes: Int
    package var files: Int

    package init(bytes: Int = 104_857_600, files: Int = 200_000) {
      self.bytes = bytes
      self.files = files
    }
  }

  package init(files: [String: [UInt8]]) { self.files = files }

  /// Unpacks a `.tgz`.
  package init(archive: [UInt8], limits: Limits = Limits()) throws(PackageError) {
    let tar = try TarReader.unpacking(archive, limits)
    if let loose = tar.loose { throw .refused("\(loose) is not in the chart's folder") }
    files = [:]
    for file in tar.files.sorted(by: { $0.key < $1.key }) {
      // The first part of a path is the chart's folder, whatever its name.
      guard let slash = file.key.firstIndex(of: "/") else { continue }
      let path = String(file.key[file.key.index(after: slash)...])
      if files.updateValue(file.value, forKey: path) != nil {
        throw .refused("\(path) is in it twice, in different folders: a package has one chart")
      }
    }
    guard files["Chart.yaml"] != nil else {
      // helm takes the first part of a path for the chart's folder, even if it is `.`.
      if tar.files.keys.contains(where: { $0.hasPrefix("./") }) {
        throw .refused("its paths begin with ./, where the folder is looked for, and so has no Chart.yaml")
      }
      throw .missing(path: "Chart.yaml")
    }
  }

  /// The links in `archive` that the package lacks, by path below the chart's folder.
  package static func links(inArchive archive: [UInt8], limits: Limits = Limits()) throws(PackageError) -> [String] {
    try TarReader.unpacking(archive, limits).links.map { path in
      path.firstIndex(of: "/").map { String(path[path.index(after: $0)...]) } ?? path
    }.sorted()
  }

  /// The package as a `.tgz` with everything in the folder `name`.
  package func archive(folder name: String) -> [UInt8] {
    let placed = files.map { (name + "/" + $0.key, $0.value) }
    return Gzip.pack(TarWriter.archive(Dictionary(placed, uniquingKeysWith: { $1 })))
  }

  /// The file at `path` as text without a byte order mark, for display; `nil` if there is none.
  package func text(_ path: String) -> String? {
    files[path].map { bytes in
      (try? String(textOf: bytes)) ?? String(decoding: bytes, as: UTF8.self)
    }
  }

  /// The fields of `Chart.yaml`, with the dependencies that helm uses.
  package func chart() throws(PackageError) -> Chart {
    var chart = Chart(try chartValue())
    chart.dependencies = try dependencies()
    return chart
  }

  /// The same with all that is written.
  package func chartValue() throws(PackageError) -> Value {
    guard files["Chart.yaml"] != nil else { throw .missing(path: "Chart.yaml") }
    return try node("Chart.yaml")?.asChart.value ?? .null
  }

  /// The names of the charts in the package, as helm finds them: from their own `Chart.yaml`, or from their file or
  /// folder if that is unreadable.
  package var bundledCharts: Set<String> { Set(heldVersions.keys) }

  /// The same with the version in each chart's `Chart.yaml`; empty if it has none.
  var heldVersions: [String: String] {
    var names: [String: String] = [:]
    for (path, bytes) in files.sorted(by: { $0.key < $1.key }) {
      let parts = path.split(separator: "/")
      guard parts.first == "charts", parts.count > 1, !Self.isIdle(parts[1]) else { continue }
      let entry = String(parts[1])
      if parts.count == 2, entry.hasSuffix(".tgz") {
        let package = try? Package(archive: bytes)
        names[Self.name(of: package, fallback: Self.name(inArchive: entry))] = (try? package?.chart().version) ?? ""
      } else if parts.count == 3, parts[2] == "Chart.yaml" {
        let package = Package(files: ["Chart.yaml": bytes])
        names[Self.name(of: package, fallback: entry)] = (try? package.chart().version) ?? ""
      }
    }
    return names
  }

  /// What begins so in `charts/` is no chart to helm, whatever is in it.
  static func isIdle(_ name: Substring) -> Bool { name.hasPrefix("_") || name.hasPrefix(".") }

  /// `mysql-operator` of `mysql-operator-1.0.0-rc.1.tgz`.
  private static func name(inArchive file: String) -> String {
    let stem = file.dropLast(4)
    let hyphens = stem.indices.filter { stem[$0] == "-" }
    let end = hyphens.first { SemanticVersion(stem[stem.index(after: $0)...]) != nil }
    return String(stem[..<(end ?? stem.endIndex)])
  }

  private static func name(of package: Package?, fallback: String) -> String {
    guard let name = try? package?.chart().name, !name.isEmpty else { return fallback }
    return name
  }

  /// The contents of `extension.yaml`; `nil` for older packages, which have none.
  package func extensionManifest() throws(PackageError) -> ExtensionManifest? {
    try yaml("extension.yaml").map { ExtensionManifest($0) }
  }

  /// The extension's manifest from `extension.yaml`, or from `Chart.yaml` if there is no `extension.yaml`.
  package func manifest() throws(PackageError) -> ExtensionManifest {
    if let manifest = try extensionManifest() { return manifest }
    return ExtensionManifest(chart: try chartValue())
  }

  /// The chart's default values with their comments, which are often the only documentation.
  package var values: String { text("values.yaml") ?? "" }

  /// What the installer may do, as ClusterRole and Role documents; `nil` if there is no such file.
  package var permissions: String? { text("permissions.yaml") }

  /// The README in `language` (`en`, `zh`), otherwise the one without a language.
  package func readme(in language: String) -> String? { document("readme", in: language) }

  /// The changelog in `language`, otherwise the one without a language.
  package func changelog(in language: String) -> String? { document("changelog", in: language) }

  /// The icon as a `data:` URI, or as a URL if the package names one; empty if it has none.
  package var icon: String {
    let named = (try? extensionManifest())?.icon ?? (try? chart())?.icon ?? ""
    guard let path = try? TarReader.safe(named), let bytes = files[path] else { return named }
    return "data:\(Self.mediaType(path));base64," + Base64.encode(bytes)
  }

  /// Finds `README_zh.md`, `README-zh.md` or `readme.zh.md`, or the one without a language, which is English.
  private func document(_ stem: String, in language: String) -> String? {
    let names = ["_", "-", "."].map { "\(stem)\($0)\(language.lowercased()).md" } + ["\(stem).md"]
    let paths = Dictionary(files.keys.map { ($0.lowercased(), $0) }, uniquingKeysWith: min)
    return names.lazy.compactMap { paths[$0] }.first.flatMap(text)
  }

  package func yaml(_ path: String) throws(PackageError) -> Value? {
    guard files[path] != nil else { return nil }
    return try node(path)?.value ?? .null
  }

  /// `nil` for a file that is not there, or says nothing.
  func node(_ path: String) throws(PackageError) -> YAMLNode? {
    guard let bytes = files[path] else { return nil }
    let text: String
    do { text = try String(textOf: bytes) } catch {
      throw .unreadable(
        path: path, SyntaxError(line: error.line, column: 1, problem: error.problem))
    }
    do { return try YAML.node(text) } catch { throw .unreadable(path: path, error) }
  }

  private static func mediaType(_ path: String) -> String {
    switch path.split(separator: ".").last?.lowercased() {
    case "svg": "image/svg+xml"
    case "jpg", "jpeg": "image/jpeg"
    case "gif": "image/gif"
    case "webp": "image/webp"
    default: "image/png"
    }
  }
}
