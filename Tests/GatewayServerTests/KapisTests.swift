import APITestSupport
import Extensions
import HTTP
import HTTPServer
import KubernetesAPI
import Manifest
import Platform
import TestSupport
import Testing

@testable import GatewayServer

/// Lists below `/kapis` and member clusters.
@Suite struct KapisTests {
  private static func object(_ name: String, _ created: Int, labels: [String: String] = [:], _ fields: Mapping)
    -> Object
  {
    var object = Object(Dialect.installPlan.extensions, name: name, labels: labels, fields)
    object.value = object.value.setting(
      ["metadata", "creationTimestamp"], to: .string("2026-01-0\(created)T00:00:00Z"))
    return object
  }

  private static let objects = [
    object(
      "devops", 3, labels: ["a": "1"],
      ["spec": ["displayName": ["en": "DevOps", "zh": "开发"]], "status": ["state": "Installed", "enabled": true]]),
    object("logging", 1, ["spec": ["displayName": "Logs"], "status": ["state": "InstallFailed", "enabled": false]]),
    object("metrics", 2, labels: ["a": "2"], ["spec": ["displayName": ["en": "Metrics of DEVices"]], "status": [:]]),
  ]

  @Test(arguments: [
    ("", "devops metrics logging"), ("ascending=true", "logging metrics devops"),
    ("sortBy=name&ascending=true", "devops logging metrics"), ("sortBy=name", "metrics logging devops"),
    ("q=dev", "devops metrics"), ("q=开", "devops"), ("name=o", "devops logging"),
    ("names=devops,logging", "devops logging"),
    ("status=installed", "devops logging"), ("status=notInstalled", "metrics"), ("status=installFAILED", "logging"),
    ("enabled=true", "devops"), ("enabled=false", "logging"), ("label=a", "devops metrics"),
    ("label=a!=1", "metrics logging"),
    ("fieldSelector=status.state%3DInstalled", "devops"), ("fieldSelector=status.state%3D~installed", "devops"),
    ("ownerKind=Repository", ""), ("sortBy=name&ascending=true&limit=2", "devops logging"),
    ("sortBy=name&ascending=true&limit=2&page=2", "metrics"), ("limit=2&page=9223372036854775807", ""),
    ("limit=4&page=4611686018427387905", ""),
    ("limit=-1", "devops metrics logging"), ("limit=abc&page=x", "devops metrics logging"),
    ("fieldSelector=metadata.name%3D%3Ddevops", "devops"),
    ("fieldSelector=metadata.name!%3Ddevops", "metrics logging"),
    ("fieldSelector=metadata.name!%3D~DEVOPS,metadata.name!%3Dlogging", "metrics"),
    ("fieldSelector=metadata.labels[0]%3Dx", ""),
  ])
  func aListIsAskedForInKubeSpheresLanguage(query: String, names: String) throws {
    let answer = ListQuery(Target("/kapis/x?" + query)).answer(Self.objects)

    let found = (answer["items"]?.sequence ?? []).compactMap { $0[path: "metadata", "name"]?.string }
    #expect(found.joined(separator: " ") == names)
  }

  @Test func theDocumentsOfTheAPIsOfExtensionsAreBesideThoseOfKubernetes() async throws {
    try await EchoUpstream.with { url in
      try await GatewayFixture.with(.service(at: url), api: OneDocument()) { gateway in
        let index = try await gateway.ask("/openapi/v3").body.json["paths"]
        let found = try await gateway.ask("/openapi/v3/kapis/judge.example.com/v1alpha1").body.json
        let unknown = try await gateway.ask("/openapi/v3/kapis/other/v1")

        #expect(index?.mapping?.pairs.map(\.key) == ["api/v1", "kapis/judge.example.com/v1alpha1"])
        #expect(
          index?[path: "kapis/judge.example.com/v1alpha1", "serverRelativeURL"]
            == "/openapi/v3/kapis/judge.example.com/v1alpha1")
        #expect(found["path"] == "/openapi/v3/kapis/judge.example.com/v1alpha1")
        #expect(unknown.status == 404)
      }
    }
  }

  /// kubectl 1.33 explained nothing of Kubernetes 1.20, which has no such index, when there was one of extensions
  /// alone.
  @Test func whereTheServerHasNoIndexOfDocumentsThereIsNone() async throws {
    try await GatewayFixture.with(.service(at: "http://127.0.0.1:9"), api: NoAPI()) { gateway in
      let answer = try await gateway.ask("/openapi/v3")
      #expect(answer.status == 404)
    }
  }

  private struct OneDocument: CallerHandler {
    func respond(to request: IncomingRequest, from caller: Caller) async -> HTTPResponse {
      guard request.head.target == "/openapi/v3" else { return Status.unknownResource.response }
      return HTTPResponse(
        status: 200, json: ["paths": ["api/v1": ["serverRelativeURL": "/openapi/v3/api/v1?hash=1"]]])
    }
  }

  @Test func whatTheAPIsOfExtensionsAreIsDiscovered() async throws {
    let upstream = try await Server.start(
      EchoUpstream(), on: [.port(host: "127.0.0.1", port: 0, certificate: nil)])
    var objects = GatewayFixture.Objects()
    objects.services = [("v1beta2", "Available"), ("v1", "Available"), ("v1alpha1", "Available"), ("v2", "Disabled")]
      .map {
        .rule(
          "\($0).judge.example.com", state: $1,
          ["group": "judge.example.com", "version": .string($0), "url": .string(upstream.addresses[0])])
      }
    try await GatewayFixture.with(objects) { gateway in
      let groups = try await gateway.ask("/kapis")
      #expect(groups.body.json["kind"] == "APIGroupList")
      #expect(groups.body.json["groups"]?.sequence?.compactMap { $0["name"]?.string } == ["judge.example.com"])

      let group = try await gateway.ask("/kapis/judge.example.com")
      #expect(group.body.json[path: "preferredVersion", "groupVersion"] == "judge.example.com/v1")
      #expect(
        group.body.json["versions"]?.sequence?.compactMap { $0["version"]?.string } == ["v1", "v1beta2", "v1alpha1"])

      let version = try await gateway.ask("/kapis/judge.example.com/v1")
      #expect(version.status == 200 && version.body.contains("/kapis/judge.example.com/v1"))
      #expect(try await gateway.ask("/kapis/judge.example.com/v2").status == 503)
      #expect(try await gateway.ask("/kapis/judge.example.com/v3").status == 404)
      #expect(try await gateway.ask("/kapis/none.example.com").status == 404)
    }
    await upstream.stop(grace: .zero)
  }

  @Test func aListSaysHowManyThereAreInAll() throws {
    let answer = ListQuery(Target("/kapis/x?limit=2&page=1")).answer(Self.objects)

    #expect(answer[path: "metadata", "continue"] == "3")
    #expect(answer[path: "metadata", "remainingItemCount"] == 1)
  }

  @Test func listsAreReadFromTheAPIAndOnlyRead() async throws {
    let asking = try TestAPI()
    _ = try await asking(.post, Path.extensions, Self.objects[0].value)
    try await GatewayFixture.with(GatewayFixture.Objects(), api: asking.api) { gateway in
      let list = try await gateway.ask("/kapis/kubesphere.io/v1alpha1/extensions?limit=1")
      let one = try await gateway.ask("/kapis/kubesphere.io/v1alpha1/extensions/devops")
      let missing = try await gateway.ask("/kapis/kubesphere.io/v1alpha1/extensions/none")
      let watch = try await gateway.ask("/kapis/kubesphere.io/v1alpha1/extensions?watch=true")
      let write = try await gateway.ask("/kapis/kubesphere.io/v1alpha1/extensions/devops", .delete)

      #expect(list.body.json[path: "metadata", "continue"] == "1")
      #expect(one.body.json[path: "metadata", "name"] == "devops")
      #expect(missing.status == 404 && missing.headers["Content-Type"] == "text/plain; charset=utf-8")
      #expect(watch.status == 400 && watch.body == "not supported verb")
      #expect(write.status == 405)
    }
  }

  @Test(arguments: [
    ("nowhere", 400, "cluster nowhere not exists"), ("asleep", 503, "cluster asleep is not ready"),
    ("broken", 503, "cluster broken has no kubeconfig that can be used"),
    ("program", 503, "cluster program has no kubeconfig that can be used"),
    ("file", 503, "cluster file has no kubeconfig that can be used"),
  ])
  func aMemberThatCannotBeReachedSaysWhy(name: String, status: Int, message: String) async throws {
    try await GatewayFixture.with(GatewayFixture.Objects(), api: MemberAPI(server: "")) { gateway in
      let answer = try await gateway.ask("/clusters/\(name)/apis/x/v1/y")

      #expect(answer.status == status)
      #expect(answer.body.json[path: "ErrStatus", "message"] == .string(message))
    }
  }

  /// An API that lets the gateway read nothing.
  private struct Forbidding: CallerHandler {
    func respond(to request: IncomingRequest, from caller: Caller) async -> HTTPResponse {
      Status(code: 403, reason: "Forbidden", message: #"User "system:serviceaccount:gw:gw" cannot list"#).response
    }
  }

  @Test(arguments: [
    "/kapis/kubesphere.io/v1alpha1/extensions", "/kapis/kubesphere.io/v1alpha1/extensions/x",
    "/kapis/package.kubesphere.io/v1alpha1/extensionversions/x-1/files", "/clusters/member/api/v1/pods",
  ])
  func whoTheGatewayIsToItsClusterIsToldNobody(path: String) async throws {
    try await GatewayFixture.with(GatewayFixture.Objects(), api: Forbidding()) { gateway in
      let answer = try await gateway.ask(path)

      #expect(answer.status == 503)
      #expect(answer.body.contains("the gateway may not read") && !answer.body.contains("system:serviceaccount"))
    }
  }

  @Test func aMemberIsAskedInTheCallersName() async throws {
    try await EchoUpstream.with { url in
      try await GatewayFixture.with(GatewayFixture.Objects(), api: MemberAPI(server: url)) { gateway in
        let answer = try await gateway.ask(
          "/clusters/member/apis/x/v1/y?a=b", headers: ["Impersonate-User": "root", "Authorization": "Bearer mine"])

        #expect(answer.body.json["path"] == "/apis/x/v1/y?a=b")
        let echoed = answer.body.json.echoed
        #expect(echoed.contains("Authorization: Bearer members"))
        #expect(
          echoed.filter { $0.hasPrefix("Impersonate") } == [
            "Impersonate-User: admin", "Impersonate-Group: system:authenticated",
          ])
      }
    }
  }

  @Test func aMemberThatRefusesTheGatewayIsToldFromOneThatRefusesTheCaller() async throws {
    let upstream = LoopbackServer { _ in [.send("HTTP/1.1 401 Unauthorized\r\nContent-Length: 2\r\n\r\nno")] }
    try await GatewayFixture.with(GatewayFixture.Objects(), api: MemberAPI(server: upstream.base)) { gateway in
      let answer = try await gateway.ask("/clusters/member/api/v1/pods")
      #expect(answer.status == 511)
    }
    upstream.stop()
  }

  @Test func theHostsPrefixIsTakenOffBeforeAnybodyLooks() async {
    let seen = Locked<[String]>([])
    let handler = HostPrefix(around: Recorder(seen: seen))

    for target in ["/clusters/host/apis/x", "/clusters/hosts/apis", "/clusters/host"] {
      _ = await handler.respond(to: IncomingRequest(HTTPRequest(.get, target)))
    }

    #expect(seen.withLock { $0 } == ["/apis/x", "/clusters/hosts/apis", "/clusters/host"])
  }

  private struct Recorder: Handler {
    let seen: Locked<[String]>

    func respond(to request: IncomingRequest) async -> HTTPResponse {
      seen.withLock { $0.append(request.head.target) }
      return HTTPResponse(status: 200, bytes: [])
    }
  }
}

/// A cluster with members of every sort.
private struct MemberAPI: CallerHandler {
  var server: String

  func respond(to request: IncomingRequest, from caller: Caller) async -> HTTPResponse {
    let name = request.head.target.split(separator: "/").last.map(String.init) ?? ""
    let user: Value =
      switch name {
      case "program": ["exec": ["command": "sh", "apiVersion": "client.authentication.k8s.io/v1"]]
      case "file": ["tokenFile": "/etc/hostname"]
      default: ["token": "members"]
      }
    guard ["member", "asleep", "broken", "program", "file"].contains(name) else {
      return Status(code: 404, reason: "NotFound", message: "not found").response
    }
    let config: Value = [
      "current-context": "c", "contexts": [["name": "c", "context": ["cluster": "c", "user": "u"]]],
      "clusters": [["name": "c", "cluster": ["server": .string(server.isEmpty ? "http://127.0.0.1:9" : server)]]],
      "users": [["name": "u", "user": user]],
    ]
    let text = name == "broken" ? "!" : Base64.encode(JSON.bytes(config))
    return HTTPResponse(
      status: 200,
      json: [
        "apiVersion": "cluster.kubesphere.io/v1alpha1", "kind": "Cluster",
        "metadata": ["name": .string(name), "resourceVersion": "1"],
        "spec": ["connection": ["kubeconfig": .string(text)]],
        "status": ["conditions": [["type": "Ready", "status": name == "asleep" ? "False" : "True"]]],
      ])
  }
}
