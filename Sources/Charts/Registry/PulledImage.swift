import Manifest
import Packages
import Platform

/// The charts of an image in a temporary folder, which is removed when this is released.
final class PulledImage: Sendable {
  private let folder: ScratchFolder
  /// The folder of the charts.
  let charts: String
  /// Descriptions of what was left out.
  let problems: [String]

  /// Bytes of a layer as sent, packed.
  private static let largestLayer = 4 << 30

  /// Pulls the image with the digest `digest`.
  init(_ client: RegistryClient, _ path: String, _ digest: String) async throws(RepositoryError) {
    do { folder = try ScratchFolder() } catch { throw RepositoryError("\(error)", isTransient: true) }
    let root = folder.path
    do throws(RepositoryError) {
      (charts, problems) = try await Self.extractCharts(client, path, digest, to: root)
    } catch {
      folder.remove()
      throw error
    }
  }

  deinit { folder.remove() }

  /// Pulls the layers, and extracts the charts to `root`.
  private static func extractCharts(
    _ client: RegistryClient, _ path: String, _ digest: String, to root: String
  ) async throws(RepositoryError) -> (charts: String, problems: [String]) {
    var manifest = try await client.manifest(path, digest)
    // An index may refer to another index; three levels are followed.
    for _ in 0..<3 {
      guard manifest.layers.isEmpty, let best = manifest.best else { break }
      manifest = try await client.manifest(path, best.digest)
    }
    guard !manifest.layers.isEmpty else { throw RepositoryError("\(client.host)/\(path)@\(digest) has no layers") }
    var workingDirectory = ""
    if let config = manifest.config {
      let bytes = try await client.blob(path, config, limit: 8 << 20)
      workingDirectory = (try? JSON.parse(bytes))?[path: "config", "WorkingDir"]?.string ?? ""
    }
    let folders = ["charts", TarStream.plainPath(workingDirectory) ?? ""].filter { !$0.isEmpty }
    var files = ImageFiles(root, below: folders)
    try await read(manifest.layers, of: path, client, into: files)
    // The target of a hard link may be anywhere in the image, and be a hard link itself.
    var kept: Set<String> = []
    for _ in 0..<3 where !files.unkeptLinkTargets.isSubset(of: kept) {
      kept.formUnion(files.unkeptLinkTargets)
      files = ImageFiles(root, below: folders, linkTargets: kept)
      try await read(manifest.layers, of: path, client, into: files)
    }
    return (try files.extract(), files.problems)
  }

  private static func read(
    _ layers: [ImageManifest.Descriptor], of path: String, _ client: RegistryClient, into files: ImageFiles
  ) async throws(RepositoryError) {
    for layer in layers {
      let reader = LayerReader(files, subject: "\(client.host)/\(path)@\(layer.digest)")
      try await client.blob(path, layer, limit: largestLayer) { piece throws(RepositoryError) in try reader.feed(piece)
      }
      try reader.finish()
    }
  }
}
