import Packages
import Platform

/// An unpacked chart in a repository's folder.
struct UnpackedChart: Hashable, Sendable {
  /// Its folder, relative to the repository.
  var folder: String
  var name: String
  var version: String

  /// The name of its archive.
  var file: String { "\(name)-\(version).tgz" }

  /// The unpacked charts in the folders of `repository`; `problem` is called for each whose `Chart.yaml` is unreadable.
  static func all(in repository: String, problem: (String) -> Void) throws(SystemError) -> [UnpackedChart] {
    var charts: [UnpackedChart] = []
    for folder in try folders(in: repository) {
      do {
        let bytes = try Files.read(repository + "/" + folder + "/Chart.yaml", limit: 1 << 20)
        let chart = try Package(files: ["Chart.yaml": bytes]).chart()
        charts.append(UnpackedChart(folder: folder, name: chart.name, version: chart.version))
      } catch {
        problem("\(folder): \(error)")
      }
    }
    return charts
  }

  /// Changes whenever a file of one of the charts does; empty if there are none.
  static func fingerprint(of repository: String) -> String {
    let folders = (try? folders(in: repository)) ?? []
    let files = folders.flatMap { folder in
      ((try? FolderEntry.all(below: repository + "/" + folder)) ?? []).map { "\(folder) \($0)" }
    }
    return files.isEmpty ? "" : SHA256.hex(Array(files.joined(separator: "\n").utf8))
  }

  private static func folders(in repository: String) throws(SystemError) -> [String] {
    try Files.names(in: repository).filter { Files.exists("\(repository)/\($0)/Chart.yaml") }
  }
}
