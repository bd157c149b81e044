import Client
import Manifest
import Platform
import Testing

@testable import Extensions
@testable import HTTP
@testable import KubernetesAPI

@Suite struct EraCapabilityTests {
  /// A cluster that answers what `documents` have, and 404 to all else.
  private struct Documents: Transport {
    var documents: [String: String]
    var refused: Set<String> = []
    var busy: Set<String> = []

    func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
      let path = String(request.target.prefix { $0 != "?" })
      if refused.contains(path) { return HTTPResponse(status: 403, bytes: Array(#"{"code":403}"#.utf8)) }
      if busy.contains(path) { return HTTPResponse(status: 503, bytes: Array(#"{"code":503}"#.utf8)) }
      guard let text = documents[path] else { return HTTPResponse(status: 404, bytes: Array("404".utf8)) }
      return HTTPResponse(status: 200, bytes: Array(text.utf8))
    }
  }

  private static let core = "/apis/kubesphere.io/v1alpha1"
  private static let serving = "/apis/extensions.kubesphere.io/v1alpha1"
  private static let definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/"

  private static func discovery(_ plurals: String...) -> String {
    #"{"resources":["# + plurals.map { #"{"name":"\#($0)"}"# }.joined(separator: ",") + "]}"
  }

  /// A definition whose schema has these fields, each with its type.
  private static func definition(_ fields: [String: String], status: [String] = []) -> String {
    var schema: Value = [:]
    for (name, type) in fields {
      schema = schema.setting(["properties", "spec", "properties", name, "type"], to: .string(type))
    }
    for name in status { schema = schema.setting(["properties", "status", "properties", name, "type"], to: "string") }
    let version: Value = ["name": "v1alpha1", "schema": ["openAPIV3Schema": schema]]
    return JSON.text(["spec": ["versions": [["name": "v1", "schema": [:]], version]]])
  }

  private func learn(
    _ documents: [String: String], refused: Set<String> = [], busy: Set<String> = []
  ) async throws(DialectError) -> Capabilities {
    try await Capabilities.learn(
      from: Cluster(transport: Documents(documents: documents, refused: refused, busy: busy)))
  }

  /// What is learnt is kept for an hour, so nothing is inferred from an answer that did not come.
  @Test(arguments: ["/version", definitions + "subscriptions.kubesphere.io"])
  func aServerThatIsBusyIsAskedAgainInsteadOfTakenForAnOlderOne(path: String) async throws {
    let documents = [Self.core: Self.discovery("subscriptions", "jsbundles")]

    await #expect(throws: DialectError.self) { try await learn(documents, busy: [path]) }
    #expect(try await learn(documents, refused: [path]).era == .subscription)
  }

  @Test func installPlansAreTheirEraAndTheirDefinitionsSayTheRest() async throws {
    let capabilities = try await learn([
      Self.core: Self.discovery("installplans", "extensions"),
      Self.serving: Self.discovery("jsbundles"),
      Self.definitions + "installplans.kubesphere.io": Self.definition(
        ["config": "string", "clusterScheduling": "object"], status: ["configHash", "stateHistory"]),
    ])

    #expect(
      capabilities.era == .installPlan && (capabilities.basis == .definitions) && capabilities.configForm == .text)
    #expect(capabilities.dialect.jsBundles.path() == "/apis/extensions.kubesphere.io/v1alpha1/jsbundles")
    for feature in [Feature.install, .upgrade, .enable, .clusterScheduling] {
      #expect(capabilities.has(feature), "\(feature)")
    }
    #expect(capabilities.reason(against: .releaseName) == "the cluster names the release itself")
  }

  @Test func firstSubscriptionsCannotUpgrade() async throws {
    let capabilities = try await learn([
      Self.core: Self.discovery("subscriptions", "jsbundles"),
      Self.definitions + "subscriptions.kubesphere.io": Self.definition(
        ["config": "string", "releaseName": "string", "targetNamespace": "string"]),
    ])

    #expect(capabilities.era == .subscription && capabilities.basis == .definitions)
    #expect(capabilities.dialect.servingGroup == "kubesphere.io")
    #expect(capabilities.has(.install) && capabilities.has(.releaseName))
    #expect(
      capabilities.reason(against: .upgrade)
        == "the controllers of this cluster do not carry out a change of version; uninstall and install instead")
    #expect(capabilities.reason(against: .enable) == "the controllers of this cluster do nothing with “enabled”")
  }

  @Test func thePlaceOfBundlesAndThePlacementsTellTheLaterSubscriptions() async throws {
    let split = try await learn([
      Self.core: Self.discovery("subscriptions"), Self.serving: Self.discovery("jsbundles"),
    ])
    let scheduled = try await learn([
      Self.core: Self.discovery("subscriptions"), Self.serving: Self.discovery("jsbundles"),
      Self.definitions + "subscriptions.kubesphere.io": Self.definition(["clusterScheduling": "object"]),
    ])

    #expect(split.era == .splitSubscription && !split.has(.upgrade))
    #expect(
      split.reason(against: .upgrade)?.english.hasPrefix("this cluster does not let its definitions be read") == true)
    #expect(split.dialect.jsBundles.group == "extensions.kubesphere.io")
    #expect(scheduled.era == .scheduledSubscription && scheduled.has(.upgrade) && scheduled.has(.clusterScheduling))
    #expect(scheduled.dialect.extensionLabel == "kubesphere.io/extension-ref")
  }

  @Test func aStandaloneBackendCarriesOutTheDesignAsWritten() async throws {
    let capabilities = try await learn([
      Self.core: Self.discovery("subscriptions", "jsbundles"), "/version": #"{"gitVersion":"v1.31.0+ksxd"}"#,
    ])

    #expect(capabilities.era == .seed && capabilities.configForm == .object)
    #expect(capabilities.has(.upgrade) && capabilities.has(.enable) && capabilities.has(.targetNamespace))
  }

  @Test func pluginsCanOnlyBeLookedAt() async throws {
    let capabilities = try await learn([Self.serving: Self.discovery("plugins", "subscriptions")])

    #expect(capabilities.era == .plugin)
    #expect(capabilities.dialect.extensions.path() == "/apis/extensions.kubesphere.io/v1alpha1/plugins")
    for feature in Feature.allCases { #expect(!capabilities.has(feature)) }
    #expect(capabilities.reason(against: .install)?.english.contains("can only be looked at") == true)
  }

  @Test func whereDiscoveryIsForbiddenListingTells() async throws {
    let capabilities = try await learn(
      [Self.core + "/installplans": #"{"items":[]}"#], refused: [Self.core, Self.serving])

    #expect(capabilities.era == .installPlan && !(capabilities.basis == .definitions))
    #expect(capabilities.has(.upgrade))
  }

  @Test func aClusterWithoutExtensionsIsNoEra() async {
    await #expect(throws: DialectError.absent) { try await learn([:]) }
    await #expect(throws: DialectError.forbidden) {
      try await learn(
        [:], refused: [Self.core, Self.serving, Self.core + "/installplans", Self.core + "/subscriptions"])
    }
  }

  @Test(arguments: Era.allCases)
  func everyFeatureThatAnEraLacksHasAReason(era: Era) {
    let capabilities = Capabilities(DiscoveryResult(), era: era)

    for feature in Feature.allCases {
      #expect(capabilities.has(feature) == feature.eras.contains(era))
      #expect(capabilities.reason(against: feature)?.isEmpty != true)
    }
  }

  @Test(arguments: Era.allCases)
  func whatWasLearntCanBeKept(era: Era) throws {
    let kept = CachedCapabilities(Capabilities(DiscoveryResult(), era: era), of: "https://c", learned: 1000)

    let read = CachedCapabilities(try JSON.parse(JSON.bytes(kept.value)))

    #expect(read == kept)
  }

  @Test func whatWasLearntIsBelievedForAnHour() {
    let kept = CachedCapabilities(Capabilities(DiscoveryResult(), era: .installPlan), of: "https://c", learned: 1000)

    #expect([999, 1000, 4599, 4600].map { kept.isFresh(at: $0) } == [false, true, true, false])
  }

  @Test func whatWasOnlySaidIsNeverFresh() {
    let kept = CachedCapabilities(Capabilities(assuming: .subscription), of: "https://c", learned: 1000)

    #expect(!kept.isFresh(at: 1_000_000))
    #expect(CachedCapabilities(json: kept.json) == kept)
  }

  @Test func pluginsAreFoundByListingToo() async throws {
    let capabilities = try await learn(
      [Self.serving + "/subscriptions": #"{"items":[]}"#], refused: [Self.core, Self.serving])

    #expect(capabilities.era == .plugin)
  }

  @Test func anotherProgramsCacheIsNotBelieved() {
    let kept = CachedCapabilities(Capabilities(DiscoveryResult(), era: .installPlan), of: "https://c", learned: 1000)
      .value

    #expect(CachedCapabilities(kept.setting(["features", "upgrade"], to: nil)) == nil)
    #expect(CachedCapabilities(kept.setting(["features", "upgrade"], to: 1)) == nil)
    #expect(CachedCapabilities(kept.setting(["era"], to: "future")) == nil)
    #expect(CachedCapabilities([:]) == nil)
  }

  @Test func aMissingKindMakesWhatWasLearntOutdatedAMissingObjectDoesNot() {
    #expect(ClusterError.refused(Status(code: 404, message: "404 page not found")).isOfMissingKind)
    #expect(!ClusterError.refused(Status(code: 404, details: Status.Details(name: "devops"))).isOfMissingKind)
    #expect(!ClusterError.refused(Status(code: 403)).isOfMissingKind)
    #expect(!ClusterError.transport(.cancelled).isOfMissingKind)
  }
}
