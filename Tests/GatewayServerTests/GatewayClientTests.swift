import APITestSupport
import Access
import Client
import Extensions
import HTTP
import HTTPServer
import KubernetesAPI
import Manifest
import Platform
import TestSupport
import Testing

@testable import GatewayServer

/// ksx's own client at this gateway: it logs in, lists, searches, writes, watches and logs out.
@Suite struct GatewayClientTests {
  private static let users =
    "ada,$5$rounds=1000$abcdefgh$XIppta5rT8zJUu4vAOKQXrwq9uY4Ijlz6VjyOmkx5i4,1,system:masters\n"

  @Test func theRealClientLogsInSearchesAndWrites() async throws {
    let folder = TemporaryFolder()
    defer { folder.remove() }
    try Files.write(Array(Self.users.utf8), to: folder.path + "/users")
    let asking = try TestAPI()
    _ = try await asking(.post, Path.extensions, Self.devops)
    let cluster = Cluster(transport: InProcessTransport(asking.api))
    let rules = GatewayRules()
    rules.set(RouteTable())
    let gateway = Gateway(rules, in: cluster, dialect: .installPlan, around: asking.api)
    let logins = LocalLogins(try PasswordTable(file: folder.path + "/users"), file: nil)
    let server = try await Server.start(
      HostPrefix(around: Authenticator(logins: logins, around: AccessControl(around: gateway))),
      on: [.port(host: "127.0.0.1", port: 0, certificate: nil)])
    defer { Task { await server.stop(grace: .zero) } }

    let base = CurlTransport(base: server.addresses[0])
    let session = GatewaySession(
      gateway: base, store: TokenStore(path: folder.path + "/token", server: server.addresses[0]))
    try await session.login(user: "ada", password: "secret")
    let client = GatewayAPI(GatewayTransport(base, credentials: session, cluster: "host"))
    let page = try await client.search(GatewayAPI.Search(text: "ops"))
    let plan = try await client.api.create(Dialect.installPlan.installations, Object(.plan("devops")))
    try await session.logout()

    #expect(page.total == 1 && page.objects.map(\.name) == ["devops"])
    #expect(plan.name == "devops")
    await #expect(throws: ClusterError.self) { try await client.api.get(Dialect.installPlan.extensions, "devops") }
  }

  private static let devops: Value = [
    "apiVersion": "kubesphere.io/v1alpha1", "kind": "Extension", "metadata": ["name": "devops"],
    "spec": ["displayName": ["en": "DevOps"]],
  ]
}
