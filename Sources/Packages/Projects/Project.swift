import Manifest
package import Platform

/// The folder of an extension that is being developed.
package struct Project: Hashable, Sendable {
  /// How an extension is described.
  package enum Form: String, CaseIterable, Sendable {
    /// By `extension.yaml`, as in `ksbuilder`.
    case `extension`
    /// By `Chart.yaml` alone, as in the first design.
    case chart
  }

  package let folder: String

  /// The project in `folder` itself, otherwise those in its subfolders.
  package static func all(in folder: String) throws(SystemError) -> [Project] {
    if isProject(folder) { return [Project(folder: folder)] }
    return try Files.names(in: folder).map { folder + "/" + $0 }.filter(isProject).map(Project.init)
  }

  private static func isProject(_ folder: String) -> Bool {
    Files.exists(folder + "/Chart.yaml") || Files.exists(folder + "/extension.yaml")
  }

  private init(folder: String) { self.folder = folder }

  /// The package as it would be built, without dependencies that must be fetched.
  ///
  /// If there is no `Chart.yaml`, it is generated from `extension.yaml`.
  package func package() throws(PackageError) -> Package {
    if Files.exists(folder + "/Chart.yaml") { return try Package(folder: folder) }
    let text: String
    let value: Value
    do { text = try Files.text(folder + "/extension.yaml") } catch { throw .malformed("\(error)") }
    do { value = try YAML.parse(text) } catch { throw .unreadable(path: "extension.yaml", error) }
    let chart = Array(YAML.text(Self.chart(of: value)).utf8)
    return try Package(folder: folder, with: ["Chart.yaml": chart])
  }

  /// The `Chart.yaml` of an extension, as `ksbuilder package` writes it.
  static func chart(of value: Value) -> Value {
    let manifest = ExtensionManifest(value)
    var chart: Mapping = [
      "apiVersion": "v2", "name": .string(manifest.name), "version": .string(manifest.version),
      "description": .string(manifest.description.text(in: "en")),
    ]
    for key in ["keywords", "home", "sources", "kubeVersion", "maintainers", "dependencies", "annotations"] {
      if let part = value[key], part != .null { chart[key] = part }
    }
    return .mapping(chart)
  }
}
