import Manifest
import Packages
import Platform

/// Charts in a container image, which is pulled without docker: in `/charts`, or in the image's working directory.
struct ImageRepository: Sendable {
  /// The scheme in the address of a chart in an image.
  static let scheme = "image://"

  let reference: ImageReference
  private let access: RepositoryAccess

  init(_ reference: ImageReference, access: RepositoryAccess) {
    self.reference = reference
    self.access = access
  }

  /// Resolves the tag to a digest first; as long as that is unchanged, nothing is pulled.
  func read(unless known: RepositoryRevision?) async throws(RepositoryError) -> RepositoryContents? {
    try await anywhere { (client, path) throws(RepositoryError) in
      let digest = reference.digest.isEmpty ? try await client.digest(path, reference.tag) : reference.digest
      if let known, known.digest == digest { return nil }
      let image = try await PulledImage(client, path, digest)
      let folder = FolderRepository(folder: image.charts, address: reference.text)
      let charts = ImageCharts(
        image: image, folder: folder, address: "\(reference.registry)/\(reference.path)@\(digest)")
      var index = try folder.index()
      index.refused += image.problems
      return RepositoryContents(index: index, revision: RepositoryRevision(digest: digest), charts: charts)
    }
  }

  /// The chart that was published with the address `location`, which has the digest of the image and a path in it.
  func archive(at location: String, digest: String) async throws(RepositoryError) -> [UInt8] {
    let rest = location.dropFirst(Self.scheme.count)
    guard let at = rest.firstIndex(of: "@") else { throw RepositoryError("\(location) is no address in an image") }
    let image = String(rest[rest.index(after: at)...].prefix { $0 != "/" })
    let inner = String(rest[at...].drop { $0 != "/" }.dropFirst())
    guard ImageReference.isDigest(image), !inner.pathParts.contains("..") else {
      throw RepositoryError("\(location) is no address in an image")
    }
    return try await anywhere { (client, path) throws(RepositoryError) in
      let pulled = try await PulledImage(client, path, image)
      return try FolderRepository.archive(at: pulled.charts + "/" + inner, digest: digest)
    }
  }

  /// Runs `work` with the mirror of the registry if there is one, and with the registry itself if that fails.
  private func anywhere<Answer: Sendable>(
    _ work: (RegistryClient, String) async throws(RepositoryError) -> Answer
  ) async throws(RepositoryError) -> Answer {
    if let mirror = access.mirrors[reference.registry] {
      let parts = mirror.split(separator: "/", maxSplits: 1).map(String.init)
      let path = (parts.count == 2 ? parts[1] + "/" : "") + reference.path
      if let client = RegistryClient(host: parts.first ?? "", access: access.withoutCredentials()) {
        do throws(RepositoryError) { return try await work(client, path) } catch {
          access.report("\(mirror), the mirror of \(reference.registry): \(error)")
        }
      }
    }
    guard let client = RegistryClient(host: reference.host, access: access) else {
      throw RepositoryError("\(reference.registry) is no name of a registry")
    }
    return try await work(client, reference.path)
  }
}

/// The charts of a pulled image, whose files are kept as long as this is used.
private struct ImageCharts: ChartSource {
  let image: PulledImage
  let folder: FolderRepository
  let address: String

  func location(of entry: ChartIndex.Entry) throws(RepositoryError) -> String {
    let location = try folder.location(of: entry)
    return ImageRepository.scheme + address + location.dropFirst("file://".count + folder.folder.count)
  }

  func archive(of entry: ChartIndex.Entry) async throws(RepositoryError) -> [UInt8] {
    let location = try folder.location(of: entry)
    // An index in an image may name any address; only charts in the image are accepted.
    guard location.hasPrefix("file://\(folder.folder)/") else {
      throw RepositoryError("the image's index leads to \(Excerpt.shortened(location)), which is not in the image")
    }
    return try await folder.archive(of: entry)
  }
}
