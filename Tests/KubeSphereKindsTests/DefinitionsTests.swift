import APITestSupport
import Extensions
import HTTP
import KubernetesAPI
import Manifest
import Platform
import Testing

@testable import APIServer
@testable import KubeSphereKinds

/// KubeSphere's kinds are definitions like any others, and take what their dialect writes.
@Suite struct DefinitionsTests {
  @Test(arguments: Dialect.Name.allCases)
  func theirDefinitionsAreObjectsToo(name: Dialect.Name) async throws {
    let list = try await TestAPI(Dialect(name))(.get, "/apis/apiextensions.k8s.io/v1/customresourcedefinitions")

    #expect(list.names == Definitions.of(name).map(\.name).sorted())
    for item in list["items"]?.sequence ?? [] {
      #expect(item[path: "status", "conditions"]?.sequence?.allSatisfy { $0["status"] == "True" } == true)
    }
  }

  /// What a user of the first design writes, with every field of it.
  private static let written = """
    apiVersion: kubesphere.io/v1alpha1
    kind: APIService
    metadata: {name: v1.logs.example.com}
    spec: {group: logs.example.com, version: v1, nonResourceURLs: [/logs/*], url: "https://logs.logs.svc",
      caBundle: "", insecureSkipTLSVerify: true, service: {namespace: logs, name: logs, path: /v1, port: 80}}
    ---
    apiVersion: kubesphere.io/v1alpha1
    kind: JSBundle
    metadata: {name: logs, annotations: {meta.helm.sh/release-name: logs}}
    spec: {filenameOverride: main.js, raw: "export {}", rawFrom: {url: "https://logs.logs.svc/main.js", caBundle: "",
      configMapKeyRef: {name: logs, key: main.js, namespace: logs}}}
    ---
    apiVersion: kubesphere.io/v1alpha1
    kind: ReverseProxy
    metadata: {name: logs}
    spec:
      matcher: [{path: /res/logs/*, method: GET}, {path: /logs}]
      upstream: {backend: "https://logs.logs.svc", insecureSkipVerify: false, caBudle: Zm9v,
        healthCheck: {url: /healthz, interval: 15s, status: 200, timeout: 15s}}
      rewrite: ["/old/* /new{path}"]
      redirect: ["/a /b 301"]
      header: {up: ["Foo: Bar"], down: ["-Foo"]}
      circuitBreaker: {failures: 5, window: 10s, openFor: 1m, status: [500, 503]}
      rateLimit: {requests: 10, per: 1s, burst: 5, by: user}
    ---
    apiVersion: kubesphere.io/v1alpha1
    kind: Category
    metadata: {name: logs}
    spec: {displayName: Logs, description: Logs, icon: ""}
    ---
    apiVersion: kubesphere.io/v1alpha1
    kind: Repository
    metadata: {name: own}
    spec: {image: "example.com/own:latest", displayName: Own, publisher: us@example.com,
      updateStrategy: {registryPoll: {interval: 10m}}}
    ---
    apiVersion: kubesphere.io/v1alpha1
    kind: Extension
    metadata: {name: logs, labels: {extensions.kubesphere.io/category: logs}}
    spec: {displayName: Logs, description: Logs., icon: "", maintainers: [{email: a@example.com, name: a, url: "https://a"}]}
    status: {state: deployed, subscribedVersion: v0.1.1, recommendVersion: v0.1.1,
      versions: [{version: 0.1.0, minKubeVersion: 1.17.0}]}
    ---
    apiVersion: kubesphere.io/v1alpha1
    kind: ExtensionVersion
    metadata: {name: logs-v0.1.1}
    spec: {displayName: Logs, description: Logs., icon: "", repo: own, version: 0.1.0, minKubeVersion: 1.17.0,
      sources: "https://example.com/logs", digest: "12"}
    ---
    apiVersion: kubesphere.io/v1alpha1
    kind: Subscription
    metadata: {name: logs-0.1.0}
    spec: {enabled: true, extension: {name: logs, version: 0.1.0}, targetNamespace: logs, config: {foo: {bar: [1, null]}}}
    """

  @Test func theFirstDesignComesBackWithEveryField() async throws {
    let ask = try TestAPI(.subscription)
    let plurals = Dictionary(
      uniqueKeysWithValues: ask.api.types.all.filter { $0.resource.group == "kubesphere.io" }
        .map { ($0.resource.kind, $0.resource.plural) })

    for node in try YAML.documents(Self.written) {
      let value = node.value
      let plural = try #require(plurals[value["kind"]?.string ?? ""])
      let made = try await ask(.post, "/apis/kubesphere.io/v1alpha1/\(plural)?fieldValidation=Strict", value)

      #expect(made.status == 201, "\(made.message)")
      #expect(made["spec"] == value["spec"])
      #expect(made["status"] == value["status"])
    }
  }

  /// Each field with a grammar, and a value that is not of it.
  private static let unreadable: [(String, [String], Value)] = [
    ("Repository", ["updateStrategy", "registryPoll", "interval"], "banana"),
    ("Repository", ["updateStrategy", "timeout"], "10"),
    ("ExtensionVersion", ["version"], ""), ("ExtensionVersion", ["version"], "latest"),
    ("ExtensionVersion", ["version"], "1.2.3.4"), ("ExtensionVersion", ["minKubeVersion"], ">= 1.x ||"),
    ("ExtensionVersion", ["minKubeVersion"], "banana"),
    ("ExtensionVersion", ["minKubeVersion"], "1.2.3.4"), ("ExtensionVersion", ["minKubeVersion"], "v"),
    ("Subscription", ["extension", "name"], .string(String(repeating: "a", count: 64))),
    ("Subscription", ["extension", "name"], ""), ("Subscription", ["extension", "name"], "Logs"),
    ("Subscription", ["extension", "version"], ""), ("Subscription", ["targetNamespace"], "Bad_NS"),
    ("Subscription", ["releaseName"], "Bad_Release"), ("APIService", ["group"], "Bad Group"),
    ("APIService", ["version"], "v/1"), ("APIService", ["service", "port"], 99999),
    ("APIService", ["service", "name"], "a_b"), ("APIService", ["service", "namespace"], "A"),
    ("JSBundle", ["rawFrom", "configMapKeyRef", "name"], "a b"),
    ("JSBundle", ["rawFrom", "configMapKeyRef", "namespace"], "a.b"),
    ("ReverseProxy", ["upstream", "healthCheck", "interval"], "15"),
    ("ReverseProxy", ["upstream", "healthCheck", "timeout"], "soon"),
    ("ReverseProxy", ["upstream", "healthCheck", "status"], 99),
    ("ReverseProxy", ["circuitBreaker", "window"], "1 s"), ("ReverseProxy", ["circuitBreaker", "openFor"], "-1s"),
    ("ReverseProxy", ["circuitBreaker", "status"], [77]), ("ReverseProxy", ["rateLimit", "per"], "x"),
    ("ReverseProxy", ["rateLimit", "by"], "nobody"),
  ]

  @Test(arguments: unreadable)
  func aFieldThatCannotBeReadIsRefusedWithItsPath(kind: String, path: [String], value: Value) async throws {
    let ask = try TestAPI(.subscription)
    let node = try #require(try YAML.documents(Self.written).first { $0.value["kind"]?.string == kind })
    let plural = try #require(ask.api.types.all.first { $0.resource.kind == kind }?.resource.plural)
    let wrong = node.value.setting(["spec"] + path, to: value)

    let made = try await ask(.post, "/apis/kubesphere.io/v1alpha1/\(plural)", wrong)

    #expect(made.status == 422)
    #expect(made.message.containsText("spec." + path.joined(separator: ".")), "\(made.message)")
  }

  /// What is made of it has labels with its name; of a Subscription that is too long, its state says so.
  @Test(arguments: ["Repository", "Extension"])
  func aNameThatNoLabelHoldsIsRefused(kind: String) async throws {
    let ask = try TestAPI(.subscription)
    let node = try #require(try YAML.documents(Self.written).first { $0.value["kind"]?.string == kind })
    let plural = try #require(ask.api.types.all.first { $0.resource.kind == kind }?.resource.plural)
    func make(_ count: Int) async throws -> TestAPI.Answer {
      let name = Value.string(String(repeating: "a", count: count))
      return try await ask(
        .post, "/apis/kubesphere.io/v1alpha1/\(plural)", node.value.setting(["metadata", "name"], to: name))
    }

    let refused = try await make(64)
    #expect(refused.status == 422 && refused.message.containsText("metadata.name"), "\(refused.message)")
    #expect(try await make(63).status == 201)
  }

  @Test(arguments: [
    "", "v1.17.0", "1.19", ">=1.19.0-0", ">= 1.19, < 1.30", "^1.20 || ~1.18.3", "1.2 - 1.4.5", "1.x", "*",
    "1.20.1+k3s1",
  ])
  func aLowestKubernetesIsAVersionOrACondition(text: String) async throws {
    let ask = try TestAPI(.subscription)
    let made = try await ask(
      .post, "/apis/kubesphere.io/v1alpha1/extensionversions",
      [
        "apiVersion": "kubesphere.io/v1alpha1", "kind": "ExtensionVersion", "metadata": ["name": "a-v1"],
        "spec": ["version": "1", "minKubeVersion": .string(text)],
      ])

    #expect(made.status == 201, "\(made.message)")
  }

  @Test(arguments: ["0", "10m", "1h30m", "1.5h", ".5s", "100ms", "+1s"])
  func aDurationIsWhatGoReads(text: String) async throws {
    let ask = try TestAPI(.subscription)
    let own = Object(
      Dialect.subscription.repositories, name: "own",
      ["spec": ["updateStrategy": ["registryPoll": ["interval": .string(text)]]]])

    #expect(try await ask(.post, "/apis/kubesphere.io/v1alpha1/repositories", own.value).status == 201)
    #expect(GoDuration.parse(text) != nil)
  }

  @Test func aDefinitionOfAnotherDialectIsNotServedAfterwards() throws {
    let store = try ObjectStore(path: ":memory:")
    try store.keep(Definitions.of(.installPlan), at: .now())
    try store.keep(Definitions.of(.subscription), at: .now())

    let names = store.registry.withLock { registry in
      registry.table("customresourcedefinitions.apiextensions.k8s.io").keys.map { $0.name }
    }

    #expect(names == Definitions.of(.subscription).map(\.name).sorted())
  }
}
