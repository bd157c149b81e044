import HTTP
import KubernetesAPI
import Manifest

@testable import Extensions

/// Objects of rules, written shortly.
enum Rule {
  static func object(
    _ name: String, created: String = "2026-01-01T00:00:00Z", labels: [String: String] = [:],
    state: String? = "Available",
    _ spec: Value
  ) -> Object {
    var fields: Mapping = ["spec": spec]
    if let state { fields["status"] = ["state": .string(state)] }
    let resource = Dialect.installPlan.reverseProxies
    var object = Object(resource, name: name, labels: labels, fields)
    object.value = object.value.setting(["metadata", "creationTimestamp"], to: .string(created))
    return object
  }

  static func proxy(
    _ path: String, method: String = "*", name: String = "p", created: String = "2026-01-01T00:00:00Z",
    directives: Value? = nil, dialect: Dialect = .installPlan
  ) -> ReverseProxyRule {
    var spec: Mapping = [
      "matcher": ["path": .string(path), "method": .string(method)], "upstream": ["url": "http://up.example:8080"],
    ]
    spec["directives"] = directives
    return ReverseProxyRule(object(name, created: created, .mapping(spec)), dialect: dialect)
  }

  static func service(_ group: String, _ version: String = "v1", name: String = "s", created: String = "2026")
    -> APIServiceRule
  {
    let spec: Value = ["group": .string(group), "version": .string(version), "url": "http://up.example:8080/ignored"]
    return APIServiceRule(object(name, created: created, spec), dialect: .installPlan)
  }

  /// The name of the rule that serves a request.
  static func winner(_ table: RouteTable, _ target: String, _ method: String = "GET") throws -> String? {
    switch table.match(try RequestPath(target), method: method) {
    case .apiService(let shared): shared.rule.object.name
    case .bundle(let rule, _): rule.object.name
    case .proxy(let shared): shared.rule.object.name
    case nil: nil
    }
  }

  /// Path and query that the upstream of a proxy is asked for.
  static func target(_ directives: Value, _ target: String, path: String = "/proxy/*") throws -> String {
    let rule = proxy(path, directives: directives)
    return UpstreamRequest(
      rule, HTTPRequest(.get, target, headers: ["Host": "front.example"]), try RequestPath(target),
      by: .init(user: nil, address: "")
    ).target
  }
}
