import HTTP
import KubernetesAPI
import Manifest

/// Answers with the documents that tell a client what there is.
struct DocumentAnswer: Sendable {
  var served: ServedTypes
  var request: HTTPRequest

  private var types: ResourceTypes { served.types }

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
    switch segments.dropFirst().first {
    case "v2" where segments.count == 2:
      let accept = request.headers["Accept"] ?? ""
      guard OpenAPIProtobuf.wantedTypes.contains(where: accept.contains) else {
        return try cached("v2", as: "application/json") { types throws(Status) in JSON.bytes(OpenAPI(types).second) }
      }
      return try cached("v2+protobuf", as: OpenAPIProtobuf.mediaType) { types throws(Status) in
        OpenAPIProtobuf.encode(OpenAPI(types).second)
      }
    case "v3" where segments.count == 2: return try index()
    case "v3":
      try Form.checkPlain(request)
      let place = segments.dropFirst(2).joined(separator: "/")
      return try cached(place, as: "application/json") { types throws(Status) in
        JSON.bytes(try OpenAPI(types).third(place))
      }
    default: throw .unknownResource
    }
  }

  /// Where the documents of the groups are, each with its tag, so that clients can keep them.
  private func index() throws(Status) -> HTTPResponse {
    try Form.checkPlain(request)
    return try cached("v3", as: "application/json") { types throws(Status) in
      var pairs: [Mapping.Pair] = []
      for place in OpenAPI(types).groupVersions {
        let document = try served.document(place) { types throws(Status) in JSON.bytes(try OpenAPI(types).third(place))
        }
        let address = "/openapi/v3/\(place)?hash=\(document.tag.dropFirst().dropLast())"
        pairs.append(Mapping.Pair(key: place, value: ["serverRelativeURL": .string(address)]))
      }
      return JSON.bytes(["paths": .mapping(Mapping(pairs))])
    }
  }

  /// A document that is made once; a client that has it already is told so.
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

  /// What there is, in one document where the client knows that.
  private func root(_ plain: Value, isCore: Bool) throws(Status) -> HTTPResponse {
    guard let all = AggregatedDiscovery(accept: request.headers["Accept"] ?? "", types) else {
      return try answer(plain)
    }
    return try answer(JSON.bytes(all.document(isCore: isCore)), as: all.mediaType)
  }

  /// Where there is something, as `kubectl get --raw /` shows it.
  func paths() throws(Status) -> HTTPResponse { try answer(Discovery(types).paths) }

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
