import Manifest
import Packages
import Platform

/// The charts of an image, laid out in a folder that goes when this is let go.
final class PulledImage: Sendable {
  private let folder: ScratchFolder
  /// Where the charts lie.
  let charts: String

  /// How long a layer may be on its way.
  private static let largestLayer = 4 << 30

  /// Pulls the image that `digest` names.
  init(_ client: RegistryClient, _ path: String, _ digest: String) async throws(RepositoryError) {
    do { folder = try ScratchFolder() } catch { throw RepositoryError("\(error)", isPassing: true) }
    let root = folder.path
    do throws(RepositoryError) {
      charts = try await Self.lay(out: client, path, digest, in: root)
    } catch {
      folder.remove()
      throw error
    }
  }

  deinit { folder.remove() }

  private static func lay(
    out client: RegistryClient, _ path: String, _ digest: String, in root: String
  ) async throws(RepositoryError) -> String {
    var manifest = try await client.manifest(path, digest)
    // An index of indexes is allowed; deeper ones are not made.
    for _ in 0..<3 {
      guard manifest.layers.isEmpty, let best = manifest.best else { break }
      manifest = try await client.manifest(path, best.digest)
    }
    guard !manifest.layers.isEmpty else { throw RepositoryError("\(client.host)/\(path)@\(digest) has no layers") }
    var work = ""
    if let config = manifest.config {
      let bytes = try await client.blob(path, config, limit: 8 << 20)
      work = (try? JSON.parse(bytes))?[path: "config", "WorkingDir"]?.string ?? ""
    }
    let files = ImageFiles(root, below: ["charts", TarStream.plainPath(work) ?? ""].filter { !$0.isEmpty })
    for layer in manifest.layers {
      let reader = LayerReader(files, subject: "\(client.host)/\(path)@\(layer.digest)")
      try await client.blob(path, layer, limit: largestLayer) { piece throws(RepositoryError) in try reader.feed(piece)
      }
      try reader.finish()
    }
    return try files.layOut()
  }
}
