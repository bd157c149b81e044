import APITestSupport
import Client
import Manifest
import Testing

@testable import APIServer
@testable import HTTP
@testable import KubernetesAPI

/// Fields that a schema does not know are dropped, and who wants to know is told.
@Suite struct FieldValidationTests {
  let ask: TestAPI

  init() throws { ask = try TestAPI() }

  private let misspelt = Value.plan("devops").setting(["spec", "enabeld"], to: true).setting(["extra"], to: 1)

  @Test func whatIsNotKnownIsDropped() async throws {
    let made = try await ask(.post, Path.plans, misspelt)
    let patched = try await ask.patch(Path.plans + "/devops", ["spec": ["enabeld": false, "config": "a: 1"]])

    #expect(made.status == 201)
    #expect(made["extra"] == nil)
    #expect(made["spec"]?.mapping?.keys.sorted() == ["enabled", "extension", "upgradeStrategy"])
    #expect(patched["spec", "enabeld"] == nil)
    #expect(patched["spec", "config"] == "a: 1")
  }

  @Test func whoIsStrictIsRefused() async throws {
    let made = try await ask(.post, Path.plans + "?fieldValidation=Strict", misspelt)
    try await ask(.post, Path.plans, .plan("devops"))
    let patched = try await ask.patch(Path.plans + "/devops?fieldValidation=Strict", ["spec": ["enabeld": false]])
    let fine = try await ask.patch(Path.plans + "/devops?fieldValidation=Strict", ["spec": ["enabled": false]])

    #expect(
      made.message
        == #"InstallPlan in version "v1alpha1" cannot be handled as a InstallPlan: strict decoding error: "#
        + #"unknown field "extra", unknown field "spec.enabeld""#)
    #expect([made.status, patched.status, fine.status] == [400, 422, 200])
    #expect(patched.message.contains(#"strict decoding error: unknown field "spec.enabeld""#))
  }

  @Test(arguments: [
    (#"[{"op":"add","path":"/spec/enabeld","value":true}]"#, "spec.enabeld"),
    (#"[{"op":"copy","from":"/spec/enabled","path":"/extra"}]"#, "extra"),
    (#"[{"op":"replace","path":"/spec/extension","value":{"name":"a","version":"1","x":1}}]"#, "spec.extension.x"),
    (#"[{"op":"add","path":"/metadata/labels","value":{"any":"thing"}}]"#, nil),
    (#"[{"op":"replace","path":"/spec/enabled","value":false},{"op":"test","path":"/spec/x","value":null}]"#, nil),
  ])
  func operationsAreCheckedToo(patch: String, unknown: String?) async throws {
    try await ask(.post, Path.plans, .plan("devops"))

    let answer = try await ask(
      .patch, Path.plans + "/devops?fieldValidation=Strict", try JSON.parse(Array(patch.utf8)),
      as: "application/json-patch+json")

    #expect(answer.status == (unknown == nil ? 200 : 422))
    #expect(answer.message.contains(unknown.map { "unknown field \"\($0)\"" } ?? ""))
  }

  @Test func otherClientsAreWarned() async throws {
    func warnings(_ query: String) async -> [String] {
      let request = HTTPRequest(
        .post, Path.plans + "?dryRun=All" + query, headers: ["Content-Type": "application/json"],
        body: JSON.bytes(misspelt))
      let response = await ask.api.respond(to: request, as: .owner)
      #expect(response.status == 201)
      return response.headers.fields.filter { $0.name == "Warning" }.map(\.value)
    }

    let expected = [#"299 - "unknown field \"extra\"""#, #"299 - "unknown field \"spec.enabeld\"""#]
    #expect(await warnings("") == expected)
    #expect(await warnings("&fieldValidation=Warn") == expected)
    #expect(await warnings("&fieldValidation=Ignore") == [])
  }

  @Test(arguments: [
    ("application/json", #"{"a":"b","a":"c"}"#, #"duplicate field "data.a""#),
    (
      "application/yaml", "{a: b, a: c}", "line 1: the key a comes twice: line 1 has it too, and the last counts"
    ),
  ])
  func aKeyThatComesTwiceIsToldToo(type: String, data: String, problem: String) async throws {
    let body = #"{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "m"}, "data": \#(data)}"#
    func answer(_ mode: String) async -> HTTPResponse {
      await ask.api.respond(
        to: HTTPRequest(
          .post, Path.maps + "?dryRun=All&fieldValidation=" + mode, headers: ["Content-Type": type],
          body: Array(body.utf8)), as: .owner)
    }

    let (warned, refused, ignored) = (await answer("Warn"), await answer("Strict"), await answer("Ignore"))

    #expect([warned.status, refused.status, ignored.status] == [201, 400, 201])
    #expect(warned.headers["Warning"] == "299 - " + JSON.text(.string(problem)))
    #expect(ignored.headers["Warning"] == nil)
    let text = String(decoding: try await refused.body.collected(), as: UTF8.self)
    #expect(try JSON.parse(Array(text.utf8))["message"]?.string?.hasSuffix("strict decoding error: " + problem) == true)
  }

  @Test func anUnknownModeIsInvalid() async throws {
    let answer = try await ask(.post, Path.plans + "?fieldValidation=Sometimes", .plan("devops"))

    #expect(answer.status == 422)
    #expect(answer.message.hasPrefix(#"CreateOptions.meta.k8s.io "" is invalid: fieldValidation: Unsupported"#))
  }

  @Test func kubernetesOwnKindsAreCheckedToo() async throws {
    let misspelt = Value.map("m", ["a": "b"]).setting(["dat"], to: [:])
    let refused = try await ask(.post, Path.maps + "?fieldValidation=Strict", misspelt)
    let made = try await ask(.post, Path.maps, misspelt)

    #expect(
      refused.message
        == #"ConfigMap in version "v1" cannot be handled as a ConfigMap: strict decoding error: unknown field "dat""#)
    #expect(made.status == 201)
    #expect(made["dat"] == nil)
  }
}
