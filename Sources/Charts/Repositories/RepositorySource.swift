package import KubernetesAPI
import Manifest
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
    guard let text = try? indexText() else { return address }
    return address + " " + SHA256.hex(Array(text.utf8))
  }

  package func index() throws(RepositoryError) -> ChartIndex {
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
    let address = try location(of: entry)
    guard let path = FileURL.path(address) else { throw RepositoryError("\(address) is no path of a file") }
    let bytes: [UInt8]
    do { bytes = try Files.read(path) } catch { throw RepositoryError("\(error)") }
    let digest = SHA256.hex(bytes)
    guard entry.digest.isEmpty || entry.digest == digest else {
      throw RepositoryError("its digest is \(digest), and the index says \(entry.digest)")
    }
    return bytes
  }

  private func folder() throws(RepositoryError) -> String {
    if let path = FileURL.path(address) { return path.hasSuffix("/") ? String(path.dropLast()) : path }
    if address.isEmpty { throw RepositoryError("the repository has no address") }
    if address.hasPrefix("http://") || address.hasPrefix("https://") || address.hasPrefix("oci://") {
      throw RepositoryError("\(address): repositories are read from folders (file:///…) only, for now")
    }
    throw RepositoryError("\(address) is no address that can be read; file:///path/of/a/folder is one")
  }
}
