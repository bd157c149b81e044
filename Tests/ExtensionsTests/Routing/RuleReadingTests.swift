import HTTP
import KubernetesAPI
import Manifest
import Platform
import TestSupport
import Testing

@testable import Extensions

/// Every field of the objects that say what is served, in both dialects.
@Suite struct RuleReadingTests {
  private static let pem = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"

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

    #expect(endpoint.place == ServerAddress("https://a.example/x").map(Endpoint.Place.address))
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

    guard case .service(let found) = endpoint.place else {
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

  @Test(arguments: ["insecureSkipVerify", "insecureSkipTLSVerify"])
  func anyCertificateIsRightWhereItIsSaidSo(key: String) {
    #expect(Endpoint([key: true, "url": "https://a.example"], isFirstDesign: false).isInsecure)
  }

  @Test(
    arguments: [
      ["url": "ftp://a"], ["url": "http://"], ["url": "unix:///run/x"], ["url": "http://a b"], [:], ["service": [:]],
      ["service": ["name": "n"]], ["service": ["name": "N/../x", "namespace": "s"]], ["url": "http://a:99999"],
      ["service": ["name": "n", "namespace": "s", "port": 70_000]], ["url": "http://a", "caBundle": "%%%"],
      ["service": ["name": "n", "namespace": "s", "path": "/a b"]], ["url": "http://a", "caBundle": "YWJj"],
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
    let sent = UpstreamRequest(rule, HTTPRequest(.get, "/extra?a=b"), try RequestPath("/extra?a=b"), by: Self.asker)
    #expect(sent.target == "/base/extra?a=b")
  }

  @Test(arguments: ["kubesphere.io", "apps.k8s.io", "package.kubesphere.io"])
  func aGroupThatIsNoExtensionsIsNotServed(group: String) throws {
    let table = RouteTable(services: [Rule.service(group)])

    #expect(try Rule.winner(table, "/kapis/\(group)/v1/things") == nil)
  }

  private static let asker = UpstreamRequest.Asker(
    user: User(name: "ann", groups: ["dev", "system:authenticated"]), address: "192.0.2.1")

  private static let request = HTTPRequest(
    .get, "/kapis/g/v1/things",
    headers: [
      "Host": "front", "Authorization": "Bearer x", "X-Remote-User": "forged", "x-remote-group": "system:masters",
      "X-Remote-Extra-Scopes": "all", "Impersonate-User": "root", "Forwarded": "for=1.1.1.1",
      "X-Forwarded-For": "1.1.1.1",
      "X-Forwarded-Host": "evil", "X-Real-IP": "1.1.1.1", "Connection": "close, X-Hop", "X-Hop": "1", "TE": "gzip",
      "Keep-Alive": "1", "Proxy-Authorization": "x", "Upgrade": "x", "X-Custom": "mine", "Accept": "a",
    ])

  @Test func anUpstreamIsToldWhoAsksAndNothingThatAClientMadeUp() throws {
    let sent = UpstreamRequest(Rule.service("g"), Self.request, try RequestPath(Self.request.target), by: Self.asker)

    #expect(
      sent.headers == [
        "X-Custom": "mine", "Accept": "a", "X-Forwarded-For": "192.0.2.1", "X-Remote-User": "ann",
        "X-Remote-Group": "dev",
        "X-Remote-Group": "system:authenticated",
      ])
    #expect(sent.target == Self.request.target)
  }

  @Test(arguments: [true, false])
  func aProxyTellsWhoAsksWhereItIsSaidSo(isSaid: Bool) throws {
    let rule = Rule.proxy("/proxy/*", directives: ["authProxy": .bool(isSaid)])
    let sent = UpstreamRequest(rule, Self.request, try RequestPath("/proxy/a"), by: Self.asker)

    #expect(sent.headers["X-Remote-User"] == (isSaid ? "ann" : nil))
  }

  @Test func headerFieldsAreSetAddedAndRemoved() throws {
    let rule = Rule.proxy(
      "/proxy/*",
      directives: [
        "headerUp": ["X-Set one", "+X-Custom added", "X-Quoted \"two words\"", "-X-Gone*", "X-Colon: three", "-*-Tail"]
      ])
    let headers: HTTPHeaders = [
      "X-Custom": "mine", "X-Gone-1": "a", "X-Gone": "b", "1X-Gone": "c", "A-Tail": "d", "Content-Length": "0",
    ]
    let sent = UpstreamRequest(
      rule, HTTPRequest(.get, "/proxy/a", headers: headers), try RequestPath("/proxy/a"),
      by: .init(user: nil, address: ""))

    #expect(rule.problems.isEmpty)
    #expect(
      sent.headers == [
        "X-Custom": "mine", "1X-Gone": "c", "Content-Length": "0", "X-Set": "one", "X-Custom": "added",
        "X-Quoted": "two words", "X-Colon": "three",
      ])
  }

  @Test(arguments: [
    "X-Remote-User root", "Connection close", "Content-Length 5", "Transfer-Encoding chunked", "Impersonate-User x",
    "X a\r\nY: b",
    "", "X", "X\u{0} y", "-", "+X",
  ])
  func aFieldThatIsTheGatewaysToSetIsPassedOver(edit: String) {
    let rule = Rule.proxy("/proxy/*", directives: ["headerUp": [.string(edit)], "headerDown": [.string(edit)]])

    #expect(rule.headersUp.isEmpty && rule.headersDown.isEmpty)
    #expect(rule.problems.count == 2)
  }

  @Test(
    arguments: [
      (["stripPathPrefix": "/proxy/strip"], "/proxy/strip/a/b", "/a/b"),
      (["stripPathPrefix": "/proxy/suffix", "stripPathSuffix": ".html"], "/proxy/suffix/a/b.html", "/a/b"),
      (["rewrite": ["* /new{path}?from=rewrite&{query}"]], "/proxy/a?x=1", "/new/proxy/a?from=rewrite&x=1"),
      (["rewrite": ["* /new{path}?from=rewrite&{query}"]], "/proxy/a", "/new/proxy/a?from=rewrite"),
      (["rewrite": ["/proxy/one /b"]], "/proxy/one?x=1", "/b?x=1"),
      (["rewrite": ["/proxy/one /b"]], "/proxy/two?x=1", "/proxy/two?x=1"),
      (["rewrite": ["/proxy/* /to/{path.rest}", "* /never"]], "/proxy/a/b", "/to/a/b"),
      (["rewrite": ["/fixed"]], "/proxy/a?x=1", "/fixed?x=1"),
      (["rewrite": ["/new/{path}"]], "/proxy/a", "/new//proxy/a"),
      (["rewrite": ["* {path}?{query}&m={method}&h={host}"]], "/proxy/a?x=1", "/proxy/a?x=1&m=GET&h=front.example"),
      (["rewrite": ["one two three four"]], "/proxy/a", "/proxy/a"),
      (["rewrite": ["* /{unknown}"]], "/proxy/a", "/%7Bunknown%7D"),
      (
        ["replace": ["/proxy/replace /api"]], "/proxy/replace/a/proxy/replace?x=/proxy/replace",
        "/api/a/api?x=/proxy/replace"
      ),
      (["replace": ["a b 1"]], "/proxy/aa", "/proxy/ba"),
      (["pathRegexp": ["/[0-9]+ /N"]], "/proxy/12/things/345", "/proxy/N/things/N"),
      (["pathRegexp": ["/proxy/(.*)/(.*) /$2/$1"]], "/proxy/one/two", "/two/one"),
      (
        ["stripPathPrefix": "/proxy", "rewrite": ["/a /b"], "replace": ["b c"], "pathRegexp": ["c$ d"]], "/proxy/a",
        "/d"
      ),
      ([:], "/proxy/%E4%B8%AD%2F%20x?q=%20", "/proxy/%E4%B8%AD%2F%20x?q=%20"),
      (["stripPathPrefix": "/proxy"], "/proxy/%E4%B8%AD%20x", "/%E4%B8%AD%20x"),
      (["stripPathPrefix": "/proxy"], "/proxy", "/"),
    ] as [(Value, String, String)])
  func aPathIsChangedInADocumentedOrder(directives: Value, target: String, wanted: String) throws {
    #expect(try Rule.target(directives, target) == wanted)
  }

  @Test func aPathCannotBeMadeToGrowWithoutBound() throws {
    let growing: [Value] = [
      ["replace": .sequence(Array(repeating: "/ ////////////////////////////////", count: 64))],
      ["rewrite": [.string("* /" + String(repeating: "{path}", count: 100_000))]],
      ["pathRegexp": .sequence(Array(repeating: "(.) $1$1$1$1$1$1$1$1$1$1", count: 64))],
    ]
    for directives in growing {
      let target = try Rule.target(directives, "/proxy/" + String(repeating: "a/", count: 1_000))
      #expect(target.utf8.count < 4 * UpstreamRequest.longestTarget)
    }
  }

  @Test func theFirstDesignsFieldsAreRead() throws {
    let rule = ReverseProxyRule(
      Rule.object(
        "devops.kubesphere.io", state: nil,
        [
          "matcher": [["path": "/res/devops.kubesphere.io/images/*", "method": "GET"], ["path": "/old-prefix/*"]],
          "upstream": [
            "insecureSkipVerify": false, "caBudle": .string(Base64.encode(Array(Self.pem.utf8))),
            "backend": "https://ks-devops.kubesphere-system.svc",
            "healthCheck": ["url": "/healthz", "interval": "15s", "status": 204, "timeout": "1m30s"],
          ],
          "rewrite": ["/old-prefix/* /new-prefix{path}"], "header": ["up": ["Foo: Bar"], "down": ["Foo: Baz"]],
          "redirect": ["/res/*/gone https://else.example/{path.rest} 308"],
          "circuitBreaker": ["failures": 3, "window": "10s", "openFor": "1m", "status": [500, 503]],
          "rateLimit": ["requests": 5, "per": "1m", "burst": 2, "by": "user"],
        ]), dialect: .subscription)
    let request = HTTPRequest(.get, "/old-prefix/x?a=b")
    let sent = UpstreamRequest(rule, request, try RequestPath(request.target), by: Self.asker)

    #expect(rule.problems.isEmpty)
    #expect(rule.object.isAvailable)
    #expect(rule.matchers.map(\.method) == ["GET", nil])
    #expect(sent.target == "/new-prefix/old-prefix/x?a=b")
    #expect(sent.headers["Foo"] == "Bar")
    #expect(sent.headers["X-Remote-User"] == "ann")
    #expect(rule.headersDown.count == 1)
    #expect(rule.healthCheck?.path == "/healthz")
    #expect(rule.healthCheck?.timeout == .seconds(90))
    #expect(rule.healthCheck?.status == 204)
    #expect(rule.circuitBreaker?.failures == 3)
    #expect(rule.circuitBreaker?.statuses == [500, 503])
    #expect(rule.circuitBreaker?.openFor == .seconds(60))
    #expect(rule.rateLimit?.by == .user)
    #expect(rule.rateLimit?.per == .seconds(60))
    let redirect = rule.redirect(try RequestPath("/res/a/b/gone"), method: "GET", host: "")
    #expect(redirect?.location == "https://else.example/a/b")
    #expect(redirect?.status == 308)
  }

  @Test func aRedirectDoesNotLeadToAnotherServerByTwoSlashes() throws {
    let rule = ReverseProxyRule(
      Rule.object("a", ["matcher": [["path": "/x/*"]], "redirect": ["/x/* {path.rest}"]]), dialect: .subscription)

    #expect(rule.redirect(try RequestPath("/x///evil.example"), method: "GET", host: "")?.location == "/evil.example")
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
