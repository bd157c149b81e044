import Manifest
package import Packages
import Platform

/// Why helm does not accept a package as a chart, so that it neither lists nor installs it.
package enum ChartFlaw: Hashable, CustomStringConvertible {
  case field(String)
  case name(String)
  case version(String)
  case kind(String)
  case values(String)
  /// Another field, or another file.
  case shape(String)
  /// A flaw of a chart within it.
  indirect case within(String, ChartFlaw)

  private static let words = [
    "apiVersion", "name", "version", "kubeVersion", "description", "type", "home", "icon", "appVersion", "condition",
    "tags",
  ]

  /// The first flaw of `package`; `nil` if helm accepts it.
  package init?(in package: Package) throws(PackageError) {
    // The packed charts in it may together unpack to no more than the package itself.
    var budget = Package.Limits().bytes
    try self.init(in: package, &budget)
  }

  private init?(in package: Package, _ budget: inout Int) throws(PackageError) {
    let description = try package.chartValue()
    for word in Self.words where description[word]?.mapping != nil || description[word]?.sequence != nil {
      self = .field(word)
      return
    }
    let chart = try package.chart()
    let values: Value
    do throws(PackageError) { values = try package.yaml("values.yaml") ?? .null } catch {
      self = .values("\(error)")
      return
    }
    let shape = ChartTypeCheck(description, dependencies: chart.dependencies)
    if let flaw = Self.flaw(of: chart, kind: Chart.text(description["type"])) {
      self = flaw
    } else if values != .null, values.mapping == nil {
      self = .values("values.yaml is not a mapping")
    } else if let problem = shape.problem ?? Self.lockProblem(package) {
      self = .shape(problem)
    } else if let flaw = Self.flaw(within: package, &budget) {
      self = flaw
    } else {
      return nil
    }
  }

  /// What is wrong with the name, version or type: helm refuses a name that is a path.
  private static func flaw(of chart: Chart, kind: String) -> ChartFlaw? {
    if chart.name.isEmpty || chart.name.containsText("/") || [".", ".."].contains(chart.name) {
      return .name(chart.name)
    }
    if SemanticVersion(chart.version) == nil { return .version(chart.version) }
    return ["", "application", "library"].contains(kind) ? nil : .kind(kind)
  }

  private static func lockProblem(_ package: Package) -> String? {
    for path in ["Chart.lock", "requirements.lock"] where package.files[path] != nil {
      guard let lock = try? package.yaml(path) else { return "\(path) cannot be read" }
      let listed = lock["dependencies"] ?? .null
      guard lock == .null || lock.mapping != nil, listed == .null || listed.sequence != nil else {
        return "\(path) is no list of dependencies"
      }
    }
    return nil
  }

  /// The first flaw of the charts in `charts/`: helm reads everything there as charts, except signatures and names that
  /// begin with a dot or an underscore.
  private static func flaw(within package: Package, _ budget: inout Int) -> ChartFlaw? {
    var charts: [String: [String: [UInt8]]] = [:]
    for (path, bytes) in package.files where path.hasPrefix("charts/") && !path.hasSuffix(".prov") {
      let parts = path.split(separator: "/", maxSplits: 2, omittingEmptySubsequences: false).map(String.init)
      charts[parts[1], default: [:]][parts.count == 3 ? parts[2] : ""] = bytes
    }
    for (name, files) in charts.sorted(by: { $0.key < $1.key }) where !name.hasPrefix("_") && !name.hasPrefix(".") {
      do throws(PackageError) {
        let chart = try chart(name, files, &budget)
        if let flaw = try ChartFlaw(in: chart, &budget) { return .within(name, flaw) }
      } catch {
        return .within(name, .shape("\(error)"))
      }
    }
    return nil
  }

  private static func chart(
    _ name: String, _ files: [String: [UInt8]], _ budget: inout Int
  ) throws(PackageError) -> Package {
    var chart = Package(files: files)
    if name.hasSuffix(".tgz") {
      guard let archive = files[""] else { throw .malformed("it is a folder") }
      chart = try Package(archive: archive, limits: Package.Limits(bytes: max(1, budget)))
      budget -= chart.files.values.reduce(archive.count) { $0 + $1.count }
    }
    guard chart.files["Chart.yaml"] != nil else { throw .missing(path: "Chart.yaml") }
    return chart
  }

  package var description: String {
    switch self {
    case .field(let name): "the \(name) in Chart.yaml is not a word"
    case .name(""): "Chart.yaml has no name"
    case .name(let name): "the name \(name) in Chart.yaml is none for a chart"
    case .version(""): "Chart.yaml has no version"
    case .version(let version): "the version \(version) in Chart.yaml is not a semantic version"
    case .kind(let kind): "the type \(kind) in Chart.yaml is neither application nor library"
    case .values(let problem), .shape(let problem): problem
    case .within(let name, let flaw): "charts/\(name): \(flaw)"
    }
  }
}
