import APITestSupport
import HTTP
import KubernetesAPI
import Manifest
import Testing

@testable import APIServer

/// What kube-apiserver 1.20 answered to the same objects.
@Suite struct DataRulesTests {
  private static let secrets = "/api/v1/namespaces/default/secrets"
  private static let kibibyte = String(repeating: "x", count: 1024)
  private let ask: TestAPI

  init() throws { ask = try TestAPI() }

  private static func secret(_ fields: Mapping) -> Value {
    var value: Value = ["apiVersion": "v1", "kind": "Secret", "metadata": ["name": "s"]]
    for pair in fields.pairs { value = value.setting([pair.key], to: pair.value) }
    return value
  }

  private static let rule =
    "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or "
    + "'key-name', regex used for validation is '[-._a-zA-Z0-9]+')"

  @Test(
    arguments: [
      (["data": ["": "eA=="]], #"data[]: Invalid value: "": \#(Self.rule)"#),
      (["stringData": ["": "x"]], #"data[]: Invalid value: "": \#(Self.rule)"#),
      (["type": "kubernetes.io/ssh-auth"], "data[ssh-privatekey]: Required value"),
      (["type": "kubernetes.io/dockerconfigjson", "data": [:]], "data[.dockerconfigjson]: Required value"),
      (
        ["stringData": ["a": .string(String(repeating: kibibyte, count: 1025))]],
        "data: Too long: must have at most 1048576 bytes"
      ),
    ] as [(Mapping, String)])
  func aSecretIsRefused(fields: Mapping, problem: String) async throws {
    let answer = try await ask(.post, Self.secrets, Self.secret(fields))

    #expect(answer.status == 422)
    #expect(answer.message == #"Secret "s" is invalid: "# + problem)
  }

  @Test func whatIsNoBase64IsNoSecret() async throws {
    let answer = try await ask(.post, Self.secrets, Self.secret(["data": ["a": "%"]]))

    #expect(answer.status == 400)
    #expect(
      answer.message
        == #"Secret in version "v1" cannot be handled as a Secret: illegal base64 data at input byte 0"#)
  }

  @Test func textOfASecretIsKeptInBase64() async throws {
    let made = try await ask(.post, Self.secrets, Self.secret(["stringData": ["a": "x"], "data": ["b": "eQ=="]]))
    let moved = try await ask.patch(Self.secrets + "/s", ["type": "other"])

    #expect(made["data"] == ["b": "eQ==", "a": "eA=="])
    #expect(made["stringData"] == nil)
    #expect(made["type"] == "Opaque")
    #expect(moved.message == #"Secret "s" is invalid: type: Invalid value: "other": field is immutable"#)
  }

  @Test func whatIsImmutableStaysSo() async throws {
    try await ask(.post, Self.secrets, Self.secret(["data": ["a": "eA=="], "immutable": true]))

    let data = try await ask.patch(Self.secrets + "/s", ["data": ["a": "eQ=="]])
    let both = try await ask.patch(Self.secrets + "/s", ["data": ["a": "eQ=="], "immutable": nil])

    let problem = "Forbidden: field is immutable when `immutable` is set"
    #expect(data.message == #"Secret "s" is invalid: data: \#(problem)"#)
    #expect(both.message == #"Secret "s" is invalid: [immutable: \#(problem), data: \#(problem)]"#)
  }

  @Test func aConfigMapIsRefused() async throws {
    let long = Value.string(String(repeating: Self.kibibyte, count: 1025))
    let cases: [(Value, String)] = [
      (["data": ["a b": "x"]], #"data[a b]: Invalid value: "a b": \#(Self.rule)"#),
      (
        ["data": ["a": "x"], "binaryData": ["a": "eA=="]],
        #"data[a]: Invalid value: "a": duplicate of key present in binaryData"#
      ),
      (["data": ["a": long]], "[]: Too long: must have at most 1048576 bytes"),
      (
        ["metadata": ["name": "m", "annotations": ["a": .string(String(repeating: Self.kibibyte, count: 257))]]],
        "metadata.annotations: Too long: must have at most 262144 bytes"
      ),
    ]
    for (fields, problem) in cases {
      var map = Value.map("m").setting(["data"], to: nil)
      for pair in fields.mapping?.pairs ?? [] { map = map.setting([pair.key], to: pair.value) }
      let answer = try await ask(.post, Path.maps, map)
      #expect(answer.message == #"ConfigMap "m" is invalid: "# + problem)
    }
  }

  @Test func anObjectThatEtcdWouldNotTakeIsRefused() async throws {
    let icon = Value.string(String(repeating: Self.kibibyte, count: 1536))
    let answer = try await ask(
      .post, Path.extensions,
      ["apiVersion": "kubesphere.io/v1alpha1", "kind": "Extension", "metadata": ["name": "e"], "spec": ["icon": icon]])

    #expect(answer.status == 500)
    #expect(answer.message == "etcdserver: request is too large")
  }

  @Test(arguments: [
    ("/api/v1", "application/json;as=Table;v=v1;g=meta.k8s.io"), ("/apis", "text/html"),
    (Path.maps, "application/json;as=Table;v=v9;g=meta.k8s.io"),
    (Path.maps, "application/json;as=Table;v=v1;g=example.com"),
  ])
  func whatCannotBeHadSoIsNotAcceptable(path: String, accept: String) async throws {
    var asking = ask
    asking.headers = ["Accept": accept]

    #expect(try await asking(.get, path).status == 406)
    asking.headers = ["Accept": accept + ",application/json"]
    #expect(try await asking(.get, path).status == 200)
  }
}
