import Client
import HTTP
import KubernetesAPI
import Manifest
import Testing

@testable import Controllers
@testable import Extensions
@testable import Platform

/// How member clusters are reached, and left alone while they do not answer.
@Suite struct MemberClustersTests {
  private struct Silence: Transport {
    func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse { throw .timedOut(seconds: 20) }
  }

  private struct Answer: Transport {
    var status = 200
    func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
      HTTPResponse(status: status, json: [:])
    }
  }

  private static func members(
    retryDelay: Duration = .seconds(3600), home: any Transport = Silence()
  ) -> MemberClusters {
    var settings = ControllerSettings()
    settings.retryDelay = retryDelay
    settings.memberTransport = { _ in Answer() }
    return MemberClusters(home: Cluster(transport: home), settings: settings)
  }

  private static func object(_ name: String = "east", user: Value = ["token": "t"], labels: Value = [:]) -> Object {
    let config: Value = [
      "current-context": "c", "contexts": [["name": "c", "context": ["cluster": "c", "user": "u"]]],
      "clusters": [["name": "c", "cluster": ["server": "https://member.test"]]],
      "users": [["name": "u", "user": user]],
    ]
    let spec: Value = ["connection": ["kubeconfig": .string(Base64.encode(JSON.bytes(config)))]]
    return Object(["metadata": ["name": .string(name), "labels": labels], "spec": spec])
  }

  @Test(arguments: [
    ["exec": ["command": "sh", "apiVersion": "client.authentication.k8s.io/v1"]] as Value, ["tokenFile": "/etc/passwd"],
    ["client-certificate": "/etc/ssl/x", "client-key": "/etc/ssl/y"],
  ])
  func aKubeconfigThatRunsProgramsOrReadsFilesIsNotUsed(user: Value) {
    #expect(Self.members().access(to: Self.object(user: user)) == nil)
  }

  @Test func oneThatDoesNotAnswerIsAskedByOneAgentAtATimeAndOthersAreAsBefore() throws {
    let members = Self.members()
    let (east, west) = (Self.object(), Self.object("west"))
    #expect(try #require(members.access(to: east)).pause == nil)
    #expect(!members.answers("east"))

    _ = members.fail("east", "silence")

    let pause = try #require(members.access(to: east)?.pause)
    #expect(pause.0 > .seconds(300) && pause.1 == "silence")
    #expect(try #require(members.access(to: west)).pause == nil)

    members.succeed("east")
    #expect(try #require(members.access(to: east)).pause == nil)
    #expect(members.answers("east"))
  }

  @Test func thePauseGrowsAndHasAnEnd() {
    let members = Self.members(retryDelay: .seconds(32))
    _ = members.access(to: Self.object())

    let pauses = (0..<6).map { _ in members.fail("east", "silence") }

    #expect(pauses == [4, 8, 16, 32, 32, 32].map { .seconds($0) })
  }

  @Test func whenAPauseIsOverTheFirstToComeFindsOutForTheOthers() throws {
    let members = Self.members(retryDelay: .zero)
    _ = members.access(to: Self.object())
    _ = members.fail("east", "silence")

    #expect(try #require(members.access(to: Self.object())).pause == nil)
    #expect(try #require(members.access(to: Self.object())).pause != nil)
  }

  @Test func aKubeconfigThatChangesIsANewBeginning() throws {
    let members = Self.members()
    _ = members.access(to: Self.object())
    _ = members.fail("east", "silence")

    #expect(try #require(members.access(to: Self.object(user: ["token": "new"]))).pause == nil)
  }

  @Test func whatIsSentToAMemberEndsWithTheLease() async throws {
    let term = LeaseTerm(until: .now + .seconds(60))
    let members = Self.members(home: FencedTransport(Silence(), term: term))
    let cluster = try #require(members.access(to: Self.object())).cluster
    #expect(try await cluster.transport.send(HTTPRequest(.post, "/api")).status == 200)

    term.close()

    await #expect(throws: TransportError.self) { try await cluster.transport.send(HTTPRequest(.post, "/api")) }
    #expect(try await cluster.transport.send(HTTPRequest(.get, "/api")).status == 200)
  }

  @Test(arguments: [(200, nil), (404, nil), (401, "it answers 401"), (503, "it answers 503")])
  func anAnswerThatIsNotTheClustersOwnIsNone(status: Int, problem: String?) async throws {
    let watch = AnswerWatch(Answer(status: status))

    _ = try await watch.send(HTTPRequest(.get, "/"))

    #expect(watch.problem == problem)
    #expect(watch.hasAnswered == (problem == nil))
  }
}
