import HTTP
import KubernetesAPI
import Manifest
import Platform
import TestSupport
import Testing

@testable import Extensions

/// What an upstream is sent, by every field of the objects that says so.
@Suite struct UpstreamRequestTests {
  static let requester = UpstreamRequest.Requester(
    user: User(name: "ann", groups: ["dev", "system:authenticated"]), address: "192.0.2.1")

  private static let request = HTTPRequest(
    .get, "/kapis/g/v1/things",
    headers: [
      "Host": "front", "Authorization": "Bearer x", "X-Remote-User": "forged", "x-remote-group": "system:masters",
      "X_Remote_User": "forged", "x-remote_groups": "system:masters", "Impersonate_User": "root",
      "X-Remote-Extra-Scopes": "all", "Impersonate-User": "root", "Forwarded": "for=1.1.1.1",
      "X-Forwarded-For": "1.1.1.1",
      "X-Forwarded-Host": "evil", "X-Real-IP": "1.1.1.1", "Connection": "close, X-Hop", "X-Hop": "1", "TE": "gzip",
      "Keep-Alive": "1", "Proxy-Authorization": "x", "Upgrade": "x", "X-Custom": "mine", "Accept": "a",
    ])

  @Test func anUpstreamIsToldWhoAsksAndNothingThatAClientMadeUp() throws {
    let sent = UpstreamRequest(
      Rule.service("g"), Self.request, try RequestPath(Self.request.target), by: Self.requester)

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
    let sent = UpstreamRequest(rule, Self.request, try RequestPath("/proxy/a"), by: Self.requester)

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
            "insecureSkipVerify": false, "caBudle": .string(Base64.encode(Array(RuleReadingTests.pem.utf8))),
            "backend": "https://ks-devops.kubesphere-system.svc",
            "healthCheck": ["url": "/healthz", "interval": "15s", "status": 204, "timeout": "1m30s"],
          ],
          "rewrite": ["/old-prefix/* /new-prefix{path}"], "header": ["up": ["Foo: Bar"], "down": ["Foo: Baz"]],
          "redirect": ["/res/*/gone https://else.example/{path.rest} 308"],
          "circuitBreaker": ["failures": 3, "window": "10s", "openFor": "1m", "status": [500, 503]],
          "rateLimit": ["requests": 5, "per": "1m", "burst": 2, "by": "user"],
        ]), dialect: .subscription)
    let request = HTTPRequest(.get, "/old-prefix/x?a=b")
    let sent = UpstreamRequest(rule, request, try RequestPath(request.target), by: Self.requester)

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

  // What the client puts into the path is no address.
  @Test(arguments: ["https://evil.example/", "http://evil.example"])
  func onlyARuleLeadsToAnotherServer(rest: String) throws {
    let rule = ReverseProxyRule(
      Rule.object("a", ["matcher": [["path": "/x/*"]], "redirect": ["/x/* {path.rest}"]]), dialect: .subscription)

    let location = rule.redirect(try RequestPath("/x/" + rest), method: "GET", host: "")?.location

    #expect(location == "/" + rest)
  }

  private static let upward: [(Value, String)] = [
    (["stripPathPrefix": "/proxy/os"], "/proxy/os../admin"), (["stripPathPrefix": "/proxy/os"], "/proxy/os..%2fadmin"),
    (["rewrite": ["/proxy/ot* /pub/{path.rest}"]], "/proxy/ot../admin"), (["replace": ["~ ."]], "/proxy/~~/a"),
    (["stripPathSuffix": "x"], "/proxy/..x"), (["pathRegexp": ["q+ .."]], "/proxy/q/a"),
  ]

  @Test(arguments: upward) func noRuleMakesAPathLeadUpwards(directives: Value, target: String) throws {
    let rule = Rule.proxy("/proxy/*", directives: directives)
    let path = try RequestPath(target)

    let sent = UpstreamRequest(rule, HTTPRequest(.get, target), path, by: Self.requester)
    let plain = UpstreamRequest(rule, HTTPRequest(.get, "/proxy/a"), try RequestPath("/proxy/a"), by: Self.requester)

    #expect(sent.flaw == .dots)
    #expect(plain.flaw == nil)
  }

  @Test(arguments: ["X_Remote_User root", "Via 1.1 other", "+via: x", "x-remote_group a", "Impersonate_User x"])
  func whatIsTheGatewaysToSayNoRuleSays(edit: String) {
    let rule = Rule.proxy("/proxy/*", directives: ["headerUp": .sequence([.string(edit)])])

    #expect(rule.headersUp.isEmpty)
    #expect(rule.problems.contains { $0.english.hasSuffix("is the gateway's to set") })
  }

  @Test(arguments: ["-Via", "-v*", "-*"]) func noRuleHidesWhereARequestHasBeen(edit: String) throws {
    let rule = Rule.proxy("/proxy/*", directives: ["headerUp": .sequence([.string(edit)])])
    let request = HTTPRequest(.get, "/proxy/a", headers: ["Via": "1.1 ksxd-1", "X-A": "b"])

    let sent = UpstreamRequest(rule, request, try RequestPath(request.target), by: Self.requester)

    #expect(sent.headers["Via"] == "1.1 ksxd-1")
  }
}
