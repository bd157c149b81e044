import HTTP
import KubernetesAPI
import Manifest

/// Answers with the documents that tell a client what there is.
struct DocumentAnswer: Sendable {
  var types: ResourceTypes
  var request: HTTPRequest

  /// The answer for a path below `/api` or `/apis` that names no resource.
  func discovery(_ segments: ArraySlice<String>) throws(Status) -> HTTPResponse {
    let rest = segments.dropFirst()
    guard segments.first == "apis" else {
      guard let version = rest.first else { return try root(Discovery.coreVersions, isCore: true) }
      return try answer(Discovery(types).resources(group: "", version: version))
    }
    guard let group = rest.first else { return try root(Discovery(types).groups, isCore: false) }
    guard let version = rest.dropFirst().first else { return try answer(Discovery(types).group(group)) }
    return try answer(Discovery(types).resources(group: group, version: version))
  }

  /// The answer for a path below `/openapi`.
  func openAPI(_ segments: ArraySlice<String>) throws(Status) -> HTTPResponse {
    let document = OpenAPI(types)
    switch segments.dropFirst().first {
    case "v2" where segments.count == 2:
      let accept = request.headers["Accept"] ?? ""
      guard OpenAPIProtobuf.wantedTypes.contains(where: accept.contains) else { return try answer(document.second) }
      return try answer(OpenAPIProtobuf.encode(document.second), as: OpenAPIProtobuf.mediaType)
    case "v3" where segments.count == 2: return try answer(document.index)
    case "v3": return try answer(document.third(segments.dropFirst(2).joined(separator: "/")))
    default: throw .unknownResource
    }
  }

  /// What there is, in one document where the client knows that.
  private func root(_ plain: Value, isCore: Bool) throws(Status) -> HTTPResponse {
    guard let all = AggregatedDiscovery(accept: request.headers["Accept"] ?? "", types) else {
      return try answer(plain)
    }
    return try answer(JSON.bytes(all.document(isCore: isCore)), as: all.mediaType)
  }

  /// What the server is, whatever form is asked for.
  func version() throws(Status) -> HTTPResponse { try answer(JSON.bytes(Discovery.version), as: "application/json") }

  /// `value`, for who takes plain JSON.
  func answer(_ value: Value) throws(Status) -> HTTPResponse {
    try Form.checkPlain(request)
    return try answer(JSON.bytes(value), as: "application/json")
  }

  private func answer(_ bytes: [UInt8], as type: String) throws(Status) -> HTTPResponse {
    guard request.method == .get else { throw .unknownMethod }
    return HTTPResponse(status: 200, headers: ["Content-Type": type], bytes: bytes)
  }
}
