import Client
import Extensions
import HTTP
import KubernetesAPI
import Manifest
import Platform
import Testing

@Suite struct WriteResultTests {
  private static let cut = ClusterError.transport(.interrupted(reason: "cut"))
  private static let patch = Write.patch(
    Dialect.installPlan.installations, name: "bell",
    ["metadata": ["resourceVersion": "1"], "spec": ["enabled": false]])

  /// Delivers `write` to a server that carries it out or not, and never answers a write.
  private func deliver(
    _ write: Write, isCarriedOut: Bool, reads: TransportError? = nil
  ) async throws -> (Result<WriteResult, ClusterError>, CuttingServer) {
    let server = CuttingServer(isCarriedOut: isCarriedOut, reads: reads)
    var cluster = Cluster(transport: server)
    cluster.timing = Timing(now: { .zero }, sleep: { _ in }, random: { 0.5 })
    do throws(ClusterError) {
      return (.success(try await write.deliver(to: cluster)), server)
    } catch {
      return (.failure(error), server)
    }
  }

  private static let writes: [Write] = [
    patch, .delete(Dialect.installPlan.installations, name: "bell", uid: "u"),
    .delete(Dialect.installPlan.installations, name: "bell", uid: nil),
    .create(
      Dialect.installPlan.installations,
      Object(Dialect.installPlan.installations, name: "bell", ["spec": ["enabled": false]])),
  ]

  @Test(arguments: writes)
  func aWriteWhoseAnswerIsLostIsSentOnceAndReadAgain(write: Write) async throws {
    let (result, server) = try await deliver(write, isCarriedOut: true)

    #expect(try result.get().lostAnswer == "the connection broke")
    #expect(server.methods.filter { $0 != .get }.count == 1)
    #expect(server.methods == [server.methods[0], .get])
  }

  @Test(arguments: writes)
  func aWriteThatNeverArrivedIsToldSo(write: Write) async throws {
    let (result, server) = try await deliver(write, isCarriedOut: false)

    #expect(result == .failure(.unanswered(reason: "the connection broke", .notCarriedOut)))
    // A server may still be at work when its answer is lost, so one look is not enough.
    #expect(server.methods.dropFirst() == [.get, .get, .get])
  }

  @Test func aServerThatCannotBeReadLeavesTheDoubt() async throws {
    let (result, _) = try await deliver(
      Self.patch, isCarriedOut: true, reads: .unreachable(host: "k8s", reason: "refused"))

    #expect(result == .failure(.unanswered(reason: "the connection broke", .unknown("k8s cannot be reached"))))
    guard case .failure(let error) = result else { return }
    #expect(
      error.sentence(for: "disable bell", at: "k8s").english
        == "disable bell: it is unknown whether the server carried it out. The answer was lost (the connection broke), and k8s cannot be read now (k8s cannot be reached). Look at the present state before repeating it."
    )
  }

  /// KubeSphere's webhook does that to every config.
  @Test func aConfigThatLostTheBlanksAtItsLinesEndsWasCarriedOut() async throws {
    let write = Write.patch(
      Dialect.installPlan.installations, name: "bell", ["spec": ["config": "volume: 1  \ntone: low\t"]])

    #expect(try await deliver(write, isCarriedOut: true).0.get().lostAnswer != nil)
    let other = try await deliver(write, isCarriedOut: false).0
    #expect(other == .failure(.unanswered(reason: "the connection broke", .notCarriedOut)))
  }

  @Test func byTwoWaysTheSecondIsReadAndNotWrittenTo() async throws {
    let first = CuttingServer(isCarriedOut: true, reads: .unreachable(host: "k8s", reason: "refused"))
    let second = CuttingServer(isCarriedOut: true)
    second.carryOut()
    let ways = FallbackTransport(kubernetes: first, gateway: second)

    let delivery = try await Self.patch.deliver(to: Cluster(transport: ways))

    #expect(delivery.lostAnswer != nil)
    #expect(first.methods == [.patch, .get])
    #expect(second.methods == [.get])
  }

  @Test func aRefusalLeavesNoDoubt() async throws {
    let cluster = Cluster(transport: CuttingServer(isCarriedOut: false, refusing: 409))

    let error = await #expect(throws: ClusterError.self) { try await Self.patch.deliver(to: cluster) }

    guard case .refused(let status) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(status.code == 409)
  }
}

/// A server of one installation that cuts every answer to a write.
private final class CuttingServer: Transport {
  private let isCarriedOut: Bool
  private let reads: TransportError?
  private let refusing: Int?
  private let state = Locked((methods: [HTTPRequest.Method](), isDone: false))

  init(isCarriedOut: Bool, reads: TransportError? = nil, refusing: Int? = nil) {
    self.isCarriedOut = isCarriedOut
    self.reads = reads
    self.refusing = refusing
  }

  var methods: [HTTPRequest.Method] { state.withLock { $0.methods } }

  func carryOut() { state.withLock { $0.isDone = true } }

  func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
    state.withLock { $0.methods.append(request.method) }
    guard request.method == .get else {
      if let refusing { return HTTPResponse(status: refusing, bytes: []) }
      if isCarriedOut { carryOut() }
      throw .interrupted(reason: "cut")
    }
    if let reads { throw reads }
    // What is created is not there before, and what is deleted not afterwards.
    let isDone = state.withLock { $0.isDone }
    let isThere = methods.first == .delete ? !isDone : methods.first == .post ? isDone : true
    guard isThere else { return HTTPResponse(status: 404, bytes: []) }
    let kind = #""apiVersion":"kubesphere.io/v1alpha1","kind":"InstallPlan""#
    let config = isDone ? #"volume: 1\ntone: low"# : ""
    let spec = #"{"enabled":\#(!isDone),"config":"\#(config)"}"#
    let text = #"{\#(kind),"metadata":{"name":"bell","uid":"u"},"spec":\#(spec)}"#
    return HTTPResponse(status: 200, bytes: Array(text.utf8))
  }
}
