package import APIServer
package import Access
package import Extensions
package import HTTP
import KubeSphereKinds
package import KubernetesAPI
package import Manifest
import Platform

/// An API with nothing in it, and a short way to ask it things.
package struct TestAPI: Sendable {
  package var api: API
  private var handler: any CallerHandler
  package var user = User.owner
  package var headers: HTTPHeaders = [:]

  package init(
    _ dialect: Dialect = .installPlan, authorizer: Authorizer = Authorizer(), remembering changes: Int = 10_000
  ) throws {
    api = try API(
      path: ":memory:", types: ResourceTypes(dialect: dialect), remembering: ChangeLog.Limit(changes: changes),
      now: { Timestamp(secondsSince1970: 1_767_225_600) })
    handler = AccessControl(authorizer, around: api)
  }

  package init(_ api: API) {
    self.api = api
    handler = api
  }

  package init(path: String) throws {
    api = try API(path: path, types: ResourceTypes(dialect: .installPlan))
    handler = api
  }

  package struct Answer: Sendable {
    package var status: Int
    package var json: Value

    package subscript(path: String...) -> Value? { json[path: path] }
    package var version: String { json[path: "metadata", "resourceVersion"]?.string ?? "" }
    package var reason: String { json["reason"]?.string ?? "" }
    package var message: String { json["message"]?.string ?? "" }
    package var names: [String] { json["items"]?.sequence?.compactMap { $0[path: "metadata", "name"]?.string } ?? [] }
  }

  @discardableResult
  package func callAsFunction(
    _ method: HTTPRequest.Method, _ target: String, _ body: Value? = nil, as type: String = "application/json"
  ) async throws -> Answer {
    var request = HTTPRequest(
      method, target, headers: ["Content-Type": type], body: body.map { JSON.bytes($0) } ?? [])
    for field in headers.fields { request.headers.add(field.name, field.value) }
    let response = await handler.respond(to: request, as: user)
    return Answer(status: response.status, json: try JSON.parse(try await response.body.collected()))
  }

  /// The status of an answer that may be no JSON.
  package func status(_ method: HTTPRequest.Method, _ target: String, as user: User = .owner) async -> Int {
    await handler.respond(to: HTTPRequest(method, target), as: user).status
  }

  /// The same API, asked by another user.
  package func by(_ user: User, _ headers: HTTPHeaders = [:]) -> TestAPI {
    var asking = self
    asking.user = user
    asking.headers = headers
    return asking
  }

  /// A merge patch.
  @discardableResult
  package func patch(_ target: String, _ patch: Value) async throws -> Answer {
    try await self(.patch, target, patch, as: "application/merge-patch+json")
  }

  /// The lines of a watch until it ends, or until `count` of them have come.
  package func watch(_ target: String, _ count: Int = .max) async throws -> [Value] {
    let response = await handler.respond(to: HTTPRequest(.get, target), as: user)
    var lines: [Value] = []
    var rest: [UInt8] = []
    for try await piece in response.body {
      rest += piece
      while let end = rest.firstIndex(of: 10) {
        lines.append(try JSON.parse(rest[..<end]))
        rest.removeFirst(end + 1)
      }
      if lines.count >= count { break }
    }
    return lines
  }
}

extension CallerHandler {
  /// The answer to a request that is here as a whole.
  package func respond(to request: HTTPRequest, as user: User = .owner) async -> HTTPResponse {
    await respond(to: IncomingRequest(request), from: Caller(user))
  }
}

/// Paths that the tests use often.
package enum Path {
  package static let plans = "/apis/kubesphere.io/v1alpha1/installplans"
  package static let extensions = "/apis/kubesphere.io/v1alpha1/extensions"
  package static let subscriptions = "/apis/kubesphere.io/v1alpha1/subscriptions"
  package static let maps = "/api/v1/namespaces/default/configmaps"
  package static let jobs = "/apis/batch/v1/namespaces/default/jobs"
}

extension Value {
  package static func plan(_ name: String, version: String = "1.0.0", config: Value? = nil) -> Value {
    let value: Value = [
      "apiVersion": "kubesphere.io/v1alpha1", "kind": "InstallPlan", "metadata": ["name": .string(name)],
      "spec": ["extension": ["name": .string(name), "version": .string(version)], "enabled": true],
    ]
    return config.map { value.setting(["spec", "config"], to: $0) } ?? value
  }

  package static func map(_ name: String, labels: [String: String] = [:], _ data: [String: String] = [:]) -> Value {
    [
      "apiVersion": "v1", "kind": "ConfigMap",
      "metadata": ["name": .string(name), "labels": Value(labels)], "data": Value(data),
    ]
  }

  /// A job that makes one pod.
  package static func job(_ name: String) -> Value {
    [
      "apiVersion": "batch/v1", "kind": "Job", "metadata": ["name": .string(name)],
      "spec": ["template": ["spec": ["restartPolicy": "Never", "containers": [["name": "c", "image": "i:1"]]]]],
    ]
  }

  /// A deployment of one container.
  package static func deployment(_ name: String) -> Value {
    [
      "apiVersion": "apps/v1", "kind": "Deployment", "metadata": ["name": .string(name)],
      "spec": [
        "selector": ["matchLabels": ["app": "d"]],
        "template": [
          "metadata": ["labels": ["app": "d"]], "spec": ["containers": [["name": "a", "image": "i:1"]]],
        ],
      ],
    ]
  }

  package var eventType: String { self["type"]?.string ?? "" }
  package var eventName: String { self[path: "object", "metadata", "name"]?.string ?? "" }
  package var eventVersion: String { self[path: "object", "metadata", "resourceVersion"]?.string ?? "" }
}
