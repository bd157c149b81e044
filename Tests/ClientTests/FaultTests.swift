import Manifest
import Testing

@testable import Client

/// Every verb against every fault of a real connection.
@Suite(.timeLimit(.minutes(1)))
struct FaultTests {
  enum Verb: String, CaseIterable { case get, list, table, create, patch, steps, apply, delete, document }

  enum Fault: String, CaseIterable {
    case silence, closed, cutHead, cutBody, garbage, halfStatus, emptyError, page, pageAsSuccess, emptySuccess
    case halfJSON, unauthorized, forbidden, missing, conflict, gone, invalid, busy, broken, hugeError

    var steps: [LoopbackServer.Step] {
      switch self {
      case .silence: [.stall]
      case .closed: [.close]
      case .cutHead: [.send("HTTP/1.1 200 OK\r\nContent-Le"), .close]
      case .cutBody:
        [.send("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{\"items\":[{\"metadata\":{\"name\":\"a\"}},"), .close]
      case .garbage: [.bytes(Array(repeating: 0xF7, count: 300)), .close]
      case .halfStatus: .answer("403 Forbidden", #"{"kind":"Status","message":"no"#)
      case .emptyError: .answer("502 Bad Gateway", "")
      case .page:
        .answer(
          "504 Gateway Timeout", "<html><head><title>504</title></head><body>\u{1B}[31mnginx</body></html>",
          type: "text/html")
      case .pageAsSuccess:
        .answer("200 OK", "<!DOCTYPE html><html><script>x</script>Please log in</html>", type: "text/html")
      case .emptySuccess: .answer("200 OK", "")
      case .halfJSON: .answer("200 OK", #"{"kind":"Extension","metadata":{"na"#)
      case .unauthorized: .answer("401 Unauthorized", "Unauthorized", type: "text/plain")
      case .forbidden: .answer("403 Forbidden", Self.status(403, "Forbidden", "extensions is forbidden"))
      case .missing: .answer("404 Not Found", "404 page not found", type: "text/plain")
      case .conflict: .answer("409 Conflict", Self.status(409, "Conflict", "the object has been modified"))
      case .gone: .answer("410 Gone", Self.status(410, "Expired", "too old"))
      case .invalid: .answer("422 Unprocessable Entity", Self.status(422, "Invalid", "spec.version: Required value"))
      case .busy: .answer("429 Too Many Requests", "", headers: ["Retry-After: 3600"])
      case .broken: .answer("500 Internal Server Error", Self.status(500, "InternalError", "etcd is gone"))
      case .hugeError: .answer("500 Internal Server Error", String(repeating: "x", count: 3 << 20))
      }
    }

    private static func status(_ code: Int, _ reason: String, _ message: String) -> String {
      #"{"kind":"Status","apiVersion":"v1","status":"Failure","code":\#(code),"reason":"\#(reason)","message":"\#(message)"}"#
    }
  }

  @Test(arguments: Verb.allCases, Fault.allCases)
  func everyVerbEndsEveryFaultInAClearError(verb: Verb, fault: Fault) async {
    let server = LoopbackServer { _ in fault.steps }
    var connection = Connection(server: server.base)
    connection.requestTimeout = 1
    let cluster = Cluster(transport: CurlTransport(connection))

    let error = await error(of: verb, in: cluster)

    guard let error else {
      // A deletion needs no answer that can be read, only one that says yes; here none does.
      Issue.record("\(verb) took \(fault) for an answer")
      return
    }
    let sentence = error.sentence(for: "trying extensions", at: "https://h")
    #expect(sentence.hasPrefix("trying extensions: "))
    #expect(sentence.count < 800 && !sentence.unicodeScalars.contains { $0.value < 32 || $0 == "<" })
    #expect(server.requests.count == 1, "\(verb) was sent \(server.requests.count) times")
  }

  private func error(of verb: Verb, in cluster: Cluster) async -> ClusterError? {
    do throws(ClusterError) {
      switch verb {
      case .get: _ = try await cluster.get(.extensions, "a")
      case .list: _ = try await cluster.list(.extensions)
      case .create: _ = try await cluster.create(.extensions, Object(.extensions, name: "a"))
      case .patch: _ = try await cluster.patch(.extensions, "a", ["spec": [:]])
      case .table: _ = try await cluster.table(.extensions) { _ in }
      case .steps: _ = try await cluster.patch(.extensions, "a", .json([.remove(["spec"])]))
      case .apply: _ = try await cluster.patch(.extensions, "a", .apply(Object(.extensions, name: "a")))
      case .delete: try await cluster.delete(.extensions, "a")
      case .document: _ = try await cluster.document("/version")
      }
      return nil
    } catch {
      return error
    }
  }
}
