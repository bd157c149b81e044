package import Manifest
import Platform

/// An extension's package: a helm chart with an `extension.yaml`, as files by path.
///
/// Paths are relative to the chart's folder, such as `templates/service.yaml`.
package struct Package: Hashable, Sendable {
  package private(set) var files: [String: [UInt8]]

  /// What is unpacked at most: fewer bytes than helm 3.17 takes no more of, however many files that is with helm.
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
      // The one folder around everything carries the chart's name, and means nothing.
      guard let slash = file.key.firstIndex(of: "/") else { continue }
      let path = String(file.key[file.key.index(after: slash)...])
      if files.updateValue(file.value, forKey: path) != nil {
        throw .refused("\(path) is in it twice, in different folders: a package has one chart")
      }
    }
    guard files["Chart.yaml"] != nil else {
      // As helm has it, what stands first in a path is the chart's folder.
      if tar.files.keys.contains(where: { $0.hasPrefix("./") }) {
        throw .refused("its paths begin with ./, where the folder is looked for, and so has no Chart.yaml")
      }
      throw .missing(path: "Chart.yaml")
    }
  }

  /// The package as a `.tgz` in which everything lies in the folder `name`.
  package func archive(folder name: String) -> [UInt8] {
    let placed = files.map { (name + "/" + $0.key, $0.value) }
    return Gzip.pack(TarWriter.archive(Dictionary(placed, uniquingKeysWith: { $1 })))
  }

  /// The file at `path` as text to be shown, without a byte order mark, or `nil` when there is none.
  package func text(_ path: String) -> String? {
    files[path].map { bytes in
      (try? String(textOf: bytes)) ?? String(decoding: bytes, as: UTF8.self)
    }
  }

  /// What `Chart.yaml` says.
  package func chart() throws(PackageError) -> Chart {
    var chart = Chart(try chartValue())
    chart.dependencies = try dependencies()
    return chart
  }

  /// The same as it is written.
  package func chartValue() throws(PackageError) -> Value {
    guard let value = try yaml("Chart.yaml") else { throw .missing(path: "Chart.yaml") }
    return value
  }

  /// The names of the charts that lie in the package, as helm finds them: by their own `Chart.yaml`, or by what their
  /// file or folder is called where that cannot be read.
  package var heldCharts: Set<String> { Set(heldVersions.keys) }

  /// The same with the version that each says of itself, or nothing.
  var heldVersions: [String: String] {
    var names: [String: String] = [:]
    for (path, bytes) in files.sorted(by: { $0.key < $1.key }) {
      let parts = path.split(separator: "/")
      guard parts.first == "charts", parts.count > 1 else { continue }
      let place = String(parts[1])
      if parts.count == 2, place.hasSuffix(".tgz") {
        let package = try? Package(archive: bytes)
        names[Self.name(of: package, place: Self.name(inArchive: place))] = (try? package?.chart().version) ?? ""
      } else if parts.count == 3, parts[2] == "Chart.yaml" {
        let package = Package(files: ["Chart.yaml": bytes])
        names[Self.name(of: package, place: place)] = (try? package.chart().version) ?? ""
      }
    }
    return names
  }

  /// `mysql-operator` of `mysql-operator-1.0.0-rc.1.tgz`.
  private static func name(inArchive file: String) -> String {
    let stem = file.dropLast(4)
    let hyphens = stem.indices.filter { stem[$0] == "-" }
    let end = hyphens.first { SemanticVersion(stem[stem.index(after: $0)...]) != nil }
    return String(stem[..<(end ?? stem.endIndex)])
  }

  private static func name(of package: Package?, place: String) -> String {
    guard let name = try? package?.chart().name, !name.isEmpty else { return place }
    return name
  }

  /// What `extension.yaml` says; older packages have none.
  package func extensionManifest() throws(PackageError) -> ExtensionManifest? {
    try yaml("extension.yaml").map { ExtensionManifest($0) }
  }

  /// What the package says of its extension: by `extension.yaml`, or by `Chart.yaml` where there is nothing else.
  package func manifest() throws(PackageError) -> ExtensionManifest {
    if let manifest = try extensionManifest() { return manifest }
    return ExtensionManifest(chart: try chartValue())
  }

  /// The chart's default values, byte for byte: their comments are the only guidance there is.
  package var values: String { text("values.yaml") ?? "" }

  /// What its installer may do, as ClusterRole and Role documents, or `nil`.
  package var permissions: String? { text("permissions.yaml") }

  /// The README in `language` (`en`, `zh`), or the one that names no language.
  package func readme(in language: String) -> String? { document("readme", in: language) }

  /// The changelog in `language`, or the one that names no language.
  package func changelog(in language: String) -> String? { document("changelog", in: language) }

  /// The icon as a `data:` URI, or a URL when the package names one; empty when it has none.
  package var icon: String {
    let named = (try? extensionManifest())?.icon ?? (try? chart())?.icon ?? ""
    guard let path = try? TarReader.safe(named), let bytes = files[path] else { return named }
    return "data:\(Self.mediaType(path));base64," + Base64.encode(bytes)
  }

  /// `README_zh.md`, `README-zh.md` or `readme.zh.md`; the plain one is English.
  private func document(_ stem: String, in language: String) -> String? {
    let names = ["_", "-", "."].map { "\(stem)\($0)\(language.lowercased()).md" } + ["\(stem).md"]
    let paths = Dictionary(files.keys.map { ($0.lowercased(), $0) }, uniquingKeysWith: min)
    return names.lazy.compactMap { paths[$0] }.first.flatMap(text)
  }

  func yaml(_ path: String) throws(PackageError) -> Value? {
    guard let bytes = files[path] else { return nil }
    let text: String
    do { text = try String(textOf: bytes) } catch {
      throw .unreadable(
        path: path, SyntaxError(line: error.line, column: 1, problem: Sentence(verbatim: error.problem)))
    }
    do { return try YAML.parse(text) } catch { throw .unreadable(path: path, error) }
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
