import Manifest
import TestSupport
import Testing

@testable import Client
@testable import HTTP
@testable import KubernetesAPI
@testable import Platform

@Suite struct GatewayOpenProfileTests {
  private let directory = TemporaryFolder()

  private var surroundings: ProfileEnvironment {
    var surroundings = ProfileEnvironment()
    surroundings.environment = ["HOME": directory.path]
    return surroundings
  }

  /// A kubeconfig that leads to `server`.
  private func kubeconfig(_ server: String) throws -> String {
    let path = directory.path + "/config"
    let text = """
      current-context: other
      contexts: [{name: prod, context: {cluster: c}}, {name: other, context: {cluster: d}}]
      clusters: [{name: c, cluster: {server: "\(server)"}}, {name: d, cluster: {server: "http://127.0.0.1:9"}}]
      """
    try Files.write(Array(text.utf8), to: path)
    return path
  }

  /// A gateway on this machine that knows one password and one token.
  private func gateway() -> LoopbackServer {
    LoopbackServer { request in
      switch request.target {
      case "/oauth/token" where request.body.contains("password=right"):
        .answer("200 OK", #"{"access_token":"good","refresh_token":"r","expires_in":7200}"#)
      case "/oauth/token":
        .answer("400 Bad Request", #"{"error":"invalid_grant","error_description":"Invalid username or password."}"#)
      case _ where request.headers["Authorization"] != "Bearer good":
        .answer("401 Unauthorized", #"{"kind":"Status","message":"who?","code":401}"#)
      default: .answer("200 OK", #"{"kind":"Extension","metadata":{"name":"devops"}}"#)
      }
    }
  }

  @Test func aGatewayIsUsedAfterALoginAndNotBefore() async throws {
    let server = gateway()
    defer { server.stop() }
    let profile = Profile(name: "lab", gateway: .init(url: server.base))
    let access = try profile.open(surroundings)
    let session = try #require(access.session)

    await #expect(
      throws: ClusterError.transport(.invalid(reason: "not logged in; log in with ksx login --profile lab"))
    ) {
      try await access.cluster.get(.extensions, "devops")
    }
    await #expect(throws: GatewayError.self) { try await session.login(user: "ada", password: "wrong") }
    try await session.login(user: "ada", password: "right")
    let object = try await access.cluster.get(.extensions, "devops")
    let later = try await profile.open(surroundings).cluster.get(.extensions, "devops")

    #expect(object.name == "devops" && later.name == "devops")
    #expect(Files.exists(directory.path + "/.local/state/ksx/tokens/lab.json"))
    #expect(access.server == server.base && access.context == nil && access.fallback == nil)
  }

  @Test func theGatewayStandsInForAnApiServerThatIsDown() async throws {
    let server = gateway()
    defer { server.stop() }
    let profile = Profile(
      name: "lab", gateway: .init(url: server.base),
      kubernetes: .init(kubeconfig: try kubeconfig("http://127.0.0.1:1"), context: "prod"))
    let access = try profile.open(surroundings)
    try await access.session?.login(user: "ada", password: "right")

    _ = try await access.cluster.patch(.extensions, "devops", ["spec": [:]])

    #expect(access.context?.name == "prod")
    #expect(access.fallback?.inUse.description == "by the gateway: 127.0.0.1:1 cannot be reached")
    #expect(server.requests.last?.method == "PATCH")
  }

  @Test func withoutAnAddressTheGatewayIsBehindTheApiServer() async throws {
    let server = LoopbackServer { _ in .answer("200 OK", #"{"items":[],"metadata":{"continue":"0"}}"#) }
    defer { server.stop() }
    let access = try Profile(
      name: "lab", gateway: .init(url: nil),
      kubernetes: .init(kubeconfig: try kubeconfig(server.base), context: "prod")
    ).open(surroundings)

    _ = try await access.gateway?.search(.init())

    #expect(
      server.requests.first?.target.hasPrefix(
        "/api/v1/namespaces/kubesphere-system/services/http:ks-apiserver:80/proxy/kapis/") == true)
  }

  @Test func whatIsMissingIsSaidOfTheProfile() throws {
    var gateway = Profile.Gateway(url: "https://ks")
    gateway.certificateAuthority = "/nowhere/ca.pem"

    let authority = #expect(throws: ProfileError.self) {
      try Profile(name: "lab", gateway: gateway).open(surroundings)
    }
    let context = #expect(throws: ProfileError.self) {
      try Profile(name: "lab", kubernetes: .init(kubeconfig: try kubeconfig("http://h"), context: "none"))
        .open(surroundings)
    }

    #expect(
      authority?.description
        == "the profile “lab”: certificate-authority: reading /nowhere/ca.pem: No such file or directory")
    #expect(context?.description.contains("there is no context “none”") == true)
  }

  @Test func aServerWhoseCertificateIsNotCheckedIsMarked() throws {
    var gateway = Profile.Gateway(url: "https://ks")
    #expect(try !Profile(name: "lab", gateway: gateway).open(surroundings).isInsecure)
    gateway.isInsecure = true
    #expect(try Profile(name: "lab", gateway: gateway).open(surroundings).isInsecure)
  }

  @Test(arguments: [("http://ks:30880", true), ("http://127.0.0.1:9090", false), ("https://ks", false)])
  func aServerThatIsAskedUnencryptedIsMarkedUnlessItIsHere(url: String, isInsecure: Bool) throws {
    #expect(try Profile(name: "lab", gateway: Profile.Gateway(url: url)).open(surroundings).isInsecure == isInsecure)
  }

  private func opened(_ profile: Profile, _ change: (inout KubeconfigOptions) -> Void) throws -> OpenProfile {
    var surroundings = surroundings
    change(&surroundings.options)
    return try profile.open(surroundings)
  }

  @Test func impersonationDoesNotGoByTheGateway() throws {
    let both = Profile(
      name: "lab", gateway: .init(url: "https://ks"),
      kubernetes: .init(kubeconfig: try kubeconfig("http://127.0.0.1:1"), context: "prod"))

    #expect(try both.open(surroundings).fallback != nil)
    #expect(try opened(both) { $0.impersonatedUser = "eve" }.gateway == nil)
    #expect(try opened(both) { $0.token = "t" }.fallback == nil)
    let problem = #expect(throws: ProfileError.self) {
      try opened(Profile(name: "lab", gateway: .init(url: "https://ks"))) { $0.impersonatedUser = "eve" }
    }
    #expect(problem?.problem.english.contains("--as") == true)
  }

  @Test(arguments: [true, false])
  func aTokenOrAPasswordStandsInForALogin(isToken: Bool) async throws {
    let server = LoopbackServer { request in
      .answer(
        ["Bearer t", "Basic YWRhOnB3"].contains(request.headers["Authorization"]) ? "200 OK" : "401 Unauthorized",
        #"{"kind":"Extension","metadata":{"name":"devops"}}"#)
    }
    defer { server.stop() }
    let access = try opened(Profile(name: "lab", gateway: .init(url: server.base))) { options in
      if isToken { options.token = "t" } else { (options.username, options.password) = ("ada", "pw") }
    }

    #expect(try await access.cluster.get(.extensions, "devops").name == "devops")
    #expect(access.session == nil)
  }

  @Test func aMemberClusterBehindTheApiServerIsNotTheOneTheKubeconfigLeadsTo() async throws {
    let server = LoopbackServer { _ in .answer("200 OK", #"{"kind":"Extension","metadata":{"name":"devops"}}"#) }
    defer { server.stop() }
    var gateway = Profile.Gateway(url: nil)
    let kubernetes = Profile.Kubernetes(kubeconfig: try kubeconfig(server.base), context: "prod")
    let host = try Profile(name: "lab", gateway: gateway, kubernetes: kubernetes).open(surroundings)
    gateway.cluster = "member"
    let member = try Profile(name: "lab", gateway: gateway, kubernetes: kubernetes).open(surroundings)

    _ = try await host.cluster.get(.extensions, "devops")
    _ = try await member.cluster.get(.extensions, "devops")

    #expect(host.fallback == nil && host.ways != nil && member.ways == nil)
    #expect(server.requests.map { $0.target.containsText("/proxy/clusters/member/apis/") } == [false, true])
  }

  @Test func theLoginOfAProfileIsKnownWithoutAsking() async throws {
    let server = gateway()
    defer { server.stop() }
    let environment: Environment = ["HOME": directory.path]
    var profile = Profile(name: "lab", gateway: .init(url: server.base))

    #expect(profile.login(environment) == .loggedOut)
    try await profile.open(surroundings).session?.login(user: "ada", password: "right")
    guard case .loggedIn(let expires?, isRenewed: true) = profile.login(environment) else {
      Issue.record("\(profile.login(environment))")
      return
    }
    #expect(expires > 1_700_000_000)
    profile.gateway?.tokenFile = "/t"
    #expect(profile.login(environment) == .tokenFile("/t"))
    profile.gateway?.url = nil
    #expect(profile.login(environment) == .none && profile.ways == [.gateway])
  }

  @Test func anUnknownUserIsToldWhatHelps() async throws {
    let server = LoopbackServer { _ in .answer("401 Unauthorized", #"{"kind":"Status","message":"who?","code":401}"#) }
    defer { server.stop() }
    func said(_ profile: Profile, token: String? = nil) async throws -> String {
      do {
        _ = try await opened(profile) { $0.token = token }.gateway?.api.get(.extensions, "devops")
      } catch let error as ClusterError {
        return error.brief
      }
      return ""
    }
    let path = directory.path + "/token"
    try Files.write(Array("t".utf8), to: path)
    var file = Profile.Gateway(url: server.base)
    file.tokenFile = path
    let behind = Profile(
      name: "lab", gateway: .init(url: nil),
      kubernetes: .init(kubeconfig: try kubeconfig(server.base), context: "prod"))

    #expect(try await said(Profile(name: "lab", gateway: file)) == "who?; renew the token in \(path)")
    #expect(
      try await said(Profile(name: "lab", gateway: .init(url: server.base)), token: "t")
        == "who?; check the token, or the user name and the password")
    #expect(try await said(behind).hasPrefix("who?; a gateway behind the API server sees no login"))
  }
}
