import APITestSupport
import Client
import Extensions
import Manifest
import Testing

@testable import HTTP
@testable import KubeSphereKinds

@Suite struct InstallationRulesTests {
  private static let subscription = Value.plan("devops").setting(["kind"], to: "Subscription")

  @Test(arguments: [
    (["spec", "extension"], Value?.none, "spec.extension", "FieldValueRequired"),
    (["spec", "extension", "name"], nil, "spec.extension.name", "FieldValueRequired"),
    (["spec", "extension", "version"], nil, "spec.extension.version", "FieldValueRequired"),
    (["spec", "extension", "version"], 1, "spec.extension.version", "FieldValueTypeInvalid"),
    (["spec", "enabled"], nil, "spec.enabled", "FieldValueRequired"),
    (["spec", "enabled"], "yes", "spec.enabled", "FieldValueTypeInvalid"),
    (["spec", "config"], 1, "spec.config", "FieldValueTypeInvalid"),
  ])
  func whatAnInstallationLacksIsNamed(path: [String], value: Value?, field: String, reason: String) async throws {
    for (dialect, target, object) in [
      (Dialect.installPlan, Path.plans, Value.plan("devops")),
      (.subscription, Path.subscriptions, Self.subscription),
    ] {
      let ask = try TestAPI(dialect)

      let answer = try await ask(.post, target, object.setting(path, to: value))

      #expect(answer.status == 422)
      let causes = answer["details", "causes"]?.sequence
      #expect(causes?.map { $0["field"] } == [.string(field)])
      #expect(causes?.first?["reason"] == .string(reason))
      #expect(
        answer.message.hasPrefix(#"\#(object["kind"]?.string ?? "").kubesphere.io "devops" is invalid: \#(field): "#))
    }
  }

  /// The answer of KubeSphere 4.1 to the same.
  @Test func whatIsNoYAMLIsDeniedInTheWordsOfTheWebhook() async throws {
    let ask = try TestAPI()

    let answer = try await ask(.post, Path.plans, .plan("devops", config: "a: [\n"))

    #expect(answer.status == 403)
    #expect(answer["reason"] == "Forbidden")
    #expect(
      answer.message.hasPrefix(
        #"admission webhook "installplans.kubesphere.io" denied the request: failed to unmarshal extension config: "#
          + "error converting YAML to JSON: yaml: line 1: did not find expected node content"))
  }

  @Test func agentsConfigsAreReadAsWell() async throws {
    let ask = try TestAPI()
    let placed = Value.plan("devops").setting(["spec", "clusterScheduling"], to: ["overrides": ["east": "a: ["]])

    let answer = try await ask(.post, Path.plans, placed)

    #expect(answer.status == 403)
    #expect(answer.message.contains("failed to unmarshal cluster east agent config: error converting YAML to JSON"))
  }

  @Test func aSubscriptionsConfigIsAnObjectAndNoText() async throws {
    let ask = try TestAPI(.subscription)

    let refused = try await ask(
      .post, Path.subscriptions, Self.subscription.setting(["spec", "config"], to: "replicas: 3"))

    #expect(refused.status == 422)
    #expect(refused.message.contains("spec.config in body must be of type object"), "\(refused.message)")
  }

  private static let moves: [(from: Value?, note: String?, to: Value?, isTaken: Bool)] = [
    ("a", nil, "a", true), ("a", nil, "b", false), ("a", nil, nil, false), ("a", "a", "b", false),
    (nil, nil, "b", true), (nil, "extension-devops", "b", false), (nil, "extension-devops", "extension-devops", true),
    ("b", "a", "a", true), ("b", "a", "b", true), ("b", "a", "c", false),
  ]

  @Test(arguments: moves)
  func theNamespaceOfARelease(from: Value?, note: String?, to: Value?, isTaken: Bool) async throws {
    let ask = try TestAPI(.subscription)
    let annotations = note.map { Value.mapping(["ksx.dev/release-namespace": .string($0)]) }
    let object = Self.subscription.setting(["spec", "config"], to: nil).setting(["spec", "targetNamespace"], to: from)
      .setting(["metadata", "annotations"], to: annotations)
    let made = try await ask(.post, Path.subscriptions, object)
    try #require(made.status == 201, "\(made.message)")

    let answer = try await ask.patch(
      Path.subscriptions + "/devops", ["spec": ["targetNamespace": to ?? .null, "enabled": false]])

    #expect(answer.status == (isTaken ? 200 : 422))
    if !isTaken {
      #expect(
        answer.message.hasSuffix("field is immutable: the release is in \(note ?? from?.string ?? "")"),
        "\(answer.message)")
    }
  }

  @Test func onlySubscriptionsTakeObjectsAsConfig() async throws {
    let (plans, subscriptions) = (try TestAPI(.installPlan), try TestAPI(.subscription))
    let config: Value = ["replicas": 3]

    let refused = try await plans(.post, Path.plans, .plan("devops", config: config))
    let taken = try await subscriptions(
      .post, Path.subscriptions, Self.subscription.setting(["spec", "config"], to: config))

    #expect(refused.status == 422)
    #expect(taken["spec", "config"] == config)
  }

  @Test func blanksAtTheEndsOfConfigLinesAreDropped() async throws {
    let ask = try TestAPI()

    let made = try await ask(.post, Path.plans, .plan("devops", config: "a: 1  \n# note\t\nb: 2\n"))

    #expect(made["spec", "config"] == "a: 1\n# note\nb: 2\n")
  }

  @Test(arguments: [
    (
      Dialect.subscription,
      ["/apis/kubesphere.io/v1alpha1/subscriptions", "/apis/kubesphere.io/v1alpha1/jsbundles"]
    ),
    (
      .installPlan,
      ["/apis/kubesphere.io/v1alpha1/installplans", "/apis/extensions.kubesphere.io/v1alpha1/extensionentries"]
    ),
  ])
  func eachDialectServesItsOwn(dialect: Dialect, paths: [String]) async throws {
    let (ask, other) = (try TestAPI(dialect), try TestAPI(dialect == .subscription ? .installPlan : .subscription))

    for path in paths {
      #expect(try await ask(.get, path).status == 200)
      #expect(try await other(.get, path).status == 404)
    }
  }

  @Test func discoveryListsWhatIsServed() async throws {
    let ask = try TestAPI(.subscription)

    let list = try await ask(.get, "/apis/kubesphere.io/v1alpha1")
    let groups = try await ask(.get, "/apis")

    #expect(
      list["resources"]?.sequence?.compactMap { $0["name"]?.string }
        == [
          "categories", "repositories", "extensions", "extensionversions", "subscriptions", "apiservices", "jsbundles",
          "reverseproxies",
        ])
    #expect(groups["groups"]?.sequence?.contains { $0["name"] == "extensions.kubesphere.io" } == false)
    #expect(try await ask(.get, "/apis/extensions.kubesphere.io/v1alpha1").status == 404)
    #expect(try await ask(.get, "/apis/metrics.k8s.io").message == "the server could not find the requested resource")
  }

  @Test func everyCallerMayDoEverything() async throws {
    let review: Value = [
      "apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectAccessReview", "spec": ["resourceAttributes": [:]],
    ]

    let answer = try await TestAPI()(.post, "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", review)

    #expect(answer.status == 201)
    #expect(answer["status", "allowed"] == true)
  }

  @Test func oneExtensionHasOneSubscription() async throws {
    let ask = try TestAPI(.subscription)
    try await ask(.post, Path.subscriptions, Self.subscription)

    let second = Self.subscription.setting(["metadata", "name"], to: "another")
    let answer = try await ask(.post, Path.subscriptions, second)
    let other = second.setting(["spec", "extension", "name"], to: "whizard")
    let (taken, changed) = (
      try await ask(.post, Path.subscriptions, other),
      try await ask.patch(Path.subscriptions + "/devops", ["spec": ["enabled": false]])
    )
    let moved = try await ask.patch(Path.subscriptions + "/another", ["spec": ["extension": ["name": "devops"]]])

    #expect(answer.status == 403)
    #expect(
      answer.message
        == #"admission webhook "subscriptions.kubesphere.io" denied the request: the extension devops has the Subscription "#
        + "devops already: change that one, or delete it first")
    #expect([taken.status, changed.status, moved.status] == [201, 200, 403])
  }

  @Test func aReleaseBecomesNoOtherExtensions() async throws {
    let ask = try TestAPI(.subscription)
    let target = Path.subscriptions + "/devops"
    try await ask(.post, Path.subscriptions, Self.subscription)

    let early = try await ask.patch(target, ["spec": ["extension": ["name": "early"]]])
    try await ask.patch(target, ["metadata": ["annotations": ["ksx.dev/release-namespace": "ns"]]])
    let late = try await ask.patch(target, ["spec": ["extension": ["name": "late"]]])

    #expect(early.status == 200)
    #expect(late.status == 422)
    #expect(late["details", "causes"]?.sequence?.first?["field"] == "spec.extension.name")
    #expect(late.message.hasSuffix("field is immutable: early is installed by it"))
  }
}
