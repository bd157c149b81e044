import Packages
import Platform

/// A chart repository in a folder: packed charts, charts that lie unpacked, and an index or none.
struct FolderRepository: ChartSource {
  let folder: String
  /// How the folder is called where it is told about.
  var address: String

  /// What the index is like, and every chart that lies unpacked: another one means that there is something to read.
  var mark: RepositoryMark { mark(try? written()) }

  private func mark(_ written: [UInt8]?) -> RepositoryMark {
    let beside = written == nil ? PackedChart.fingerprint(of: folder) : ""
    let parts = [written.map(SHA256.hex) ?? "", UnpackedChart.fingerprint(of: folder), beside]
    return RepositoryMark(digest: parts.filter { !$0.isEmpty }.joined(separator: " "))
  }

  func read(unless known: RepositoryMark?) throws(RepositoryError) -> RepositoryContents? {
    let written = try hasIndex ? written() : nil
    let mark = mark(written)
    if let known, !known.digest.isEmpty, known.digest == mark.digest { return nil }
    return RepositoryContents(index: try index(written), mark: mark, charts: self)
  }

  /// What there is: what the index lists, and the charts that lie beside it.
  func index() throws(RepositoryError) -> ChartIndex { try index(hasIndex ? written() : nil) }

  private func index(_ written: [UInt8]?) throws(RepositoryError) -> ChartIndex {
    var problems: [String] = []
    let unpacked = (try? UnpackedChart.all(in: folder) { problems.append($0) }) ?? []
    var index = ChartIndex()
    let isListed = written != nil || !Files.isDirectory(folder)
    let packed = try isListed ? [] : PackedChart.all(in: folder) { problems.append($0) }
    // Where there is nothing at all, the complaint is that there is no index.
    if let written {
      index = try listed(written)
    } else if unpacked.isEmpty, packed.isEmpty {
      index = try listed(self.written())
    }
    index.add(packed)
    index.add(unpacked) { entry in (try? path(of: entry)).map(Files.exists) ?? false }
    index.refused += problems
    return index
  }

  private var hasIndex: Bool { Files.exists(folder + "/index.yaml") }

  private func written() throws(RepositoryError) -> [UInt8] {
    do { return try Files.read(folder + "/index.yaml", limit: ChartIndex.largest) } catch {
      throw RepositoryError("\(error)")
    }
  }

  private func listed(_ bytes: [UInt8]) throws(RepositoryError) -> ChartIndex {
    do { return try ChartIndex(try String(textOf: bytes)) } catch {
      throw RepositoryError("\(address), index.yaml: \(error)")
    }
  }

  func location(of entry: ChartIndex.Entry) throws(RepositoryError) -> String {
    if entry.url.containsText("://") { return entry.url }
    guard entry.url.utf8.first != UInt8(ascii: "/"), !entry.url.pathParts.contains("..") else {
      throw RepositoryError("\(entry.url) leads out of the repository")
    }
    return "file://" + folder + "/" + entry.url
  }

  func archive(of entry: ChartIndex.Entry) async throws(RepositoryError) -> [UInt8] {
    let place = try location(of: entry)
    guard place.hasPrefix("file:") else { throw RepositoryError("a folder's index must not lead to \(place)") }
    return try Self.archive(at: try path(of: entry), digest: entry.digest)
  }

  /// The archive at `path`, packed here where a chart lies there unpacked, if its digest is `digest` or none is given.
  static func archive(at path: String, digest: String) throws(RepositoryError) -> [UInt8] {
    do {
      if Files.isDirectory(path) {
        // A chart that lies unpacked has no archive that a digest could be of.
        let package = try Package(folder: path)
        return package.archive(folder: try package.chart().name)
      }
      let bytes = try Files.read(path, limit: ChartIndex.largestChart)
      try ChartIndex.check(SHA256.hex(bytes), against: digest)
      return bytes
    } catch let error as RepositoryError {
      throw error
    } catch {
      throw RepositoryError("\(error)")
    }
  }

  private func path(of entry: ChartIndex.Entry) throws(RepositoryError) -> String {
    let address = try location(of: entry)
    guard let path = FileURL.path(address) else { throw RepositoryError("\(address) is not a path of a file") }
    return path
  }
}
