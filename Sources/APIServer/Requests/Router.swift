import HTTP
import KubernetesAPI
import Manifest

/// Routes a request to the code that responds to it.
struct Router: Sendable {
  var api: API
  /// The caller, who is already authorized.
  var caller: Caller

  func answer(_ request: HTTPRequest, _ target: Target) async throws(Status) -> HTTPResponse {
    guard YAMLAnswer.isWanted(by: request), !target.flag("watch") else { return try await plainAnswer(request, target) }
    return try await YAMLAnswer.of(request) { request throws(Status) in try await plainAnswer(request, target) }
  }

  private func plainAnswer(_ request: HTTPRequest, _ target: Target) async throws(Status) -> HTTPResponse {
    switch target.segments.first {
    case "healthz", "livez", "readyz":
      let health = HealthAnswer(name: target.segments[0], pending: api.startup.tasks)
      let (status, body) = try health.answer(target)
      return try text(status, body, for: request)
    case "metrics" where target.segments.count == 1: return try text(200, Metrics(api: api).text, for: request)
    case nil: return try documents(request).paths()
    case "version": return try documents(request).version()
    case "openapi": return try documents(request).openAPI(target.segments[...])
    case "api" where target.segments.count < 3, "apis" where target.segments.count < 4:
      return try documents(request).discovery(target.segments[...])
    case "api": return try await resource(request, target, group: "", target.segments.dropFirst())
    case "apis":
      return try await resource(request, target, group: target.segments[1], target.segments.dropFirst(2))
    default: throw .unknownResource
    }
  }

  private func documents(_ request: HTTPRequest) -> DocumentAnswer {
    DocumentAnswer(served: api.served, request: request)
  }

  private func resource(
    _ request: HTTPRequest, _ target: Target, group: String, _ segments: ArraySlice<String>
  ) async throws(Status) -> HTTPResponse {
    let version = segments.first ?? ""
    // Kubernetes' deprecated watch paths, which it still serves.
    let isWatch = segments.dropFirst().first == "watch"
    let path = try ResourcePath(segments.dropFirst(isWatch ? 2 : 1), group: group, version: version, in: api.types)
    guard path.type.verbs.contains(Self.verb(of: request.method)) else { throw .unknownMethod }
    // `AccessControl`, in front of this router, answers reviews.
    guard !path.type.isReview else { throw .unknownMethod }
    let response: HTTPResponse
    do throws(Status) {
      response =
        try await isWatch
        ? watch(request, target, path)
        : path.name == nil ? collection(request, target, path) : object(request, target, path)
    } catch {
      response = error.response
    }
    // An error response has the warning too.
    return response.warning(of: [path.type.deprecation].compactMap(\.self))
  }

  private func watch(
    _ request: HTTPRequest, _ target: Target, _ path: ResourcePath
  ) throws(Status) -> HTTPResponse {
    guard request.method == .get else { throw .unknownMethod }
    return try WatchResponder(api: api).begin(path, target, try Representation(request, target))
  }

  /// The verb of `method` in discovery; a read-only resource does not have all of them.
  private static func verb(of method: HTTPRequest.Method) -> String {
    switch method {
    case .post: "create"
    case .put: "update"
    case .patch: "patch"
    case .delete: "delete"
    default: "get"
    }
  }

  private func collection(
    _ request: HTTPRequest, _ target: Target, _ path: ResourcePath
  ) async throws(Status) -> HTTPResponse {
    switch request.method {
    case .get where target.flag("watch"):
      return try watch(request, target, path)
    case .get: return try ListResponder(api: api).page(path, target, try Representation(request, target))
    case .post:
      let representation = try Representation(request, target)
      let options = try WriteOptions(request, target, by: caller)
      let (value, duplicates) = try request.document()
      let warnings = try options.validation.check(value, path.type, isPatch: false, duplicates: duplicates)
      return answer(201, try await api.create(value, at: path, options), path, representation)
        .warning(of: warnings + Quota.notices(value, path.type))
    case .delete: return try await deleteAll(request, path, target)
    default: throw .unknownMethod
    }
  }

  private func object(
    _ request: HTTPRequest, _ target: Target, _ path: ResourcePath
  ) async throws(Status) -> HTTPResponse {
    let options = try WriteOptions(request, target, by: caller)
    let representation = try Representation(request, target)
    guard !path.isScale else { return try await scale(request, path, options) }
    guard !path.isFinalize else {
      guard request.method == .put else { throw .unknownMethod }
      return answer(200, try await api.finalize(path, request.document().0, options), path, representation)
    }
    switch request.method {
    case .get:
      try checkVersion(target)
      return answer(200, try api.get(path), path, representation)
    case .put:
      let (value, duplicates) = try request.document()
      let warnings = try options.validation.check(value, path.type, isPatch: false, duplicates: duplicates)
      return answer(200, try await api.replace(path, with: value, options), path, representation)
        .warning(of: warnings + Quota.notices(value, path.type))
    case .patch:
      let patch = try RequestedPatch(request, for: path.type)
      let warnings = try options.validation.check(patch.fields, path.type, isPatch: true, duplicates: patch.duplicates)
      let (object, isNew) = try await api.patch(path, patch, options)
      return answer(isNew ? 201 : 200, object, path, representation).warning(of: warnings)
    case .delete where !path.isStatus:
      return try await api.delete(path, try DeleteOptions(request, target)).response
    default: throw .unknownMethod
    }
  }

  /// Throws if the request wants a version that does not exist yet.
  private func checkVersion(_ target: Target) throws(Status) {
    if let wanted = try ListOptions.version(target), wanted > api.version {
      throw .tooLargeVersion(wanted, current: api.version)
    }
  }

  private func scale(
    _ request: HTTPRequest, _ path: ResourcePath, _ options: WriteOptions
  ) async throws(Status) -> HTTPResponse {
    let scaling = try Scaling(path)
    switch request.method {
    case .get: return HTTPResponse(status: 200, json: scaling.scale(of: try api.get(scaling.object).value))
    case .put, .patch:
      return HTTPResponse(
        status: 200, json: scaling.scale(of: try await api.scale(scaling, request, options).value))
    default: throw .unknownMethod
    }
  }

  private func deleteAll(
    _ request: HTTPRequest, _ path: ResourcePath, _ target: Target
  ) async throws(Status) -> HTTPResponse {
    // Objects in several namespaces are deleted by name only, so that an empty variable in a path deletes nothing.
    let isInOneCollection = !path.type.resource.isNamespaced || path.namespace != nil
    guard path.type.verbs.contains("deletecollection"), isInOneCollection else { throw .unknownMethod }
    let (options, representation) = (try DeleteOptions(request, target), try Representation(request, target))
    var deleted: [StoredObject] = []
    for object in api.objects(try ObjectFilter(path, target)) {
      var single = path
      single.name = object.key.name
      if path.type.resource.isNamespaced { single.namespace = object.key.namespace }
      do throws(Status) {
        _ = try await api.delete(single, options)
        deleted.append(object)
      } catch  where error.code == 404 {
        // Another request deleted it first.
      }
    }
    let version: Mapping = ["resourceVersion": .string(String(api.version))]
    return HTTPResponse(
      status: 200, headers: ["Content-Type": "application/json"],
      body: representation.list(deleted, of: path.type, version, at: api.now()))
  }

  private func answer(
    _ status: Int, _ object: StoredObject, _ path: ResourcePath, _ representation: Representation
  ) -> HTTPResponse {
    HTTPResponse(status: status, json: representation.bytes(object, of: path.type, at: api.now()))
  }

  private func text(_ status: Int, _ text: String, for request: HTTPRequest) throws(Status) -> HTTPResponse {
    guard request.method == .get || request.method == .head else { throw .unknownMethod }
    return HTTPResponse(
      status: status,
      headers: ["Content-Type": "text/plain; charset=utf-8", "Content-Length": String(text.utf8.count)],
      bytes: request.method == .head ? [] : Array(text.utf8))
  }
}

extension HTTPResponse {
  /// The response with `Warning` headers (RFC 9111 §5.5, code 299).
  func warning(of texts: [String]) -> HTTPResponse {
    var response = self
    for text in texts { response.headers.add("Warning", "299 - " + JSON.text(.string(text))) }
    return response
  }
}
