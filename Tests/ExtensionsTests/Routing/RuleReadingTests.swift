import HTTP
import KubernetesAPI
import Manifest
import Platform
import TestSupport
import Testing

@testable import Extensions

/// Every field of the objects that say what is served, in both dialects.
@Suite struct RuleReadingTests {
  /// What has the outline of a certificate.
  static let pem =
    "-----BEGIN CERTIFICATE-----\n"
    + Base64.encode([0x30, 20, 0x30, 13, 2, 1, 1] + Array(repeating: [0x30, 0], count: 6).joined() + [3, 1, 0])
    + "\n-----END CERTIFICATE-----\n"

  @Test(arguments: [("Available", true), ("Disabled", false), ("", false)])
  func theShippedDialectServesWhatIsSaidToBeAvailable(state: String, isAvailable: Bool) {
    let rule = APIServiceRule(Rule.object("a", state: state, ["group": "g", "version": "v1"]), dialect: .installPlan)

    #expect(rule.object.isAvailable == isAvailable)
  }

  @Test(arguments: [("Available", true), ("Disabled", false), (nil, true)])
  func theFirstDesignServesWhatHasNoState(state: String?, isAvailable: Bool) {
    let rule = APIServiceRule(Rule.object("a", state: state, ["group": "g", "version": "v1"]), dialect: .subscription)

    #expect(rule.object.isAvailable == isAvailable)
  }

  @Test func anAddressWinsOverAService() {
    let endpoint = Endpoint(
      ["url": "https://a.example/x", "service": ["name": "n", "namespace": "s"]], isFirstDesign: true)

    #expect(endpoint.location == ServerAddress("https://a.example/x").map(Endpoint.Location.address))
  }

  @Test(arguments: [
    (443, true, "https://n.s.svc:443/base"), (80, true, "http://n.s.svc:80/base"),
    (8080, true, "https://n.s.svc:8080/base"),
    (80, false, "https://n.s.svc:80/base"), (nil, false, "https://n.s.svc:443/base"),
  ])
  func aServiceIsReachedByItsName(port: Int?, isFirstDesign: Bool, url: String) {
    var service: Mapping = ["name": "n", "namespace": "s", "path": "/base"]
    service["port"] = port.map(Value.integer)
    let endpoint = Endpoint(["service": .mapping(service)], isFirstDesign: isFirstDesign)

    guard case .service(let found) = endpoint.location else {
      Issue.record("\(endpoint)")
      return
    }
    #expect(found.address == ServerAddress(url))
  }

  @Test(arguments: [1, 2])
  func aBundleOfAuthoritiesIsEncodedOnceOrTwice(times: Int) {
    var text = Self.pem
    for _ in 0..<times { text = Base64.encode(Array(text.utf8)) }

    for key in ["caBundle", "caBudle"] {
      let endpoint = Endpoint(["backend": "https://a.example", key: .string(text)], isFirstDesign: true)
      #expect(endpoint.authorities == Array(Self.pem.utf8))
      #expect(endpoint.problem == nil)
    }
  }

  @Test(arguments: [
    "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "-----BEGIN CERTIFICATE-----", "-----BEGIN",
  ])
  func aBundleOfWhatIsNoCertificateIsTold(text: String) {
    let endpoint = Endpoint(
      ["backend": "https://a.example", "caBundle": .string(Base64.encode(Array(text.utf8)))], isFirstDesign: true)

    #expect(endpoint.problem == "caBundle holds no certificate in PEM")
  }

  @Test(arguments: ["insecureSkipVerify", "insecureSkipTLSVerify"])
  func anyCertificateIsRightWhereItIsSaidSo(key: String) {
    #expect(Endpoint([key: true, "url": "https://a.example"], isFirstDesign: false).isInsecure)
  }

  @Test(
    arguments: [
      ["url": "ftp://a"], ["url": "http://"], ["url": "unix:///run/x"], ["url": "http://a b"], [:], ["service": [:]],
      ["service": ["name": "n"]], ["service": ["name": "N/../x", "namespace": "s"]], ["url": "http://a:99999"],
      ["service": ["name": "n", "namespace": "s", "port": 70_000]], ["url": "https://a", "caBundle": "%%%"],
      ["service": ["name": "n", "namespace": "s", "path": "/a b"]], ["url": "https://a", "caBundle": "YWJj"],
    ] as [Value])
  func aPlaceThatCannotBeReachedHasAReason(value: Value) {
    #expect(Endpoint(value, isFirstDesign: true).problem != nil)
  }

  @Test func anAPIServiceOfTheFirstDesignHasPathsOfItsOwn() throws {
    let rule = APIServiceRule(
      Rule.object(
        "a",
        [
          "group": "g", "version": "v1", "url": "http://a.example/base",
          "nonResourceURLs": ["/extra", "/more/*", "/api/v1/pods", "nonsense"],
        ]), dialect: .subscription)
    let table = RouteTable(services: [rule])

    #expect(try Rule.winner(table, "/extra") == "a")
    #expect(try Rule.winner(table, "/more/x") == "a")
    #expect(try Rule.winner(table, "/extra/x") == nil)
    #expect(rule.problems == ["/api/v1/pods is reserved for the gateway itself", "nonsense is no path"])
    let sent = UpstreamRequest(
      rule, HTTPRequest(.get, "/extra?a=b"), try RequestPath("/extra?a=b"), by: UpstreamRequestTests.requester)
    #expect(sent.target == "/base/extra?a=b")
  }

  @Test(arguments: ["kubesphere.io", "apps.k8s.io", "package.kubesphere.io"])
  func aGroupThatIsNoExtensionsIsNotServed(group: String) throws {
    let table = RouteTable(services: [Rule.service(group)])

    #expect(try Rule.winner(table, "/kapis/\(group)/v1/things") == nil)
  }

  @Test func whatIsForTheConsoleIsNotServedHere() {
    let rule = ReverseProxyRule(
      Rule.object(
        "a", labels: ["kubesphere.io/reverse-proxy-target": "ks-console"],
        ["matcher": ["path": "/proxy/*", "method": "*"], "upstream": ["url": "http://a"]]), dialect: .installPlan)

    #expect(rule.matchers.isEmpty)
    #expect(rule.problems.count == 1)
  }

  @Test func theShippedDialectHasProxiesBelowProxyOnly() {
    #expect(Rule.proxy("/else/*").problems == ["/else/* does not begin with /proxy/"])
    #expect(Rule.proxy("/else/*", dialect: .subscription).problems == [])
  }

  @Test(arguments: [1, 2])
  func aShippedBundleIsEncodedOnceOrTwice(times: Int) {
    var text = "console.log('raw');"
    for _ in 0..<times { text = Base64.encode(Array(text.utf8)) }
    let rule = JSBundleRule(Rule.object("a", ["raw": .string(text)]), dialect: .installPlan)

    #expect(rule.files.map(\.source) == [.text(Array("console.log('raw');".utf8))])
  }

  @Test(
    arguments: [
      (["raw": "x = 1"], [:], "/dist/b/index.js"),
      (["raw": "x", "filenameOverride": "main.css"], [:], "/dist/b/main.css"),
      (["raw": "x"], ["kubesphere.io/extension": "devops"], "/dist/devops/index.js"),
    ] as [(Value, [String: String], String)])
  func aBundleOfTheFirstDesignHasTheTextAsItIs(spec: Value, labels: [String: String], path: String) {
    let rule = JSBundleRule(Rule.object("b", labels: labels, state: nil, spec), dialect: .subscription)

    #expect(rule.files.map(\.path) == [path])
    #expect(rule.files.map(\.source) == [.text(Array((spec["raw"]?.string ?? "").utf8))])
  }

  @Test func whatIsNoDurationNoWordAndNoMethodIsTold() {
    let spec: Value = [
      "matcher": ["path": "/a", "method": "GTE"],
      "upstream": ["backend": "http://a.example", "healthCheck": ["url": "/h", "interval": "x", "timeout": "1ms"]],
      "circuitBreaker": ["window": "q", "openFor": true], "rateLimit": ["requests": 1, "per": "x", "by": "nobody"],
    ]

    let rule = ReverseProxyRule(Rule.object("a", state: nil, spec), dialect: .subscription)

    #expect(
      rule.problems == [
        "upstream.healthCheck.interval: x is no duration such as 30s; 15s counts",
        "upstream.healthCheck.timeout is at least 100ms and at most 24h",
        "circuitBreaker.window: q is no duration such as 30s; 30s counts",
        "circuitBreaker.openFor: true is no duration such as 30s; 30s counts",
        "rateLimit.per: x is no duration such as 30s; 1s counts",
        "rateLimit.by: nobody is none of user, address, all; all counts",
        "/a is for the method GTE, which no request has",
      ])
  }

  @Test func aBundleComesFromWhereItSays() {
    func source(_ from: Value) -> JSBundleRule.Source? {
      JSBundleRule(Rule.object("b", ["rawFrom": from]), dialect: .installPlan).files.first?.source
    }
    let reference = JSBundleRule.Reference(namespace: "s", name: "n", key: "k")

    #expect(source(["configMapKeyRef": ["namespace": "s", "name": "n", "key": "k"]]) == .configMap(reference))
    #expect(source(["secretKeyRef": ["namespace": "s", "name": "n", "key": "k"]]) == .secret(reference))
    #expect(source(["url": "http://a/x.js"]) == .endpoint(Endpoint(["url": "http://a/x.js"], isFirstDesign: false)))
    #expect(
      source(["secretKeyRef": ["namespace": "s"]])
        == .nothing(reason: "secretKeyRef needs a namespace, a name and a key"))
  }

  @Test func assetsHavePathsOfTheirOwn() {
    let rule = JSBundleRule(
      Rule.object(
        "b",
        [
          "raw": "eA==",
          "assets": [
            "style": ["link": "/dist/b/style.css", "url": "http://a/style.css"],
            "files": [
              ["name": "logo", "link": "/dist/b/logo.svg", "mimeType": "image/svg+xml", "url": "http://a/logo.svg"],
              ["name": "bad", "link": "/apis/x", "url": "http://a"], ["name": "none"],
            ],
          ],
        ]), dialect: .installPlan)

    #expect(rule.files.map(\.path) == ["/dist/b/index.js", "/dist/b/style.css", "/dist/b/logo.svg"])
    #expect(rule.files.map(\.contentType) == ["application/javascript; charset=utf-8", nil, "image/svg+xml"])
    #expect(rule.problems == ["an asset has no link", "/apis/x is no path below /dist/"])
  }

  @Test func filesOfABundleBeyondTheMostAreToldToBeLeftOut() {
    func rule(_ count: Int) -> JSBundleRule {
      let files = (1...count).map { number -> Value in
        ["link": .string("/dist/b/\(number).js"), "url": "http://a/x.js"]
      }
      return JSBundleRule(
        Rule.object("b", ["raw": "eA==", "assets": ["files": .sequence(files)]]), dialect: .installPlan)
    }

    #expect(rule(1_000).problems.isEmpty && rule(1_000).files.count == 1_001)
    #expect(rule(1_001).problems == ["of its 1001 files only the first 1000 are served"])
    #expect(rule(1_001).files.count == 1_001)
  }

  @Test func noObjectBringsTheRulesDown() {
    var values = HostileValues(seed: 16)
    for _ in 0..<3_000 {
      var object = Object(["metadata": ["name": "h"]])
      object.value = object.value.setting(["spec"], to: values.spec()).setting(["status"], to: values.value(depth: 2))
      for dialect in [Dialect.installPlan, .subscription] {
        let table = RouteTable(
          services: [APIServiceRule(object, dialect: dialect)], bundles: [JSBundleRule(object, dialect: dialect)],
          proxies: [ReverseProxyRule(object, dialect: dialect)])
        for target in ["/proxy/a/b?x=1", "/kapis/g/v1/x", "/dist/h/index.js", "/x"] {
          _ = Explanation(HTTPRequest(.get, target), by: .owner, in: table).value
        }
      }
    }
  }
}

/// Specs with the right names and anything in them.
private struct HostileValues {
  private var generator: SeededGenerator

  init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

  private static let keys = [
    "group", "version", "url", "service", "namespace", "name", "path", "port", "caBundle", "caBudle",
    "insecureSkipVerify",
    "nonResourceURLs", "raw", "rawFrom", "configMapKeyRef", "secretKeyRef", "key", "assets", "style", "files", "link",
    "mimeType", "filenameOverride", "matcher", "method", "upstream", "backend", "healthCheck", "interval", "status",
    "timeout",
    "rewrite", "redirect", "header", "up", "down", "circuitBreaker", "failures", "window", "openFor", "rateLimit",
    "requests",
    "per", "burst", "by", "directives", "stripPathPrefix", "stripPathSuffix", "headerUp", "headerDown", "authProxy",
    "replace",
    "pathRegexp", "wrapTransport",
  ]

  private static let texts = [
    "", "*", "/", "/proxy/*", "**", "/proxy/**/*", "http://", "http://a", "https://[::1]:1/x", "http://a:0", "-1s",
    "1e400s",
    "9999999999999999h", "* {path}", "{", "}{", "{path", "/a {path.rest}?{query}#x", "(", "(.*)*$1", "[", "a b c d",
    "\u{0}",
    "é\u{301}", "-", "+", "-*", "X: \r\n", "%", "%2", "/dist/../x", "/dist/h/index.js", "g", "v1", "GET", "get", "YQ==",
    "====",
    "Available", "9223372036854775807", "/[0-9]{1,3}+ $", "(a|b)+? $1",
  ]

  mutating func spec() -> Value { mapping(depth: 3) }

  private mutating func mapping(depth: Int) -> Value {
    var mapping = Mapping()
    for _ in 0..<Int.random(in: 0...12, using: &generator) {
      mapping[Self.keys.randomElement(using: &generator) ?? ""] = value(depth: depth - 1)
    }
    return .mapping(mapping)
  }

  mutating func value(depth: Int) -> Value {
    switch Int.random(in: 0...(depth > 0 ? 7 : 4), using: &generator) {
    case 0: return .null
    case 1: return .bool(Bool.random(using: &generator))
    case 2: return .integer([0, -1, 1, 80, 443, .max, .min].randomElement(using: &generator) ?? 0)
    case 3, 4: return .string(Self.texts.randomElement(using: &generator) ?? "")
    case 5: return .sequence((0..<Int.random(in: 0...3, using: &generator)).map { _ in value(depth: depth - 1) })
    default: return mapping(depth: depth)
    }
  }
}
