import Manifest
import Packages
import Platform

/// A packed chart that lies in a repository's folder without an index that lists it.
struct PackedChart: Hashable, Sendable {
  var file: String
  var name: String
  var version: String
  var digest: String
  /// What its `Chart.yaml` says, as an index repeats it.
  var description: Mapping

  /// The chart in `package`, which is packed as `archive`.
  init(file: String, _ package: Package, archive: [UInt8]) throws(PackageError) {
    let value = try package.chartValue()
    let chart = Chart(value)
    self.file = file
    name = chart.name
    version = chart.version
    digest = SHA256.hex(archive)
    description = ChartTexts.corrected(value.mapping ?? [:])
  }

  /// The charts packed in `folder`; one that cannot be read is told by `problem`.
  static func all(in folder: String, problem: (String) -> Void) throws(RepositoryError) -> [PackedChart] {
    let names: [String]
    do { names = try files(in: folder) } catch { throw RepositoryError("\(error)") }
    var charts: [PackedChart] = []
    for name in names {
      do {
        let bytes = try Files.read(folder + "/" + name, limit: ChartIndex.largestChart)
        let package = try Package(archive: bytes)
        if let flaw = try ChartFlaw(in: package) {
          problem("\(name): \(flaw)")
          continue
        }
        charts.append(try PackedChart(file: name, package, archive: bytes))
      } catch {
        problem("\(name): \(error)")
      }
    }
    return charts
  }

  /// What changes whenever one of them comes, goes or is written anew; empty where there are none.
  static func fingerprint(of folder: String) -> String {
    let entries = (try? FolderEntry.all(below: folder) { path, isFolder in isFolder || !path.hasSuffix(".tgz") }) ?? []
    return entries.isEmpty ? "" : SHA256.hex(Array(entries.map { "\($0)" }.joined(separator: "\n").utf8))
  }

  private static func files(in folder: String) throws(SystemError) -> [String] {
    try Files.names(in: folder).filter { $0.hasSuffix(".tgz") }
  }
}
