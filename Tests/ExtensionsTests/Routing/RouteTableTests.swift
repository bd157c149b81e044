import HTTP
import KubernetesAPI
import Manifest
import Platform
import Testing

@testable import Extensions

/// Which rule serves a request.
@Suite struct RouteTableTests {
  @Test(arguments: [
    ("/proxy/a", "exact"), ("/proxy/a/b", "under a"), ("/proxy/a/b/c", "deeper"), ("/proxy/b", "all"),
    ("/proxy/%61", "exact"), ("/proxy/a?x=1", "exact"), ("/proxy", nil), ("/other", nil), ("/proxy/a/bc", "under a"),
  ])
  func theLongestTextBeforeAStarWins(target: String, name: String?) throws {
    let table = RouteTable(proxies: [
      Rule.proxy("/proxy/*", name: "all"), Rule.proxy("/proxy/a", name: "exact"),
      Rule.proxy("/proxy/a/*", name: "under a"),
      Rule.proxy("/proxy/a/b/*", name: "deeper"),
    ])

    #expect(try Rule.winner(table, target) == name)
  }

  @Test func anExactPathThenAMethodThenAgeDecides() throws {
    let table = RouteTable(proxies: [
      Rule.proxy("/proxy/a*", name: "star"), Rule.proxy("/proxy/a", name: "young", created: "2026-02"),
      Rule.proxy("/proxy/a", name: "old", created: "2026-01"), Rule.proxy("/proxy/a", method: "POST", name: "post"),
    ])

    #expect(try Rule.winner(table, "/proxy/a") == "old")
    #expect(try Rule.winner(table, "/proxy/a", "POST") == "post")
    #expect(try Rule.winner(table, "/proxy/ab", "POST") == "star")
  }

  @Test func aMatcherForAnotherMethodLeavesTheRequestToAShorterOne() throws {
    let table = RouteTable(proxies: [
      Rule.proxy("/proxy/a/*", method: "POST", name: "post"), Rule.proxy("/proxy/*", name: "all"),
    ])

    #expect(try Rule.winner(table, "/proxy/a/b") == "all")
  }

  @Test(arguments: [
    ("/kapis/judge.example.com/v1/things", "s"), ("/kapis/judge.example.com/v1/namespaces/a/things", "s"),
    ("/kapis/judge.example.com/v1", nil), ("/kapis/judge.example.com/v1/", nil),
    ("/kapis/judge.example.com/v2/things", nil),
    ("/kapis/other/v1/things", nil), ("/apis/judge.example.com/v1/things", nil), ("/kapis", nil),
  ])
  func anAPIServiceServesWhatLiesBelowItsGroupAndVersion(target: String, name: String?) throws {
    #expect(try Rule.winner(RouteTable(services: [Rule.service("judge.example.com")]), target) == name)
  }

  @Test func ofTwoOfOneGroupTheOlderServesAndTheOtherIsToldOf() throws {
    let table = RouteTable(services: [
      Rule.service("g.example", name: "young", created: "2026-02"),
      Rule.service("g.example", name: "old", created: "2026-01"),
    ])

    #expect(try Rule.winner(table, "/kapis/g.example/v1/things") == "old")
    #expect(table.conflicts().map { [$0.rule.name, $0.other.name] } == [["young", "old"]])
  }

  @Test(arguments: [
    "/proxy/../apis/x", "/proxy/%2e%2e/apis", "/proxy/a%2F..%2Fb", "/./a", "/a%00b", "/a%0Ab", "/a\\..\\b",
  ])
  func aPathThatTwoServersCouldTakeForDifferentOnesIsNone(target: String) {
    #expect(throws: RequestPath.Flaw.self) { try RequestPath(target) }
  }

  @Test(arguments: [
    "/api/v1/pods", "/apis", "/kapis/x/v1/y", "/oauth/token", "/dist/x", "/metrics", "/clusters/a/api", "/healthz",
  ])
  func noRuleHasAReservedPath(path: String) throws {
    let rule = Rule.proxy(path, dialect: .subscription)
    let all = Rule.proxy("/*", name: "all", dialect: .subscription)

    #expect(rule.matchers.isEmpty)
    #expect(rule.problems == ["\(path) is reserved for the gateway itself"])
    #expect(try Rule.winner(RouteTable(proxies: [rule, all]), path) == nil)
    #expect(try Rule.winner(RouteTable(proxies: [all]), "/else") == "all")
  }

  @Test func overlapsAreToldOnce() {
    let table = RouteTable(proxies: [
      Rule.proxy("/proxy/plain/*", name: "one"), Rule.proxy("/proxy/plain/more/*", method: "GET", name: "two"),
      Rule.proxy("/proxy/else", name: "three"), Rule.proxy("/proxy/plain/*", name: "later", created: "2027"),
    ])

    #expect(
      table.conflicts().map { "\($0.rule.name) \($0.other.name)" } == ["two one", "two later", "later one"])
  }

  @Test func amongTenThousandRulesEveryOneIsFound() throws {
    let table = RouteTable(
      services: (0..<5_000).map { Rule.service("g\($0).example", name: "s\($0)") },
      proxies: (0..<5_000).map { Rule.proxy("/proxy/p\($0)/*", name: "p\($0)") })

    for index in stride(from: 0, to: 5_000, by: 7) {
      #expect(try Rule.winner(table, "/proxy/p\(index)/x") == "p\(index)")
      #expect(try Rule.winner(table, "/kapis/g\(index).example/v1/things") == "s\(index)")
    }
  }

  @Test func aRequestLooksAtAsFewPrefixesAmongManyAsAmongFew() {
    func looks(_ count: Int) -> Int {
      let index = PrefixIndex((0..<count).map { (prefix: Array("/proxy/p\($0)/".utf8), element: $0) })
      var looks = 0
      index.visit(Array("/proxy/p7/x".utf8)) { _ in
        looks += 1
        return false
      }
      return looks
    }

    #expect(looks(10) == 1)
    #expect(looks(10_000) == 1)
  }

  @Test func oneObjectClaimsOnlySoManyPathsAndSaysSo() {
    let matchers = (0..<20_000).map { Value.mapping(["path": .string("/b*\($0)")]) }
    let rule = ReverseProxyRule(Rule.object("a", ["matcher": .sequence(matchers)]), dialect: .subscription)

    #expect(rule.matchers.count == 128)
    #expect(rule.problems.contains("it has more than 128 paths: the rest are passed over"))
  }
}
