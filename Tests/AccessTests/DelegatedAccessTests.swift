import Client
import HTTP
import KubernetesAPI
import Manifest
import Platform
import TestSupport
import Testing

@testable import Access

/// Callers of a gateway whose rights a Kubernetes API server knows.
@Suite struct DelegatedAccessTests {
  /// Puts down for whom it was asked, and whether that was still to be said.
  private final class Recorder: CallerHandler {
    private let log = Locked<[String]>([])
    var asked: [String] { log.withLock { $0 } }

    func respond(to request: IncomingRequest, from caller: Caller) async -> HTTPResponse {
      let fields = request.head.headers.fields.count
      log.withLock { $0.append("\(caller.user.name) \(caller.user.groups.joined(separator: ",")) \(fields)") }
      return HTTPResponse(status: 200, bytes: [])
    }
  }

  /// Of all users only `helper` may, and only impersonate the user `ann` and be in the group `readers`.
  private func access(around handler: any CallerHandler, _ audit: AuditLog = .none) -> DelegatedAccess {
    let server = ScriptedTransport { request, _ async throws(TransportError) in
      let spec = (try? JSON.parse(request.body))?["spec"]
      let wanted = spec?["resourceAttributes"]
      let isAllowed =
        spec?["user"] == "helper" && wanted?["verb"] == "impersonate"
        && [["users", "ann"], ["groups", "readers"]].contains([wanted?["resource"], wanted?["name"]])
      return .json(
        201,
        JSON.text([
          "apiVersion": "authorization.k8s.io/v1", "kind": "SubjectAccessReview", "metadata": ["name": "x"],
          "status": ["allowed": .bool(isAllowed)],
        ]))
    }
    return DelegatedAccess(by: Cluster(transport: server), audit: audit, around: handler)
  }

  private func ask(
    _ access: DelegatedAccess, _ fields: HTTPHeaders, by user: String, _ method: HTTPRequest.Method = .get
  ) async -> HTTPResponse {
    let request = IncomingRequest(HTTPRequest(method, "/api/v1/pods", headers: fields))
    let caller = Caller(User(name: user, groups: ["system:authenticated"]))
    if let answer = access.immediateResponse(to: request, from: caller) { return answer }
    return await access.respond(to: request, from: caller)
  }

  @Test func whoMayImpersonateIsAnsweredForTheOther() async {
    let behind = Recorder()
    let lines = Locked<[String]>([])
    let access = access(around: behind, AuditLog { line in lines.withLock { $0.append(line) } })

    let fields: HTTPHeaders = ["Impersonate-User": "ann", "Impersonate-Group": "readers"]
    #expect(await ask(access, fields, by: "helper", .post).status == 200)
    #expect(behind.asked == ["ann readers,system:authenticated 0"])
    let line = (try? JSON.parse(Array((lines.withLock { $0.first } ?? "").utf8))) ?? .null
    #expect(line["user"] == "ann" && line["by"] == "helper")
  }

  // To carry it out in the caller's own name would do what was not asked for.
  @Test(
    arguments: [
      ("eve", ["Impersonate-User": "ann"]), ("helper", ["Impersonate-User": "root"]),
      ("helper", ["Impersonate-User": "ann", "Impersonate-Group": "system:masters"]),
      ("helper", ["impersonate-user": "ann", "Impersonate-Extra-Scopes": "all"]),
    ] as [(String, HTTPHeaders)])
  func whoMayNotIsRefused(user: String, fields: HTTPHeaders) async {
    let behind = Recorder()

    #expect(await ask(access(around: behind), fields, by: user).status == 403)
    #expect(behind.asked.isEmpty)
  }

  @Test func groupsWithoutAUserAreNobody() async {
    let behind = Recorder()
    let answer = await ask(access(around: behind), ["Impersonate-Group": "readers"], by: "helper")

    #expect(answer.status == 500 && behind.asked.isEmpty)
  }
}
