import Manifest
package import Packages
import Platform

/// Why helm takes a package for no chart, leaves it out of an index, and does not install it.
package enum ChartFlaw: Hashable, CustomStringConvertible {
  case field(String)
  case name(String)
  case version(String)
  case kind(String)
  case values(String)

  private static let words = [
    "apiVersion", "name", "version", "kubeVersion", "description", "type", "home", "icon", "appVersion", "condition",
    "tags",
  ]

  /// The first of them in `package`, or `nil` where helm takes it.
  package init?(in package: Package) throws(PackageError) {
    let description = try Self.yaml("Chart.yaml", package)
    for word in Self.words where description[word]?.mapping != nil || description[word]?.sequence != nil {
      self = .field(word)
      return
    }
    let chart = try package.chart()
    let values: Value
    do throws(PackageError) { values = try Self.yaml("values.yaml", package) } catch {
      self = .values("\(error)")
      return
    }
    // helm wants a name that is no path.
    if chart.name.isEmpty || chart.name.containsText("/") || [".", ".."].contains(chart.name) {
      self = .name(chart.name)
    } else if SemanticVersion(chart.version) == nil {
      self = .version(chart.version)
    } else if !["", "application", "library"].contains(Chart.text(description["type"])) {
      self = .kind(Chart.text(description["type"]))
    } else if values != .null, values.mapping == nil {
      self = .values("values.yaml is not a mapping")
    } else {
      return nil
    }
  }

  private static func yaml(_ path: String, _ package: Package) throws(PackageError) -> Value {
    do { return try YAML.parse(package.text(path) ?? "") } catch { throw .unreadable(path: path, error) }
  }

  package var description: String {
    switch self {
    case .field(let name): "the \(name) in Chart.yaml is not a word"
    case .name(""): "Chart.yaml has no name"
    case .name(let name): "the name \(name) in Chart.yaml is none for a chart"
    case .version(""): "Chart.yaml has no version"
    case .version(let version): "the version \(version) in Chart.yaml is not a semantic version"
    case .kind(let kind): "the type \(kind) in Chart.yaml is neither application nor library"
    case .values(let problem): problem
    }
  }
}
