import APITestSupport
import HTTP
import KubernetesAPI
import Manifest
import Testing

@testable import APIServer

/// kubectl since 1.32 writes Kubernetes' own kinds in protocol buffers; what it takes in answer is JSON too.
@Suite struct ProtobufTests {
  /// A field that holds `content`.
  private static func field(_ number: UInt8, _ content: [UInt8]) -> [UInt8] {
    precondition(content.count < 128)
    return [number << 3 | 2, UInt8(content.count)] + content
  }

  private static func field(_ number: UInt8, _ text: String) -> [UInt8] { field(number, Array(text.utf8)) }

  private static func envelope(_ version: String, _ kind: String, _ raw: [UInt8]) -> [UInt8] {
    Array("k8s\0".utf8) + field(1, field(1, version) + field(2, kind)) + field(2, raw)
  }

  @Test func anObjectIsReadByTheNumbersOfItsFields() throws {
    let entry = Self.field(1, "a") + Self.field(2, "b")
    let metadata = Self.field(1, "m") + Self.field(2, "") + Self.field(8, [])
    let body = Self.envelope("v1", "ConfigMap", Self.field(1, metadata) + Self.field(2, entry))

    #expect(
      try ProtobufReader.object(body)
        == ["kind": "ConfigMap", "apiVersion": "v1", "metadata": ["name": "m"], "data": ["a": "b"]])
  }

  @Test func embeddedMessagesAndTypesOfTheirOwnAreRead() throws {
    // spec.ports: a name, 80, and a target port that is a text.
    let target: [UInt8] = [8, 1, 16, 0] + Self.field(3, "web")
    let port = Self.field(1, "http") + [3 << 3, 80] + Self.field(4, target) + [5 << 3, 0]
    let service = Self.envelope("v1", "Service", Self.field(2, Self.field(1, port)))
    // spec.volumes: a name, and the source in an embedded message.
    let source = Self.field(6, Self.field(1, "s"))
    let volume = Self.field(1, "v") + Self.field(2, source)
    let pod = Self.envelope("v1", "Pod", Self.field(2, Self.field(1, volume) + [11 << 3, 0]))

    #expect(
      try ProtobufReader.object(service)["spec"]
        == ["ports": [["name": "http", "port": 80, "targetPort": "web"]]])
    #expect(
      try ProtobufReader.object(pod)["spec"] == ["volumes": [["name": "v", "secret": ["secretName": "s"]]]])
  }

  @Test(arguments: [[UInt8](), Array("k8s\0".utf8) + [0x0A, 0x7F], Array("{}".utf8)])
  func whatIsBrokenIsABadRequest(body: [UInt8]) {
    #expect(throws: Status.self) { try ProtobufReader.object(body) }
  }

  @Test func aRequestInThemIsAnswered() async throws {
    let ask = try TestAPI()
    let raw = Self.field(1, Self.field(1, "m"))
    let request = HTTPRequest(
      .post, Path.maps,
      headers: ["Content-Type": ProtobufReader.mediaType, "Accept": "\(ProtobufReader.mediaType),application/json"],
      body: Self.envelope("v1", "ConfigMap", raw))

    let response = await ProtobufBodies(around: ask.api).respond(to: request)

    #expect(response.status == 201)
    #expect(try await ask(.get, Path.maps + "/m").status == 200)
  }

  @Test(arguments: [
    ([UInt8](), "2020-09-13T12:26:40.000000Z"), ([16, 255, 147, 235, 220, 3], "2020-09-13T12:26:40.999999Z"),
    ([16, 232, 7], "2020-09-13T12:26:40.000001Z"),
  ])
  func aTimeWithMicrosecondsKeepsThem(nanos: [UInt8], expected: String) throws {
    // 1,600,000,000 seconds, as a variable-length integer.
    let time = [8, 128, 160, 248, 250, 5] + nanos
    let lease = Self.envelope("coordination.k8s.io/v1", "Lease", Self.field(2, Self.field(4, time)))

    #expect(try ProtobufReader.object(lease)[path: "spec", "renewTime"] == .string(expected))
  }
}
