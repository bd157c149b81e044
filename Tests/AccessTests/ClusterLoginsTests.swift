import APITestSupport
import HTTP
import KubernetesAPI
import Manifest
import Platform
import Testing

@testable import Access

/// Logins of a KubeSphere's users at gateways of which several run.
@Suite struct ClusterLoginsTests {
  @Test func aLoginAtOneGatewayIsGoodAtAnother() async throws {
    let world = try await ClusterWorld()
    let (one, other) = (world.gateway(), world.gateway())

    let grant = try await one.logIn()

    #expect(grant.status == 200 && grant.value["token_type"] == "Bearer" && grant.value["expires_in"] == 7_200)
    for gateway in [one, other] {
      #expect(try await gateway.who(grant.value) == "ada ops,system:authenticated")
      #expect(try await gateway.who(grant.value, isAtOnce: true) == "ada ops,system:authenticated")
    }
    let info = try await other.oauth("userinfo", grant.value)
    #expect(info.status == 200 && info.value["sub"] == "ada")
    #expect(try await one.who(["access_token": grant.value["refresh_token"] ?? .null]) == "401")
  }

  @Test(arguments: [("ada", "wrong"), ("eve", "secret"), ("ada", ""), ("", ""), ("system:serviceaccount:a:b", "x")])
  func aWrongPasswordOrNameIsRefusedInTheSameWords(user: String, password: String) async throws {
    let answer = try await ClusterWorld().gateway().logIn(user, password)

    #expect(answer.status == 400)
    #expect(answer.value == ["error": "invalid_grant", "error_description": "The username or password is wrong."])
  }

  @Test func aTokenEndsAfterItsTimeAndIsRenewedElsewhere() async throws {
    let world = try await ClusterWorld()
    let (one, other) = (world.gateway(), world.gateway())
    let first = try await one.logIn().value
    world.turn(7_199)
    #expect(try await one.who(first) == "ada ops,system:authenticated")
    world.turn(1)
    #expect(try await one.who(first) == "401")

    let second = try await other.renew(first)

    #expect(second.status == 200)
    #expect(try await one.who(second.value) == "ada ops,system:authenticated")
    world.turn(4 * 3_600)
    #expect(try await one.renew(second.value).status == 400)
  }

  @Test func aRefreshTokenServesOnceAndASecondTimeEndsTheLoginEverywhere() async throws {
    let world = try await ClusterWorld()
    let (one, other) = (world.gateway(), world.gateway())
    let first = try await one.logIn().value
    let second = try await one.renew(first).value
    #expect(try await one.who(first) == "401", "the pair before is no good any more")
    #expect(try await other.who(second) == "ada ops,system:authenticated")

    let stolen = try await other.renew(first)

    #expect(stolen.status == 400 && stolen.value["error"] == "invalid_grant")
    #expect(try await other.who(second) == "401")
    world.turn(10)
    #expect(try await one.who(second) == "401")
    #expect(try await one.renew(second).status == 400)
    #expect(world.lines.withLock { $0.last?["verdict"] } == "refused")
    #expect(world.lines.withLock { $0.contains { $0["verdict"] == "reused" && $0["user"] == "ada" } })
  }

  @Test func ofTwoGatewaysThatAreAskedWithOneRefreshTokenAtOnceNoneKeepsTheLogin() async throws {
    let world = try await ClusterWorld()
    let (one, other) = (world.gateway(), world.gateway())
    let first = try await one.logIn().value

    async let left = one.renew(first)
    async let right = other.renew(first)
    let answers = try await [left, right]

    #expect(answers.filter { $0.status == 200 }.count <= 1)
    world.turn(10)
    for answer in answers where answer.status == 200 { #expect(try await one.who(answer.value) == "401") }
    #expect(try await world.ask(.get, ClusterWorld.leases).names.isEmpty)
  }

  @Test func loggingOutEndsAllTokensOfTheLoginAndNoOther() async throws {
    let world = try await ClusterWorld()
    let (one, other) = (world.gateway(), world.gateway())
    let (mine, second) = (try await one.logIn().value, try await one.logIn().value)
    #expect(try await other.who(mine) == "ada ops,system:authenticated")

    let answer = try await one.oauth("logout", mine)

    #expect(answer.status == 200 && answer.value["message"] == "success")
    #expect(try await one.who(mine) == "401")
    #expect(try await one.who(mine, isAtOnce: true) == "401")
    world.turn(10)
    #expect(try await other.who(mine) == "401", "within ten seconds")
    #expect(try await other.renew(mine).status == 400)
    #expect(try await other.who(second) == "ada ops,system:authenticated")
    #expect(try await one.oauth("logout", mine).status == 401)
  }

  @Test func failuresAtAllGatewaysLockAUserOutAndNoOther() async throws {
    let world = try await ClusterWorld()
    let gateways = [world.gateway(), world.gateway(), world.gateway()]
    for count in 0..<10 { #expect(try await gateways[count % 3].logIn("ada", "wrong").status == 400) }

    for gateway in gateways + [world.gateway()] { #expect(try await gateway.logIn().status == 429) }
    #expect(try await gateways[0].logIn("bob").status == 200)
    world.turn(601)
    #expect(try await gateways[1].logIn().status == 200)
    #expect(try await world.ask(.get, ClusterWorld.leases).names.filter { $0.contains("failures") }.isEmpty)
  }

  @Test func namesThatAreMadeUpAreNotKeptInTheCluster() async throws {
    let world = try await ClusterWorld()
    let gateway = world.gateway()
    for number in 0..<5 { _ = try await gateway.logIn("eve\(number)", "x") }

    #expect(try await world.ask(.get, ClusterWorld.leases).names.isEmpty)
  }

  @Test(
    arguments: [
      ["spec": ["password": "$2a$04$DvKXhHPQQFvERLRqCvPeNu2FZsN7EaJ3wmGnA.Y8iy6kgwKbFPs97"]],
      ["status": ["state": "Disabled"]],
    ] as [Value])
  func aPasswordThatChangesAndAnAccountThatIsDisabledEndTheLogin(change: Value) async throws {
    let world = try await ClusterWorld()
    let gateway = world.gateway()
    let grant = try await gateway.logIn().value

    try await world.patch(ClusterWorld.users + "/ada", change)
    world.turn(10)

    #expect(try await gateway.who(grant) == "401")
    #expect(try await gateway.renew(grant).status == 400)
    #expect(try await world.ask(.get, ClusterWorld.leases).names.isEmpty)
  }

  @Test func aUserWhoIsDeletedIsLoggedOut() async throws {
    let world = try await ClusterWorld()
    let gateway = world.gateway()
    let grant = try await gateway.logIn().value

    try await world.ask(.delete, ClusterWorld.users + "/ada")
    world.turn(10)

    #expect(try await gateway.who(grant) == "401")
  }

  @Test func oneUserEndsNoOthersLogin() async throws {
    let world = try await ClusterWorld()
    let gateway = world.gateway()
    let bobs = try await gateway.logIn("bob").value
    let first = try await gateway.logIn().value
    for _ in 0..<LoginLeases.mostOfUser {
      world.turn(1)
      _ = try await gateway.logIn()
    }

    world.turn(10)
    #expect(try await gateway.who(bobs) == "bob ops,system:authenticated")
    #expect(try await gateway.who(first) == "401")
    #expect(try await world.ask(.get, ClusterWorld.leases).names.count == LoginLeases.mostOfUser + 1)
  }

  @Test func whatHasRunOutIsTakenAway() async throws {
    let world = try await ClusterWorld()
    let gateway = world.gateway()
    _ = try await gateway.logIn("bob")
    _ = try await gateway.logIn("bob", "wrong")
    world.turn(4 * 3_600)

    _ = try await gateway.logIn()

    #expect(try await world.ask(.get, ClusterWorld.leases).names.count == 1)
  }

  @Test func withoutTheRightToItThereAreNoLoginsAndPasswordsStillServe() async throws {
    let world = try await ClusterWorld()
    let gateway = world.gateway()
    world.fault.withLock {
      $0 = { request in
        request.target.contains("/namespaces/") ? Status(code: 403, reason: "Forbidden", message: "no") : nil
      }
    }

    for _ in 0..<2 {
      let answer = try await gateway.logIn()
      #expect(answer.status == 503 && answer.value["error"] == "temporarily_unavailable")
    }
    #expect(world.lines.withLock { $0.compactMap(\.string).count } == 1, "which is told once")
    #expect(try await gateway.logIn("ada", "wrong").status == 400)
    let basic = "Basic " + Base64.encode(Array("ada:secret".utf8))
    let request = HTTPRequest(.get, "/x", headers: ["Authorization": basic])
    #expect(await gateway.respond(to: IncomingRequest(request)).status == 200)
  }

  @Test func whatCannotBeReadIsNotBelieved() async throws {
    let world = try await ClusterWorld()
    let gateway = world.gateway()
    let grant = try await gateway.logIn().value
    world.turn(60)
    world.fault.withLock { $0 = { _ in Status(code: 500, reason: "InternalError", message: "down") } }

    #expect(try await gateway.who(grant) == "503")
    #expect(try await gateway.who(grant, isAtOnce: true) == "later")
    #expect(try await gateway.logIn().status == 503)
    #expect(try await gateway.renew(grant).status == 503)
  }

  @Test func usersThatComeLaterAreNoticed() async throws {
    let world = try await ClusterWorld(hasUsers: false)
    let gateway = world.gateway()
    #expect(try await gateway.logIn().status == 501)
    for _ in 0..<5 { #expect(try await gateway.who(["access_token": "carol"]) == "carol ") }
    #expect(world.requests.withLock { $0.filter { $0.contains("iam.kubesphere.io") }.count } == 1, "which is bounded")

    try await world.addUsers()
    world.turn(30)

    #expect(try await gateway.logIn().status == 200)
    try await world.patch(ClusterWorld.users + "/bob", ["status": ["state": "Disabled"]])
    #expect(try await gateway.who(["access_token": "bob"]) == "401")
  }
}
