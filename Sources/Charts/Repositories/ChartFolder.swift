import Glibc
import Manifest
import Packages
import Platform

/// A folder of charts as a repository: makes its index, and reads the files for a server or an image.
package struct ChartFolder: Sendable {
  package let path: String

  package init(_ path: String) { self.path = path }

  /// What the index lists, and what was left out.
  package struct Written: Hashable, Sendable {
    /// How many charts the index lists.
    package var charts: Int
    package var refused: [String]
    /// The folders of unpacked charts, which the index does not list.
    package var unpacked: [String] = []
  }

  /// Writes `index.yaml` as `helm repo index` does; the same charts give the same bytes.
  ///
  /// Packed charts in the folder and its subfolders are listed, with URLs below `url` if given. Unpacked charts are not
  /// listed, but ksxd reads them.
  package func writeIndex(url: String = "") throws(RepositoryError) -> Written {
    let (text, written) = try index(url: url)
    do { try Files.write(Array(text.utf8), to: path + "/index.yaml", mode: 0o644) } catch {
      throw RepositoryError("\(error)")
    }
    return written
  }

  /// The bytes of a file of the repository; if there is no index, one is made that includes unpacked charts, which are
  /// packed when they are requested.
  package func served(_ name: String) throws(RepositoryError) -> [UInt8] {
    guard !name.pathParts.contains(where: { $0.utf8.first == UInt8(ascii: ".") }) else {
      throw RepositoryError("\(name) is no path in the folder")
    }
    let entryPath = path + "/" + name
    do {
      if isPlainFile(name) { return try Files.read(entryPath, limit: ChartIndex.largest) }
      if name == "index.yaml" { return Array(try index(url: "", withUnpacked: true).text.utf8) }
      guard name.hasSuffix(".tgz"), !name.containsText("/") else { throw RepositoryError("\(name) is not there") }
      for chart in try UnpackedChart.all(in: path, problem: { _ in }) where chart.file == name {
        return try FolderRepository.archive(at: path + "/" + chart.folder, digest: "")
      }
    } catch {
      throw RepositoryError("\(error)")
    }
    throw RepositoryError("\(name) is not there")
  }

  /// Whether it is a regular file without a symbolic link in its path, which could lead anywhere.
  private func isPlainFile(_ name: String) -> Bool {
    var entryPath = path
    var status = stat()
    for part in name.pathParts {
      entryPath += "/" + part
      guard lstat(entryPath, &status) == 0, status.st_mode & S_IFMT != S_IFLNK else { return false }
    }
    return status.st_mode & S_IFMT == S_IFREG
  }

  private func index(url: String, withUnpacked: Bool = false) throws(RepositoryError) -> (text: String, Written) {
    var refused: [String] = []
    var entries: [String: [Value]] = [:]
    var newest = 0
    let packed = try PackedChart.all(in: path) { refused.append($0) }
    for chart in packed {
      let time = changed(chart.file)
      newest = max(newest, time)
      entries[chart.name, default: []].append(entry(chart, url: url, time))
    }
    if withUnpacked { addUnpacked(to: &entries, &refused) }
    let sorted = entries.sorted { $0.key < $1.key }.map { name, values in
      Mapping.Pair(key: name, value: .sequence(values.sorted(by: Self.newer)))
    }
    let index: Value = [
      "apiVersion": "v1", "entries": .mapping(Mapping(sorted)),
      "generated": .string((entries.isEmpty ? .now() : Timestamp(secondsSince1970: newest)).description),
    ]
    var written = Written(charts: packed.count, refused: refused)
    if !withUnpacked { written.unpacked = ((try? UnpackedChart.all(in: path) { _ in }) ?? []).map(\.folder) }
    return (YAML.text(index), written)
  }

  /// A chart that cannot be packed is reported, and does not keep the others out.
  private func addUnpacked(to entries: inout [String: [Value]], _ refused: inout [String]) {
    for chart in (try? UnpackedChart.all(in: path) { refused.append($0) }) ?? [] {
      do {
        let package = try Package(folder: path + "/" + chart.folder)
        let packed = try PackedChart(file: chart.file, package, archive: package.archive(folder: chart.name))
        let time = changed(chart.folder + "/Chart.yaml")
        entries[chart.name, default: []].append(entry(packed, url: "", time))
      } catch {
        refused.append("\(chart.folder): \(error)")
      }
    }
  }

  private static func newer(_ left: Value, _ right: Value) -> Bool {
    SemanticVersion.precedes(Chart.text(right["version"]), Chart.text(left["version"]))
  }

  private func entry(_ chart: PackedChart, url: String, _ time: Int) -> Value {
    var described = chart.description
    let base = url.isEmpty || url.hasSuffix("/") ? url : url + "/"
    described["created"] = .string(Timestamp(secondsSince1970: time).description)
    described["digest"] = .string(chart.digest)
    described["urls"] = [.string(base + chart.file)]
    return .mapping(IndexedChart.ordered(described))
  }

  private func changed(_ file: String) -> Int {
    var status = stat()
    return stat(path + "/" + file, &status) == 0 ? status.st_mtim.tv_sec : 0
  }

  /// Whether there is a chart in it, packed or not.
  package func hasCharts() throws(RepositoryError) -> Bool {
    do {
      return try FolderEntry.all(below: path).contains { entry in
        entry.path.hasSuffix(".tgz") || entry.path.pathParts.last == "Chart.yaml"
      }
    } catch {
      throw RepositoryError("\(error)")
    }
  }

  /// Every file of the repository by path, for an image.
  package func files() throws(RepositoryError) -> [String: [UInt8]] {
    var files: [String: [UInt8]] = [:]
    do {
      for entry in try FolderEntry.all(below: path) {
        files[entry.path] = try Files.read(path + "/" + entry.path, limit: ChartIndex.largest)
      }
    } catch {
      throw RepositoryError("\(error)")
    }
    guard !files.isEmpty else { throw RepositoryError("\(path) holds no files") }
    return files
  }
}
