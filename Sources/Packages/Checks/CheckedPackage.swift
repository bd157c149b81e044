import Manifest
import Platform

/// A package with its descriptions read once for all checks.
struct CheckedPackage: Sendable {
  let package: Package
  /// `Chart.yaml`, as far as it can be read; where that is made of `extension.yaml`, what that says.
  let chart: YAMLNode?
  /// The file in which that stands.
  let chartFile: String
  /// `extension.yaml`, as far as it can be read.
  let manifest: YAMLNode?
  /// `values.yaml`, as far as it can be read.
  let values: YAMLNode?
  /// `requirements.yaml`, likewise, by which helm goes before `Chart.yaml`.
  let requirements: YAMLNode?
  /// Where one of them, or of those of the charts in it, cannot be read by helm.
  let unreadable: [ChartCheck.Place]
  /// What in them is read, but perhaps not as it was meant.
  let doubtful: [ChartCheck.Place]

  private static let descriptions = ["Chart.yaml", "extension.yaml", "values.yaml"]

  init(_ package: Package, isChartMade: Bool = false) {
    self.package = package
    var reading = Reading()
    let nodes = Self.descriptions.dropFirst(isChartMade ? 1 : 0).map { reading.node(package.files[$0], $0) }
    (chart, manifest, values) = (nodes[0], nodes[isChartMade ? 0 : 1], nodes[nodes.count - 1])
    requirements = reading.node(package.files["requirements.yaml"], "requirements.yaml")
    chartFile = Self.descriptions[isChartMade ? 1 : 0]
    reading.readCharts(in: package, below: "")
    (unreadable, doubtful) = (reading.unreadable, reading.doubtful)
  }

  private struct Reading {
    var unreadable: [ChartCheck.Place] = []
    var doubtful: [ChartCheck.Place] = []

    mutating func node(_ bytes: [UInt8]?, _ path: String) -> YAMLNode? {
      guard let bytes else { return nil }
      do {
        let text = try String(textOf: bytes)
        let node = try YAML.node(text)
        doubtful += ConfigReview(text).warnings.map { (path, $0.line, $0.problem.english) }
        return node
      } catch let error as TextError {
        unreadable.append((path, error.line, error.problem))
      } catch let error as SyntaxError {
        unreadable.append((path, error.line, error.problem.english))
      } catch {
        unreadable.append((path, nil, "\(error)"))
      }
      return nil
    }

    /// Reads the descriptions of the charts that `package` brings, packed or not: helm reads all of them.
    mutating func readCharts(in package: Package, below place: String) {
      for (path, bytes) in package.files.sorted(by: { $0.key < $1.key }) where path.hasPrefix("charts/") {
        let parts = path.split(separator: "/")
        if parts.count == 2, path.hasSuffix(".tgz") {
          readPacked(bytes, at: place + path)
        } else if parts.count % 2 == 1, Self.isChart(parts), let name = parts.last,
          CheckedPackage.descriptions.contains(String(name))
        {
          _ = node(bytes, place + path)
        }
      }
    }

    private mutating func readPacked(_ bytes: [UInt8], at place: String) {
      guard let package = try? Package(archive: bytes) else {
        return unreadable.append((place, nil, "it is no packed chart"))
      }
      for name in CheckedPackage.descriptions { _ = node(package.files[name], place + "/" + name) }
      readCharts(in: package, below: place + "/")
    }

    /// Whether a path leads into a chart: `charts/NAME/FILE`, `charts/NAME/charts/NAME/FILE` and so on.
    private static func isChart(_ parts: [Substring]) -> Bool {
      stride(from: 0, to: parts.count - 1, by: 2).allSatisfy { parts[$0] == "charts" }
    }
  }
}
