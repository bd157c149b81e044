import Client
import Extensions
import HTTP
import KubernetesAPI
import Manifest
import Packages
import Platform

/// Answers paths below `/kapis` that no extension serves: lists with KubeSphere's query language, and the files of
/// packages.
///
/// Both are read-only. The caller has been authorized for the same path.
struct KapisReader: Sendable {
  var cluster: Cluster
  var dialect: Dialect

  private static let lists = "/kapis/kubesphere.io/v1alpha1/"
  private static let packages = "/kapis/package.kubesphere.io/v1alpha1/extensionversions/"

  /// `nil` if the path is not served here.
  func response(to request: HTTPRequest, _ path: RequestPath) async -> HTTPResponse? {
    if path.decoded.hasPrefix(Self.packages), path.decoded.hasSuffix("/files") {
      return await files(path.decoded.dropFirst(Self.packages.count).dropLast("/files".count), request)
    }
    guard path.decoded.hasPrefix(Self.lists) else { return nil }
    let parts = path.decoded.dropFirst(Self.lists.count).split(separator: "/").map(String.init)
    guard let resource = resources.first(where: { $0.plural == parts.first }), parts.count <= 2 else { return nil }
    let target = Target(request.target)
    guard request.method == .get || request.method == .head else {
      return .readOnly("write through /apis: here a patch replaces the object")
    }
    guard !target.flag("watch") else { return .plain(400, "not supported verb") }
    do throws(ClusterError) {
      if parts.count == 2 { return HTTPResponse(status: 200, json: try await cluster.get(resource, parts[1]).value) }
      return try await list(resource, target)
    } catch {
      return Self.plain(error)
    }
  }

  private var resources: [Resource] {
    [
      dialect.extensions, dialect.extensionVersions, dialect.installations, dialect.categories, dialect.repositories,
    ]
  }

  private func list(_ resource: Resource, _ target: Target) async throws(ClusterError) -> HTTPResponse {
    let query = ListQuery(target)
    let objects = try await cluster.list(resource, selector: Selector(labels: query.labelSelector))
    return HTTPResponse(status: 200, json: query.answer(objects))
  }

  /// Every file of a package, in the format of the shipped gateway.
  private func files(_ name: Substring, _ request: HTTPRequest) async -> HTTPResponse {
    guard request.method == .get || request.method == .head, !name.isEmpty, !name.contains("/") else {
      return .pageNotFound
    }
    do {
      let version = ExtensionVersion(
        try await cluster.get(dialect.extensionVersions, String(name)), dialect: dialect)
      let package = try Package(archive: try await version.archive(from: cluster))
      let files = package.files.sorted { $0.key < $1.key }.map { file -> Value in
        ["Name": .string(file.key), "Data": .string(Base64.encode(file.value))]
      }
      return HTTPResponse(status: 200, json: .sequence(files))
    } catch let error as ClusterError {
      return Self.plain(error)
    } catch {
      return .plain(500, "\(error)")
    }
  }

  /// The API server's refusal in plain text, as go-restful writes it.
  private static func plain(_ error: ClusterError) -> HTTPResponse {
    guard case .refused(let status) = error else { return .plain(500, "the API server gave no answer: \(error.brief)") }
    // The caller has been authorized, so a 403 is about the gateway's own account, which does not concern the caller.
    if status.code == 403 { return .plain(503, "the gateway may not read this in its cluster") }
    return .plain(status.code, status.message)
  }
}
