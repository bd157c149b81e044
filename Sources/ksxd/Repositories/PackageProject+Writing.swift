import Packages
import Platform

extension PackageProject {
  /// Writes `NAME-VERSION.tgz`, and returns its path.
  func write(to folder: String) throws(DaemonError) -> String {
    do {
      let chart = try package.chart()
      let path = "\(folder)/\(chart.name)-\(chart.version).tgz"
      try Files.makeDirectory(folder, mode: 0o755)
      try Files.write(package.archive(folder: chart.name), to: path, mode: 0o644)
      return path
    } catch {
      throw DaemonError("\(path): \(error)")
    }
  }
}
