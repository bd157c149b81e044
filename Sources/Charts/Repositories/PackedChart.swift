import Glibc
import Manifest
import Packages
import Platform

/// A packed chart in a repository's folder that no index lists.
struct PackedChart: Hashable, Sendable {
  /// The path relative to the repository.
  var file: String
  var name: String
  var version: String
  var digest: String
  /// What an index says about it.
  var description: Mapping

  /// The chart in `package`, which is packed as `archive`.
  init(file: String, _ package: Package, archive: [UInt8]) throws(PackageError) {
    let chart = Chart(try package.chartValue())
    self.file = file
    name = chart.name
    version = chart.version
    digest = SHA256.hex(archive)
    description = try IndexedChart.fields(of: package)
  }

  /// The packed charts in `folder` and its subfolders, as in helm; `problem` is called for each that is unusable.
  static func all(in folder: String, problem: (String) -> Void) throws(RepositoryError) -> [PackedChart] {
    let names: [String]
    do { names = try files(in: folder) } catch { throw RepositoryError("\(error)") }
    var charts: [PackedChart] = []
    for name in names {
      do {
        if let oddity = oddity(folder + "/" + name) {
          problem("\(name): \(oddity)")
          continue
        }
        let bytes = try Files.read(folder + "/" + name, limit: ChartIndex.largestChart, takesPipes: false)
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

  /// Changes whenever a packed chart is added, removed or rewritten; empty if there are none.
  static func fingerprint(of folder: String) -> String {
    let entries =
      (try? FolderEntry.all(below: folder) { path, isFolder in
        isFolder
          ? path.hasPrefix(".") || path.containsText("/")
          : !path.hasSuffix(".tgz") || path.pathParts.contains { $0.hasPrefix(".") }
      }) ?? []
    return entries.isEmpty ? "" : SHA256.hex(Array(entries.map { "\($0)" }.joined(separator: "\n").utf8))
  }

  /// Skips hidden folders, and unpacked charts, whose packed charts are their own dependencies.
  private static func files(in folder: String) throws(SystemError) -> [String] {
    var files: [String] = []
    for name in try Files.names(in: folder) where !name.hasPrefix(".") {
      if name.hasSuffix(".tgz") { files.append(name) }
      guard kind(of: "\(folder)/\(name)") == S_IFDIR,
        !Files.exists("\(folder)/\(name)/Chart.yaml"), let inner = try? Files.names(in: "\(folder)/\(name)")
      else { continue }
      files += inner.filter { $0.hasSuffix(".tgz") && !$0.hasPrefix(".") }.map { "\(name)/\($0)" }
    }
    return files
  }

  private static func oddity(_ path: String) -> String? {
    switch kind(of: path) {
    case S_IFREG: nil
    case S_IFLNK: "it is a link, which may lead anywhere and is not followed"
    default: "it is no file"
    }
  }

  private static func kind(of path: String) -> mode_t {
    var status = stat()
    return lstat(path, &status) == 0 ? status.st_mode & S_IFMT : 0
  }
}
