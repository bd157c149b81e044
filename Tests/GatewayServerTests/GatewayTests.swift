import Client
import Extensions
import Glibc
import HTTP
import HTTPServer
import KubernetesAPI
import Manifest
import Platform
import TestSupport
import Testing

@testable import GatewayServer

/// What a client of the gateway gets, in the forms that were recorded of the shipped one.
@Suite struct GatewayTests {
  /// A port on which nothing listens.
  private static let closed = "http://127.0.0.1:9"

  @Test func anAPIServiceIsToldWhoAsksAndNothingForged() async throws {
    try await EchoUpstream.with { url in
      try await GatewayFixture.with(.service(at: url)) { gateway in
        let answer = try await gateway.ask(
          "/kapis/judge.example.com/v1alpha1/namespaces/demo/things?limit=2&watch=false",
          headers: [
            "Authorization": "Basic x", "X-Custom": "mine", "X-Remote-User": "forged",
            "X-Remote-Group": "system:masters",
            "Forwarded": "for=1.2.3.4", "Impersonate-User": "root", "Accept": "*/*",
          ])

        #expect(answer.status == 200)
        #expect(answer.headers["X-Upstream"] == "echo")
        #expect(
          answer.body.json["path"] == "/kapis/judge.example.com/v1alpha1/namespaces/demo/things?limit=2&watch=false")
        let authority = url.dropFirst("http://".count)
        let echoed = answer.body.json.echoed.filter { field in
          !["User-Agent", "Accept", "traceparent", "Via: 1.1 ksxd-"].contains(where: field.hasPrefix)
        }
        #expect(
          echoed == [
            "Host: \(authority)", "X-Custom: mine", "X-Forwarded-For: 127.0.0.1", "X-Remote-User: admin",
            "X-Remote-Group: system:authenticated",
          ])
      }
    }
  }

  @Test(arguments: [("teapot", 418, nil), ("redirect", 302, "/elsewhere")] as [(String, Int, String?)])
  func theStatusOfAnUpstreamIsPassedOn(name: String, status: Int, place: String?) async throws {
    try await EchoUpstream.with { url in
      try await GatewayFixture.with(.service(at: url)) { gateway in
        let answer = try await gateway.ask("/kapis/judge.example.com/v1alpha1/things/" + name)

        #expect(answer.status == status)
        #expect(answer.headers["Location"] == place.map { url + $0 })
      }
    }
  }

  @Test func bodiesArePassedOnBothWays() async throws {
    try await EchoUpstream.with { url in
      try await GatewayFixture.with(.service(at: url)) { gateway in
        let body = String(repeating: "0123456789", count: 300_000)
        let answer = try await gateway.ask("/kapis/judge.example.com/v1alpha1/things", .post, body: body)

        #expect(answer.body.json["size"] == .integer(body.utf8.count))
        #expect(answer.body.json["method"] == "POST")
      }
    }
  }

  @Test(arguments: [
    "/kapis/judge.example.com/v1", "/kapis/nobody.example.com/v1alpha1/things", "/proxy/x", "/dist/none/index.js",
    "/",
  ])
  func whatNoRuleServesIsNotFound(target: String) async throws {
    try await GatewayFixture.with(.service(at: Self.closed)) { gateway in
      let answer = try await gateway.ask(target)

      #expect(answer.status == 404)
      #expect(answer.headers["Content-Type"] == "text/plain; charset=utf-8")
      #expect(answer.body == "404: Page Not Found")
    }
  }

  @Test(arguments: ["Disabled", nil])
  func whatIsNotAvailableSaysSo(state: String?) async throws {
    try await GatewayFixture.with(.service(at: Self.closed, state: state)) { gateway in
      let answer = try await gateway.ask("/kapis/judge.example.com/v1alpha1/things")

      #expect(answer.status == 503)
      #expect(
        answer.body.json == [
          "ErrStatus": [
            "metadata": [:], "status": "Failure", "message": "apiService v1alpha1.judge.example.com is not available",
            "reason": "ServiceUnavailable", "code": 503,
          ]
        ])
    }
  }

  @Test func anUpstreamThatRefusesConnectionsIsABadGateway() async throws {
    try await GatewayFixture.with(.proxy(to: Self.closed)) { gateway in
      let answer = try await gateway.ask("/proxy/a")

      #expect(answer.status == 502)
      #expect(
        answer.body.json == [
          "ErrStatus": [
            "metadata": [:],
            "message": "Error while proxying request: dial tcp 127.0.0.1:9: connect: connection refused",
            "reason": "Bad Gateway", "code": 502,
          ]
        ])
    }
  }

  @Test func aNameThatDoesNotResolveIsABadGateway() async throws {
    let service: Mapping = ["url": "", "service": ["name": "web", "namespace": "demo"]]
    try await GatewayFixture.with(.service(at: "", service)) { gateway in
      let answer = try await gateway.ask("/kapis/judge.example.com/v1alpha1/things")

      #expect(answer.status == 502)
      #expect(answer.body.contains("dial tcp: lookup web.demo.svc: no such host"))
    }
  }

  @Test func aServiceIsFoundByTheMapOfAStandaloneBackend() async throws {
    try await EchoUpstream.with { url in
      let service: Mapping = ["url": "", "service": ["name": "web", "namespace": "demo", "port": 8_443]]
      try await GatewayFixture.with(.service(at: "", service)) { settings in
        settings.address = { "\($0)" == "demo/web:8443" ? ServerAddress(url) : nil }
      } _: { gateway in
        let answer = try await gateway.ask("/kapis/judge.example.com/v1alpha1/things")
        #expect(answer.status == 200)
      }
    }
  }

  @Test(.enabled(if: TestCertificate.isAvailable, "openssl is not there"))
  func aCertificateIsCheckedUnlessItIsSaidOtherwise() async throws {
    let certificate = try await TestCertificate.shared
    let files = Listener.Certificate(chainFile: certificate.certificatePath, keyFile: certificate.keyPath)
    try await EchoUpstream.with(certificate: files) { url in
      var objects = GatewayFixture.Objects.proxy(to: url)
      let matched: [(String, Mapping)] = [
        ("unknown", [:]), ("insecure", ["insecureSkipVerify": true]),
        ("once", ["caBundle": .string(Base64.encode(certificate.certificate))]),
        ("twice", ["caBundle": .string(Base64.encode(Array(Base64.encode(certificate.certificate).utf8)))]),
      ]
      objects.proxies = matched.map { name, more in
        var upstream: Mapping = ["url": .string(url)]
        for pair in more.pairs { upstream[pair.key] = pair.value }
        return .rule(
          name, ["matcher": ["path": .string("/proxy/\(name)"), "method": "*"], "upstream": .mapping(upstream)])
      }
      try await GatewayFixture.with(objects) { gateway in
        let refused = try await gateway.ask("/proxy/unknown")
        #expect(refused.status == 502)
        #expect(
          refused.body.contains(
            "tls: failed to verify certificate: x509: certificate signed by unknown authority"))
        for name in ["insecure", "once", "twice"] { #expect(try await gateway.ask("/proxy/" + name).status == 200) }
      }
    }
  }

  @Test func fieldsOfTheAnswerAreEdited() async throws {
    try await EchoUpstream.with { url in
      let directives: Value = ["headerDown": ["-X-Upstream", "X-Set-Down one", "+Content-Type two"]]
      try await GatewayFixture.with(.proxy(to: url, ["directives": directives])) { gateway in
        let answer = try await gateway.ask("/proxy/a")

        #expect(answer.headers["X-Upstream"] == nil)
        #expect(answer.headers["X-Set-Down"] == "one")
        #expect(answer.headers.fields.filter { $0.name == "Content-Type" }.map(\.value) == ["application/json", "two"])
      }
    }
  }

  @Test func placesOfTheUpstreamAreLedBackWhereTheRuleWantsThat() async throws {
    try await EchoUpstream.with { url in
      let directives: Value = ["stripPathPrefix": "/proxy/app", "wrapTransport": true]
      try await GatewayFixture.with(.proxy(to: url, ["directives": directives])) { gateway in
        let answer = try await gateway.ask("/proxy/app/redirect")
        #expect(answer.headers["Location"] == "/proxy/app/elsewhere")
      }
      try await GatewayFixture.with(.proxy(to: url, ["directives": ["rejectForwardingRedirects": true]])) { gateway in
        let answer = try await gateway.ask("/proxy/app/redirect")
        #expect(answer.status == 502)
      }
    }
  }

  @Test(arguments: [("127.0.0.1", "127.0.0.1 is this machine"), ("localhost", "is this machine")])
  func nothingLeadsToThisMachineUnlessItIsAllowed(host: String, reason: String) async throws {
    try await EchoUpstream.with { url in
      let port = url.split(separator: ":").last ?? ""
      try await GatewayFixture.with(.proxy(to: "http://\(host):\(port)")) { settings in
        settings.upstreams.addresses.allowsLoopback = false
      } _: { gateway in
        let answer = try await gateway.ask("/proxy/a")
        #expect(answer.status == 502)
        #expect(answer.body.contains(reason))
      }
      try await GatewayFixture.with(.proxy(to: "http://\(host):\(port)")) { settings in
        settings.upstreams.addresses.apiServer = APIServerAddresses(["127.0.0.1:\(port)", "[::1]:\(port)"])
      } _: { gateway in
        let answer = try await gateway.ask("/proxy/a")
        #expect(answer.body.contains("is the Kubernetes API itself"))
      }
    }
  }

  @Test(arguments: ["/proxy/%2e%2e/apis", "/apis/../metrics", "/api/v1/%2e/x", "/clusters/member/../../metrics"])
  func aPathThatLeadsUpwardsIsRefused(path: String) async throws {
    try await GatewayFixture.with(.proxy(to: Self.closed)) { gateway in
      let connection = try gateway.connect()
      connection.say("GET \(path) HTTP/1.1\r\nHost: x\r\n\r\n")

      #expect(await connection.hear(until: "upwards").hasPrefix("HTTP/1.1 400"))
    }
  }

  @Test func aRuleCanBeExplained() async throws {
    try await GatewayFixture.with(.proxy(to: Self.closed)) { gateway in
      let answer = try await gateway.ask(
        Destination.explainPath, .post, headers: ["Content-Type": "application/json"], body: #"{"url":"/proxy/a"}"#)

      #expect(answer.status == 200)
      #expect(answer.body.json[path: "rule", "name"] == "p")
      #expect(answer.body.json[path: "upstream", "address"] == "http://127.0.0.1:9")
    }
  }

  @Test func requestsOfTheAPIGoToTheAPI() async throws {
    try await GatewayFixture.with(.proxy(to: Self.closed)) { gateway in
      let answer = try await gateway.ask("/apis/x/v1/y")
      #expect(answer.body.json["kind"] == "Status")
    }
  }

  @Test func aRateLimitAnswersWithWhenToComeAgain() async throws {
    try await EchoUpstream.with { url in
      var objects = GatewayFixture.Objects.proxy(to: url, ["rateLimit": ["requests": 2, "per": "1h"]])
      objects.dialect = .subscription
      try await GatewayFixture.with(objects) { gateway in
        #expect(try await gateway.ask("/proxy/a").status == 200)
        #expect(try await gateway.ask("/proxy/a").status == 200)
        let third = try await gateway.ask("/proxy/a")
        #expect(third.status == 429)
        #expect(third.headers["Retry-After"].flatMap { Int($0) }.map { (1_700...1_800).contains($0) } == true)
      }
    }
  }

  @Test func anUpstreamThatFailsOftenIsLeftAlone() async throws {
    var objects = GatewayFixture.Objects.proxy(to: Self.closed, ["circuitBreaker": ["failures": 2, "openFor": "1h"]])
    objects.dialect = .subscription
    try await GatewayFixture.with(objects) { gateway in
      #expect(try await gateway.ask("/proxy/a").status == 502)
      #expect(try await gateway.ask("/proxy/a").status == 502)
      let third = try await gateway.ask("/proxy/a")
      #expect(third.status == 503)
      #expect(third.body.contains("has failed too often"))
    }
  }
}
