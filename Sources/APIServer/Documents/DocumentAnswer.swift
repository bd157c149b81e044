import HTTP
import KubernetesAPI
import Manifest

/// Responds with the discovery and OpenAPI documents.
struct DocumentAnswer: Sendable {
  var served: ServedTypes
  var request: HTTPRequest

  private var types: ResourceTypes { served.types }

  /// The response for a path below `/api` or `/apis` that names no resource.
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

  /// The response for a path below `/openapi`.
  func openAPI(_ segments: ArraySlice<String>) throws(Status) -> HTTPResponse {
    switch segments.dropFirst().first {
    case "v2" where segments.count == 2:
      let accept = request.headers["Accept"] ?? ""
      guard OpenAPIProtobuf.wantedTypes.contains(where: accept.contains) else {
        return try cached("v2", as: "application/json") { types throws(Status) in JSON.bytes(OpenAPI(types).version2) }
      }
      return try cached("v2+protobuf", as: OpenAPIProtobuf.mediaType) { types throws(Status) in
        OpenAPIProtobuf.encode(OpenAPI(types).version2)
      }
    case "v3" where segments.count == 2: return try index()
    case "v3":
      try Representation.checkPlain(request)
      let groupVersion = segments.dropFirst(2).joined(separator: "/")
      return try cached(groupVersion, as: "application/json") { types throws(Status) in
        JSON.bytes(try OpenAPI(types).version3(groupVersion))
      }
    default: throw .unknownResource
    }
  }

  /// The index of the OpenAPI 3 documents; each URL contains a hash, so that clients can cache the document.
  private func index() throws(Status) -> HTTPResponse {
    try Representation.checkPlain(request)
    return try cached("v3", as: "application/json") { types throws(Status) in
      var pairs: [Mapping.Pair] = []
      for groupVersion in OpenAPI(types).groupVersions {
        let document = try served.document(groupVersion) { types throws(Status) in
          JSON.bytes(try OpenAPI(types).version3(groupVersion))
        }
        let address = "/openapi/v3/\(groupVersion)?hash=\(document.tag.dropFirst().dropLast())"
        pairs.append(Mapping.Pair(key: groupVersion, value: ["serverRelativeURL": .string(address)]))
      }
      return JSON.bytes(["paths": .mapping(Mapping(pairs))])
    }
  }

  /// Responds with a cached document, or with 304 if the client has it already.
  private func cached(
    _ name: String, as type: String, _ make: (ResourceTypes) throws(Status) -> [UInt8]
  ) throws(Status) -> HTTPResponse {
    guard request.method == .get else { throw .unknownMethod }
    let document = try served.document(name, make)
    var headers: HTTPHeaders = ["ETag": document.tag, "Vary": "Accept"]
    guard request.headers["If-None-Match"] != document.tag else {
      return HTTPResponse(status: 304, headers: headers, bytes: [])
    }
    headers["Content-Type"] = type
    headers["Content-Length"] = String(document.bytes.count)
    return HTTPResponse(status: 200, headers: headers, bytes: document.bytes)
  }

  /// The aggregated discovery document if the client accepts it, otherwise `plain`.
  private func root(_ plain: Value, isCore: Bool) throws(Status) -> HTTPResponse {
    guard let all = AggregatedDiscovery(accept: request.headers["Accept"] ?? "", types) else {
      return try answer(plain)
    }
    return try answer(JSON.bytes(all.document(isCore: isCore)), as: all.mediaType)
  }

  /// The served paths, as `kubectl get --raw /` shows them.
  func paths() throws(Status) -> HTTPResponse { try answer(Discovery(types).paths) }

  /// The version of the server, as JSON whatever the client accepts.
  func version() throws(Status) -> HTTPResponse { try answer(JSON.bytes(Discovery.version), as: "application/json") }

  /// Responds with `value`; throws if the client does not accept plain JSON.
  func answer(_ value: Value) throws(Status) -> HTTPResponse {
    try Representation.checkPlain(request)
    return try answer(JSON.bytes(value), as: "application/json")
  }

  private func answer(_ bytes: [UInt8], as type: String) throws(Status) -> HTTPResponse {
    guard request.method == .get else { throw .unknownMethod }
    return HTTPResponse(status: 200, headers: ["Content-Type": type], bytes: bytes)
  }
}
