import Manifest
import TestSupport
import Testing

@testable import Client
@testable import HTTP
@testable import KubernetesAPI
@testable import Platform

@Suite struct WarningsTests {
  @Test(arguments: [
    (#"299 - "v1beta1 is deprecated""#, ["v1beta1 is deprecated"]),
    (#"299 - "a \"quoted\" \\ word""#, [#"a "quoted" \ word"#]),
    (#"299 - "one, two", 299 agent:80 "three" "Sun, 06 Nov 1994 08:49:37 GMT""#, ["one, two", "three"]),
    (#"199 - "stale", 299 - "kept""#, ["kept"]),
    ("299 - \"\u{1B}[31mred\u{7}\"", ["[31mred"]),
    (#"299 - """#, []), ("", []), ("299", []), (#"299 - "never closed"#, ["never closed"]), ("\"", []), (",,,", []),
  ])
  func theTextsOfAFieldAreTakenOut(field: String, texts: [String]) {
    #expect(Warnings.texts(of: field) == texts)
  }

  @Test func eachWarningIsReportedOnceWhateverCameWithIt() async throws {
    let transport = ScriptedTransport { request, _ in
      let headers: HTTPHeaders = ["Warning": #"299 - "unknown field \"spec.x\"""#, "warning": "299 - \"old\""]
      return request.method == .get
        ? .json(404, "{}", headers: headers) : .json(200, #"{"kind":"Extension"}"#, headers: headers)
    }
    let heard = Locked<[String]>([])
    var cluster = Cluster(transport: transport)
    cluster.warnings = Warnings { text in heard.withLock { $0.append(text) } }
    let other = cluster

    _ = try await cluster.patch(.extensions, "a", [:])
    _ = try? await other.get(.extensions, "a")

    #expect(heard.withLock { $0 } == [#"unknown field "spec.x""#, "old"])
  }
}
