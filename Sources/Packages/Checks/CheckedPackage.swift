import Manifest
import Platform

/// A package with its YAML files parsed once for all checks.
struct CheckedPackage: Sendable {
  let package: Package
  /// `Chart.yaml`, if it is readable; if that is generated from `extension.yaml`, the latter.
  let chart: YAMLNode?
  /// The file of `chart`.
  let chartFile: String
  /// `extension.yaml`, if it is readable.
  let manifest: YAMLNode?
  /// `values.yaml`, if it is readable.
  let values: YAMLNode?
  /// `requirements.yaml`, if it is readable; helm prefers it to `Chart.yaml`.
  let requirements: YAMLNode?
  /// Where one of them, or one in a chart of the package, is unreadable for helm.
  let unreadable: [ChartCheck.Problem]
  /// What is readable, but perhaps not as intended.
  let ambiguous: [ChartCheck.Problem]

  private static let descriptions = ["Chart.yaml", "extension.yaml", "values.yaml"]

  init(_ package: Package, isChartGenerated: Bool = false) {
    self.package = package
    var reading = Reading()
    let nodes = Self.descriptions.dropFirst(isChartGenerated ? 1 : 0).map { reading.node(package.files[$0], $0) }
    chart = isChartGenerated ? nodes[0] : nodes[0]?.asChart
    (manifest, values) = (nodes[isChartGenerated ? 0 : 1], nodes[nodes.count - 1])
    requirements = reading.node(package.files["requirements.yaml"], "requirements.yaml")?.asChart
    chartFile = Self.descriptions[isChartGenerated ? 1 : 0]
    reading.readCharts(in: package, below: "")
    (unreadable, ambiguous) = (reading.unreadable, reading.ambiguous)
  }

  private struct Reading {
    var unreadable: [ChartCheck.Problem] = []
    var ambiguous: [ChartCheck.Problem] = []

    mutating func node(_ bytes: [UInt8]?, _ path: String) -> YAMLNode? {
      guard let bytes else { return nil }
      do {
        let text = try String(textOf: bytes)
        let node = try YAML.node(text)
        ambiguous += ConfigReview(text).warnings.map { (path, $0.line, $0.problem.english) }
        return node
      } catch let error as TextError {
        unreadable.append((path, error.line, error.problem.english))
      } catch let error as SyntaxError {
        unreadable.append((path, error.line, error.problem.english))
      } catch {
        unreadable.append((path, nil, "\(error)"))
      }
      return nil
    }

    /// Parses the files of the charts in `package`, packed or not, because helm reads all of them.
    mutating func readCharts(in package: Package, below prefix: String) {
      for (path, bytes) in package.files.sorted(by: { $0.key < $1.key }) where path.hasPrefix("charts/") {
        let parts = path.split(separator: "/")
        if stride(from: 1, to: parts.count, by: 2).contains(where: { Package.isIdle(parts[$0]) }) { continue }
        if parts.count == 2, path.hasSuffix(".tgz") {
          readPacked(bytes, at: prefix + path)
        } else if parts.count % 2 == 1, Self.isChart(parts), let name = parts.last,
          CheckedPackage.descriptions.contains(String(name))
        {
          _ = node(bytes, prefix + path)
        }
      }
    }

    private mutating func readPacked(_ bytes: [UInt8], at path: String) {
      guard let package = try? Package(archive: bytes) else {
        return unreadable.append((path, nil, "it is no packed chart"))
      }
      for name in CheckedPackage.descriptions { _ = node(package.files[name], path + "/" + name) }
      readCharts(in: package, below: path + "/")
    }

    /// Whether a path is that of a file of a chart: `charts/NAME/FILE`, `charts/NAME/charts/NAME/FILE` and so on.
    private static func isChart(_ parts: [Substring]) -> Bool {
      stride(from: 0, to: parts.count - 1, by: 2).allSatisfy { parts[$0] == "charts" }
    }
  }
}
