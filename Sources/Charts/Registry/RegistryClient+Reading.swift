import HTTP
import Manifest
import Packages
import Platform

extension RegistryClient {
  /// Limits of a list: its pages, and the names on them.
  private static let mostPages = 200
  private static let mostNames = 50_000

  /// The tags at `path`; `nil` if the path does not exist.
  func tags(_ path: String) async throws(RepositoryError) -> [String]? {
    try await names("\(path)/tags/list?n=1000", key: "tags", scope: Self.pull(path))
  }

  /// The paths in the registry, if it lists them.
  func catalogue() async throws(RepositoryError) -> [String] {
    try await names("_catalog?n=1000", key: "repositories", scope: "registry:catalog:*") ?? []
  }

  /// The scope of a token for reading at `path`.
  static func pull(_ path: String) -> String { "repository:\(path):pull" }

  /// All names in a paginated list; `nil` if it does not exist.
  private func names(_ first: String, key: String, scope: String) async throws(RepositoryError) -> [String]? {
    var names: [String] = []
    var target = first
    for _ in 0..<Self.mostPages {
      let answer = try await send(.get, target, scope: scope)
      if answer.status == 404 { return nil }
      guard answer.status == 200 else { throw await refusal(answer) }
      let value = try await json(answer.body, answer.url.shown)
      names += (value[key]?.sequence ?? []).compactMap(\.string)
      guard names.count <= Self.mostNames else {
        throw RepositoryError("\(answer.url.shown): it lists more than \(Self.mostNames) names")
      }
      guard let next = answer.headers["Link"].flatMap(Self.next) else { return names }
      guard let nextURL = answer.url.resolving(next), nextURL.origin == answer.url.origin,
        nextURL.path.hasPrefix("/v2/")
      else { throw RepositoryError("\(answer.url.shown): its next page lies elsewhere") }
      target = String(nextURL.target.dropFirst(4))
    }
    throw RepositoryError("\(host): a list has more than \(Self.mostPages) pages")
  }

  /// The target of `<…>; rel="next"`.
  static func next(_ link: String) -> String? {
    guard link.containsText("rel=\"next\"") || link.containsText("rel=next"), let open = link.firstIndex(of: "<"),
      let close = link.firstIndex(of: ">"), open < close
    else { return nil }
    return String(link[link.index(after: open)..<close])
  }

  private func json(_ body: HTTPBody, _ subject: String) async throws(RepositoryError) -> Value {
    let (bytes, _) = try await Download(limit: 16 << 20, subject: subject).bytes(body)
    do { return try JSON.parse(bytes) } catch { throw RepositoryError("\(subject): \(error)") }
  }

  /// The digest of the manifest that `selector`, a tag or a digest, refers to at `path`.
  func digest(_ path: String, _ selector: String) async throws(RepositoryError) -> String {
    let answer = try await send(
      .head, "\(path)/manifests/\(selector)", accept: ImageManifest.mediaTypes, scope: Self.pull(path))
    guard answer.status == 200 else {
      throw RepositoryError(status: answer.status, answer.headers, now: Timestamp.now().secondsSince1970)
        .about("\(host)/\(path):\(selector)")
    }
    if let digest = answer.headers["Docker-Content-Digest"], ImageReference.isDigest(digest) { return digest }
    return try await manifest(path, selector).digest
  }

  /// The manifest that `selector` refers to; if that is a digest, the manifest's digest is checked.
  func manifest(_ path: String, _ selector: String) async throws(RepositoryError) -> ImageManifest {
    let subject = "\(host)/\(path)" + (ImageReference.isDigest(selector) ? "@" : ":") + selector
    let (_, body) = try await body(
      "\(path)/manifests/\(selector)", accept: ImageManifest.mediaTypes, scope: Self.pull(path))
    let (bytes, digest) = try await Download(limit: ImageManifest.largest, subject: subject).bytes(body)
    if ImageReference.isDigest(selector) { try Self.check(digest, against: selector, subject) }
    do { return try ImageManifest(bytes) } catch { throw error.about(subject) }
  }

  /// A blob in memory.
  func blob(
    _ path: String, _ descriptor: ImageManifest.Descriptor, limit: Int
  ) async throws(RepositoryError) -> [UInt8] {
    var bytes: [UInt8] = []
    try await blob(path, descriptor, limit: limit) { piece throws(RepositoryError) in bytes += piece }
    return bytes
  }

  /// Passes a blob to `take` piece by piece; `take` must not trust the pieces before this has returned.
  func blob(
    _ path: String, _ descriptor: ImageManifest.Descriptor, limit: Int,
    _ take: ([UInt8]) throws(RepositoryError) -> Void
  ) async throws(RepositoryError) {
    let subject = "\(host)/\(path)@\(descriptor.digest)"
    let (_, body) = try await body("\(path)/blobs/\(descriptor.digest)", scope: Self.pull(path))
    let digest = try await Download(limit: limit, subject: subject).pieces(of: body, take)
    try Self.check(digest, against: descriptor.digest, subject)
  }

  private static func check(_ digest: String, against wanted: String, _ subject: String) throws(RepositoryError) {
    guard wanted == "sha256:" + digest else {
      throw RepositoryError("\(subject): what came has the digest sha256:\(digest)")
    }
  }
}
