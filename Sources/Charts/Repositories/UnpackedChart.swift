import Packages
import Platform

/// A chart that lies unpacked in a repository's folder.
struct UnpackedChart: Hashable, Sendable {
  /// The folder it lies in, as seen from the repository.
  var folder: String
  var name: String
  var version: String

  /// What it is called once it is packed.
  var file: String { "\(name)-\(version).tgz" }

  /// The charts in the folders of `repository`; one whose `Chart.yaml` cannot be read is told by `problem`.
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

  /// What changes whenever a file of one of the charts does, or empty where there are none.
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
