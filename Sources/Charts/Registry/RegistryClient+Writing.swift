import HTTP
import Platform

extension RegistryClient {
  /// The scope of a token for writing at `path`.
  private static func push(_ path: String) -> String { "repository:\(path):pull,push" }

  /// Uploads a blob, unless the registry has it.
  func upload(_ bytes: [UInt8], _ digest: String, to path: String) async throws(RepositoryError) {
    let scope = Self.push(path)
    if try await send(.head, "\(path)/blobs/\(digest)", scope: scope).status == 200 { return }
    let begun = try await send(.post, "\(path)/blobs/uploads/", scope: scope)
    guard begun.status == 202, let location = begun.headers["Location"], let uploadURL = begun.url.resolving(location)
    else {
      throw await refusal(begun)
    }
    var target = uploadURL
    target.query += (target.query.isEmpty ? "?" : "&") + "digest=" + PercentEncoding.encode(digest)
    let answer = try await put(bytes, type: "application/octet-stream", to: target, scope: scope)
    guard answer.status == 201 else { throw await refusal(answer) }
  }

  /// Uploads a manifest with a tag.
  func put(_ bytes: [UInt8], type: String, as tag: String, at path: String) async throws(RepositoryError) {
    let manifestURL = try await url("\(path)/manifests/\(tag)")
    let answer = try await put(bytes, type: type, to: manifestURL, scope: Self.push(path))
    guard answer.status == 201 else { throw await refusal(answer) }
  }
}
