import Extensions
import HTTP
import KubernetesAPI
import Manifest
import Packages
import Platform
import TestSupport
import Testing

@testable import GatewayServer

@Suite struct BundleTests {
  private static let script = "console.log('raw');"
  private static let raw: Value = ["raw": .string(Base64.encode(Array(script.utf8)))]

  @Test func aBundleIsServedAsItIsWithAValidator() async throws {
    try await GatewayFixture.with(.bundle(Self.raw)) { gateway in
      let answer = try await gateway.ask("/dist/b/index.js?v=1")
      let tag = try #require(answer.headers["ETag"])
      let again = try await gateway.ask("/dist/b/index.js", headers: ["If-None-Match": "\"x\", W/\(tag)"])
      let head = try await gateway.ask("/dist/b/index.js", .head)

      #expect(answer.status == 200)
      #expect(answer.body == Self.script)
      #expect(answer.headers["Content-Type"] == "application/javascript; charset=utf-8")
      #expect(again.status == 304 && again.body.isEmpty && again.headers["ETag"] == tag)
      #expect(head.status == 200 && head.body.isEmpty && head.headers["Content-Length"] == "19")
    }
  }

  @Test func aFrontEndIsToldWhatItIsToLoad() async throws {
    try await GatewayFixture.with(.bundle(Self.raw)) { gateway in
      for path in ["/dist", "/dist/"] {
        let answer = try await gateway.ask(path)
        #expect(answer.status == 200)
        #expect(
          try JSON.parse(Array(answer.body.utf8)) == [
            "items": [["name": "b", "extension": "b", "link": "/dist/b/index.js", "files": ["/dist/b/index.js"]]],
            "totalItems": 1,
          ])
      }
    }
  }

  @Test(
    arguments: [
      ("bytes=0-3", 206, "cons", "bytes 0-3/19"), ("bytes=16-", 206, "');", "bytes 16-18/19"),
      ("bytes=-2", 206, ");", "bytes 17-18/19"),
      ("bytes=5-500", 206, "le.log('raw');", "bytes 5-18/19"), ("bytes=19-", 416, "", "bytes */19"),
      ("bytes=-0", 416, "", "bytes */19"),
      ("bytes=3-1", 200, script, nil), ("bytes=0-1,3-4", 200, script, nil), ("lines=1-2", 200, script, nil),
      ("bytes=99999999999999999999-", 200, script, nil),
      ("bytes=0-9223372036854775807", 206, script, "bytes 0-18/19"),
      ("bytes=-9223372036854775807", 206, script, "bytes 0-18/19"),
    ] as [(String, Int, String, String?)])
  func aPartOfABundleCanBeAskedFor(range: String, status: Int, body: String, content: String?) async throws {
    try await GatewayFixture.with(.bundle(Self.raw)) { gateway in
      let answer = try await gateway.ask("/dist/b/index.js", headers: ["Range": range])

      #expect(answer.status == status)
      #expect(answer.body == body)
      #expect(answer.headers["Content-Range"] == content)
    }
  }

  @Test func whatIsStoredPackedIsSentPackedToThoseWhoTakeIt() {
    let content = StaticContent(Gzip.pack(Array(Self.script.utf8)))

    let packed = content.response(
      to: HTTPRequest(.get, "/", headers: ["Accept-Encoding": "br, gzip;q=0.5"]), type: "text/plain")
    let plain = content.response(
      to: HTTPRequest(.get, "/", headers: ["Accept-Encoding": "gzip;q=0"]), type: "text/plain")

    #expect(packed.headers["Content-Encoding"] == "gzip")
    #expect(packed.headers["Content-Length"] == String(content.bytes.count))
    #expect(plain.headers["Content-Encoding"] == nil)
    #expect(plain.headers["Content-Length"] == "19")
    #expect(packed.headers["ETag"] != plain.headers["ETag"])
  }

  @Test func whatIsTooMuchToBeUnpackedIsSentAsItIsAndSaysSo() {
    let content = StaticContent(Gzip.pack([UInt8](repeating: 0, count: 9 << 20)))

    let answer = content.response(to: HTTPRequest(.get, "/"), type: "text/plain")

    #expect(answer.headers["Content-Encoding"] == "gzip")
    #expect(answer.headers["Content-Length"] == String(content.bytes.count))
    #expect(content.size == content.bytes.count)
  }

  @Test func whatIsStoredAsBrotliIsSentToThoseWhoTakeItAlone() {
    let content = StaticContent([0x0B, 0x01, 0x80], isBrotli: true)

    let packed = content.response(
      to: HTTPRequest(.get, "/", headers: ["Accept-Encoding": "gzip, br"]), type: "text/css")
    let refused = content.response(to: HTTPRequest(.get, "/", headers: ["Accept-Encoding": "gzip"]), type: "text/css")

    #expect(packed.status == 200 && packed.headers["Content-Encoding"] == "br")
    #expect(packed.headers["Vary"] == "Accept-Encoding")
    #expect(refused.status == 406 && refused.headers["Content-Encoding"] == nil)
  }

  @Test func theKeySaysThatAFileIsBrotli() {
    func file(_ key: String) -> JSBundleRule.File? {
      let objects = GatewayFixture.Objects.bundle(Self.reference("configMapKeyRef", key: key))
      return JSBundleRule(objects.bundles[0], dialect: .installPlan).files.first
    }

    #expect(file("index.js.br")?.isBrotli == true && file("index.js")?.isBrotli == false)
  }

  @Test(arguments: [HTTPRequest.Method.post, .put, .delete])
  func aBundleIsOnlyRead(method: HTTPRequest.Method) async throws {
    try await GatewayFixture.with(.bundle(Self.raw)) { gateway in
      let answer = try await gateway.ask("/dist/b/index.js", method, body: "x")

      #expect(answer.status == 405)
      #expect(answer.headers["Allow"] == "GET, HEAD")
    }
  }

  @Test func aBundleThatIsDisabledIsNotThere() async throws {
    try await GatewayFixture.with(.bundle(Self.raw, state: "Disabled")) { gateway in
      let answer = try await gateway.ask("/dist/b/index.js")
      #expect(answer.status == 404)
    }
  }

  private static func reference(_ kind: String, namespace: String = "extension-b", key: String = "index.js") -> Value {
    ["rawFrom": [kind: ["namespace": .string(namespace), "name": "page", "key": .string(key)]]]
  }

  @Test(arguments: [
    ("configMapKeyRef", "index.js", "one"), ("configMapKeyRef", "packed", "two"), ("secretKeyRef", "packed", "two"),
  ])
  func aBundleComesOutOfTheExtensionsNamespace(kind: String, key: String, text: String) async throws {
    try await GatewayFixture.with(.bundle(Self.reference(kind, key: key)), api: PageAPI()) { gateway in
      let answer = try await gateway.ask("/dist/b/index.js")
      #expect(answer.body == text)
    }
  }

  @Test(arguments: ["configMapKeyRef", "secretKeyRef"])
  func noBundleMakesASecretOfAnotherNamespacePublic(kind: String) async throws {
    let objects = GatewayFixture.Objects.bundle(Self.reference(kind, namespace: "kube-system", key: "packed"))
    try await GatewayFixture.with(objects, api: PageAPI()) { gateway in
      let answer = try await gateway.ask("/dist/b/index.js")
      #expect(answer.status == 503)
      #expect(answer.body.contains("the namespace kube-system is not the extension's"))
    }
    var installed = objects
    installed.namespaces = ["b": ["kube-system"]]
    try await GatewayFixture.with(installed, api: PageAPI()) { gateway in
      let answer = try await gateway.ask("/dist/b/index.js")
      #expect(answer.status == 200)
    }
    try await GatewayFixture.with(objects, api: PageAPI(), { $0.allowsForeignReferences = true }) { gateway in
      let answer = try await gateway.ask("/dist/b/index.js")
      #expect(answer.status == 200)
    }
  }

  @Test func whatABundleIsMadeOfMayBeMissing() async throws {
    try await GatewayFixture.with(.bundle(Self.reference("configMapKeyRef"))) { gateway in
      let answer = try await gateway.ask("/dist/b/index.js")

      #expect(answer.status == 503)
      #expect(answer.body.json[path: "ErrStatus", "message"] == "failed to fetch content from configMap")
    }
  }

  @Test func aBundleOfAnUpstreamGetsNoCredentials() async throws {
    try await EchoUpstream.with { url in
      try await GatewayFixture.with(.bundle(["rawFrom": ["url": .string(url + "/up/index.js")]])) { gateway in
        let answer = try await gateway.ask(
          "/dist/b/index.js?v=1",
          headers: ["Cookie": "token=abc", "Authorization": "Bearer x", "If-None-Match": "\"a\""])

        #expect(answer.status == 200)
        #expect(answer.headers["Content-Type"] == "application/javascript; charset=utf-8")
        #expect(answer.body.json["path"] == "/up/index.js")
        let echoed = answer.body.json.echoed
        #expect(echoed.contains("If-None-Match: \"a\""))
        #expect(
          !echoed.contains { $0.hasPrefix("Cookie") || $0.hasPrefix("Authorization") || $0.hasPrefix("X-Remote") })
      }
    }
  }
}

/// A cluster that has the same ConfigMap and Secret everywhere.
private struct PageAPI: CallerHandler {
  func respond(to request: IncomingRequest, from caller: Caller) async -> HTTPResponse {
    let isSecret = request.head.target.contains("/secrets/")
    let packed: Value = ["packed": .string(Base64.encode(Array("two".utf8)))]
    return HTTPResponse(
      status: 200,
      json: [
        "apiVersion": "v1", "kind": isSecret ? "Secret" : "ConfigMap", "metadata": ["name": "page"],
        "data": isSecret ? packed : ["index.js": "one"], "binaryData": packed,
      ])
  }
}
