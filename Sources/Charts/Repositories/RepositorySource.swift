package import KubernetesAPI
import Manifest
import Packages
import Platform

/// Reads the charts of a Repository object, wherever it says that they are.
package struct RepositorySource: Sendable {
  /// The address for display; empty if there is none.
  package let address: String
  private let kind: Kind
  private let access: RepositoryAccess

  private enum Kind: Sendable {
    case folder(FolderRepository)
    case web(WebRepository)
    case registry(ChartRegistry)
    case image(ImageRepository)
    case nowhere(String)
  }

  /// Shipped KubeSphere has `spec.url`; earlier versions had only `spec.image`.
  package init(_ object: Object, access: RepositoryAccess = RepositoryAccess()) {
    let url = object.spec["url"]?.string ?? ""
    let image = object.spec["image"]?.string ?? ""
    let text = url.isEmpty ? image : url
    self.access = access
    kind = Self.kind(text, isImage: url.isEmpty, access)
    address =
      switch kind {
      case .web(let repository): repository.url.shown
      default: text
      }
  }

  private static func kind(_ text: String, isImage: Bool, _ access: RepositoryAccess) -> Kind {
    if text.isEmpty { return .nowhere("the repository has no address") }
    if let path = FileURL.path(text) {
      return .folder(
        FolderRepository(folder: path.hasSuffix("/") ? String(path.dropLast()) : path, address: text))
    }
    if isImage, let proxiedServer = access.proxiedServer, let url = WebURL(proxiedServer.origin + "/") {
      return .web(WebRepository(url, access: access))
    }
    if let url = WebURL(text) { return .web(WebRepository(url, access: access)) }
    if ImageReference.isRegistry(text), let registry = ChartRegistry(text, access: access) {
      return .registry(registry)
    }
    if isImage, !text.containsText("://"), let reference = ImageReference(text) {
      return .image(ImageRepository(reference, access: access))
    }
    return .nowhere(
      "\(Excerpt.shortened(text)) is not an address that can be read; https://…, oci://… and file:///… are")
  }

  /// The current contents; `nil` if they are unchanged since `known`.
  package func read(unless known: RepositoryRevision? = nil) async throws(RepositoryError) -> RepositoryContents? {
    switch kind {
    case .folder(let repository): try repository.read(unless: known)
    case .web(let repository): try await repository.read(unless: known)
    case .registry(let repository): try await repository.read(unless: known)
    case .image(let repository): try await repository.read(unless: known)
    case .nowhere(let problem): throw RepositoryError(problem)
    }
  }

  /// The current revision of a folder on this machine, the only place that is checked more often than the object asks
  /// for; otherwise `nil`.
  package var revisionOnDisk: RepositoryRevision? {
    if case .folder(let repository) = kind { repository.revision } else { nil }
  }

  /// The archive that was published with the address `location`; checks the digest unless `digest` is empty.
  package func archive(at location: String, digest: String) async throws(RepositoryError) -> [UInt8] {
    switch kind {
    case .folder:
      guard let path = FileURL.path(location) else { break }
      return try FolderRepository.archive(at: path, digest: digest)
    case .image(let repository) where location.hasPrefix(ImageRepository.scheme):
      return try await repository.archive(at: location, digest: digest)
    case .web(let repository): return try await Self.fetch(location, digest: digest, client: repository.client)
    case .registry(let registry): return try await registry.archive(at: location, digest: digest)
    case .image, .nowhere: break
    }
    throw RepositoryError("\(Excerpt.shortened(location)) does not lie in \(address)")
  }

  /// The archive at an address in an index, on the web or in a registry.
  static func fetch(_ location: String, digest: String, client: WebClient) async throws(RepositoryError) -> [UInt8] {
    if let url = WebURL(location) {
      return try await WebRepository.archive(at: url, digest: digest, client: client)
    }
    let access = client.access.withoutCredentials()
    guard let registry = ChartRegistry(location, access: access) else {
      throw RepositoryError("\(Excerpt.shortened(location)) is no address that a chart can be fetched from")
    }
    return try await registry.archive(at: location, digest: digest)
  }
}
