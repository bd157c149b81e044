import Packages
import Platform

/// A chart repository in a folder: packed charts, unpacked charts, and optionally an index.
struct FolderRepository: ChartSource {
  let folder: String
  /// The address of the folder in messages.
  var address: String

  /// Changes if the index or an unpacked chart does; without an index, also if a packed chart does.
  var revision: RepositoryRevision { revision(try? readIndexFile()) }

  private func revision(_ indexFile: [UInt8]?) -> RepositoryRevision {
    let packed = indexFile == nil ? PackedChart.fingerprint(of: folder) : ""
    let parts = [indexFile.map(SHA256.hex) ?? "", UnpackedChart.fingerprint(of: folder), packed]
    return RepositoryRevision(digest: parts.filter { !$0.isEmpty }.joined(separator: " "))
  }

  func read(unless known: RepositoryRevision?) throws(RepositoryError) -> RepositoryContents? {
    let indexFile = try hasIndex ? readIndexFile() : nil
    let revision = revision(indexFile)
    if let known, !known.digest.isEmpty, known.digest == revision.digest { return nil }
    return RepositoryContents(index: try index(indexFile), revision: revision, charts: self)
  }

  /// The charts that the index lists, or the packed ones if there is no index, and the unpacked ones.
  func index() throws(RepositoryError) -> ChartIndex { try index(hasIndex ? readIndexFile() : nil) }

  private func index(_ indexFile: [UInt8]?) throws(RepositoryError) -> ChartIndex {
    var problems: [String] = []
    let unpacked = (try? UnpackedChart.all(in: folder) { problems.append($0) }) ?? []
    var index = ChartIndex()
    let isListed = indexFile != nil || !Files.isDirectory(folder)
    let packed = try isListed ? [] : PackedChart.all(in: folder) { problems.append($0) }
    // If there is nothing at all, reading the missing index gives the error.
    if let indexFile {
      index = try parsed(indexFile)
    } else if unpacked.isEmpty, packed.isEmpty {
      index = try parsed(readIndexFile())
    }
    index.add(packed)
    index.add(unpacked) { entry in (try? path(of: entry)).map(Files.exists) ?? false }
    index.refused += problems
    return index
  }

  private var hasIndex: Bool { Files.exists(folder + "/index.yaml") }

  private func readIndexFile() throws(RepositoryError) -> [UInt8] {
    do { return try Files.read(folder + "/index.yaml", limit: ChartIndex.largest) } catch {
      throw RepositoryError("\(error)")
    }
  }

  private func parsed(_ bytes: [UInt8]) throws(RepositoryError) -> ChartIndex {
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
    let location = try location(of: entry)
    guard location.hasPrefix("file:") else { throw RepositoryError("a folder's index must not lead to \(location)") }
    return try Self.archive(at: try path(of: entry), digest: entry.digest)
  }

  /// The archive at `path`, or the unpacked chart there as an archive; checks the digest unless `digest` is empty.
  static func archive(at path: String, digest: String) throws(RepositoryError) -> [UInt8] {
    do {
      if Files.isDirectory(path) {
        // An unpacked chart has no archive, and so no digest.
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
