package import KubernetesAPI
import Manifest
import Packages
import Platform

/// Why a repository was not read, for the user.
package struct RepositoryError: Error, Hashable, Sendable, CustomStringConvertible {
  package var description: String

  package init(_ description: String) { self.description = description }
}

/// Where a Repository object says its charts are.
package struct RepositorySource: Hashable, Sendable {
  /// The address as the object has it; empty when it has none.
  package var address: String

  /// Shipped KubeSphere has `spec.url`; before, there was only `spec.image`.
  package init(_ object: Object) {
    address = object.spec["url"]?.string ?? object.spec["image"]?.string ?? ""
  }

  /// The address and what the index is like: another one means that there is something to read.
  package var fingerprint: String {
    let index = (try? indexText()).map { SHA256.hex(Array($0.utf8)) }
    let unpacked = (try? folder()).map(UnpackedChart.fingerprint) ?? ""
    return [address, index ?? "", unpacked].filter { !$0.isEmpty }.joined(separator: " ")
  }

  /// What there is: what the index lists, and the charts that lie unpacked beside it.
  package func index() throws(RepositoryError) -> ChartIndex {
    let folder = try folder()
    var problems: [String] = []
    let unpacked = (try? UnpackedChart.all(in: folder) { problems.append($0) }) ?? []
    var index = ChartIndex()
    if unpacked.isEmpty || Files.exists(folder + "/index.yaml") { index = try writtenIndex() }
    index.add(unpacked) { entry in (try? path(of: entry)).map(Files.exists) ?? false }
    index.refused += problems
    return index
  }

  private func writtenIndex() throws(RepositoryError) -> ChartIndex {
    let text = try indexText()
    do { return try ChartIndex(text) } catch { throw RepositoryError("\(address), index.yaml: \(error)") }
  }

  private func indexText() throws(RepositoryError) -> String {
    let path = try folder() + "/index.yaml"
    do { return try Files.text(path) } catch { throw RepositoryError("\(error)") }
  }

  /// The address of an entry's archive.
  package func location(of entry: ChartIndex.Entry) throws(RepositoryError) -> String {
    if entry.url.hasPrefix("file:///") { return entry.url }
    guard !entry.url.contains("://") else { throw RepositoryError("charts are not fetched from \(entry.url) yet") }
    guard !entry.url.hasPrefix("/"), !entry.url.split(separator: "/").contains("..") else {
      throw RepositoryError("\(entry.url) leads out of the repository")
    }
    return "file://" + (try folder()) + "/" + entry.url
  }

  /// An entry's archive, if it is what the index promises.
  package func archive(of entry: ChartIndex.Entry) throws(RepositoryError) -> [UInt8] {
    let path = try path(of: entry)
    let bytes = try Self.archive(at: path)
    // A chart that lies unpacked has no archive that a digest could be of.
    if Files.isDirectory(path) { return bytes }
    let digest = SHA256.hex(bytes)
    guard entry.digest.isEmpty || entry.digest == digest else {
      throw RepositoryError("its digest is \(digest), and the index says \(entry.digest)")
    }
    return bytes
  }

  /// The archive at `path`, packed here where a chart lies there unpacked.
  package static func archive(at path: String) throws(RepositoryError) -> [UInt8] {
    do {
      guard Files.isDirectory(path) else { return try Files.read(path) }
      let package = try Package(folder: path)
      return package.archive(folder: try package.chart().name)
    } catch {
      throw RepositoryError("\(error)")
    }
  }

  private func path(of entry: ChartIndex.Entry) throws(RepositoryError) -> String {
    let address = try location(of: entry)
    guard let path = FileURL.path(address) else { throw RepositoryError("\(address) is not a path of a file") }
    return path
  }

  private func folder() throws(RepositoryError) -> String {
    if let path = FileURL.path(address) { return path.hasSuffix("/") ? String(path.dropLast()) : path }
    if address.isEmpty { throw RepositoryError("the repository has no address") }
    if address.hasPrefix("http://") || address.hasPrefix("https://") || address.hasPrefix("oci://") {
      throw RepositoryError("\(address): repositories are read from folders (file:///…) only, for now")
    }
    throw RepositoryError("\(address) is not an address that can be read; file:///path/of/a/folder is one")
  }
}
