import HTTP
import Packages
import Platform

/// A chart repository on a web server, as in helm and KubeSphere: an index, and the charts it lists.
struct WebRepository: ChartSource {
  let url: WebURL
  let client: WebClient

  init(_ url: WebURL, access: RepositoryAccess) {
    self.url = url
    client = WebClient(access: access, home: url)
  }

  /// The index; `nil` if it is unchanged since `known`, according to the server (304) or to its digest.
  func read(unless known: RepositoryRevision?) async throws(RepositoryError) -> RepositoryContents? {
    var headers: HTTPHeaders = ["Accept-Encoding": "gzip"]
    if let known {
      if !known.entityTag.isEmpty { headers["If-None-Match"] = known.entityTag }
      if !known.modified.isEmpty { headers["If-Modified-Since"] = known.modified }
    }
    let answer = try await client.get(url.appending("index.yaml"), headers)
    if answer.status == 304, known != nil { return nil }
    let folder: ScratchFolder
    do { folder = try ScratchFolder() } catch { throw RepositoryError("\(error)", isTransient: true) }
    defer { folder.remove() }
    let file = folder.path + "/index.yaml"
    var revision = RepositoryRevision(digest: try await Self.download(answer, to: file))
    revision.entityTag = answer.headers["ETag"] ?? ""
    revision.modified = answer.headers["Last-Modified"] ?? ""
    if revision.digest == known?.digest { return nil }
    do {
      return RepositoryContents(index: try ChartIndex(file: file), revision: revision, charts: self)
    } catch {
      var described = RepositoryError("\(url.shown), index.yaml: \(error)")
      described.hasAnswered = true
      throw described
    }
  }

  /// Writes the body of `answer` to `file`, unpacked, and returns its digest.
  private static func download(_ answer: WebClient.Answer, to file: String) async throws(RepositoryError) -> String {
    let body = try answer.expected()
    let packing = answer.headers["Content-Encoding"]?.lowercased() ?? "identity"
    guard ["gzip", "identity", ""].contains(packing) else {
      throw RepositoryError("\(answer.url.shown): it is packed as \(packing), which was not asked for")
    }
    return try await Download(limit: ChartIndex.largest, subject: answer.url.shown)
      .file(file, body, isPacked: packing == "gzip")
  }

  func location(of entry: ChartIndex.Entry) throws(RepositoryError) -> String {
    if ImageReference.isRegistry(entry.url) { return entry.url }
    // Resolved against the URL of the repository, even if the request for the index was redirected.
    guard let resolved = url.appending("index.yaml").resolving(entry.url) else {
      throw RepositoryError("\(Excerpt.shortened(entry.url)) is no address that a chart can be fetched from")
    }
    return resolved.text
  }

  func archive(of entry: ChartIndex.Entry) async throws(RepositoryError) -> [UInt8] {
    try await RepositorySource.fetch(try location(of: entry), digest: entry.digest, client: client)
  }

  /// The file at `url`; checks the digest unless `digest` is empty.
  static func archive(at url: WebURL, digest: String, client: WebClient) async throws(RepositoryError) -> [UInt8] {
    let body = try await client.get(url).expected()
    let (bytes, found) = try await Download(limit: ChartIndex.largestChart, subject: url.shown).bytes(body)
    try ChartIndex.check(found, against: digest)
    return bytes
  }
}
