import Client
import Manifest
import TestSupport
import Testing

@testable import Extensions
@testable import KubernetesAPI
@testable import Packages
@testable import Platform

/// Every era's objects become the same values (docs/KUBESPHERE.md: Eras).
@Suite struct KindTests {
  private func object(_ yaml: String) throws -> Object { Object(try YAML.parse(yaml)) }

  @Test func aSharedExtensionKeepsItsDescriptionInOneLanguage() throws {
    let found = Extension(
      try object(
        """
        metadata: {name: loki}
        spec:
          displayName: {en: Loki, zh: 日志}
          description: {en: Keeps logs, zh: 保存日志}
        """), dialect: .installPlan)
    let texts = SharedTexts()

    let shared = texts.sharing(found, language: "zh")
    #expect(shared.description.texts == ["zh": "保存日志"])
    #expect(shared.displayName == found.displayName)
    #expect(texts.sharing(found, language: "fr").description.texts == ["en": "Keeps logs"])
  }

  @Test func anExtensionOfShippedKubeSphereIsRead() throws {
    let found = Extension(
      try object(
        """
        metadata:
          name: whizard
          resourceVersion: "7"
          creationTimestamp: "2026-01-01T00:00:00Z"
          labels: {kubesphere.io/category: observability, kubesphere.io/repository-ref: museum}
        spec:
          displayName: {en: Whizard, zh: 可观测中心}
          description: {zh: 监控}
          provider: {en: {name: KubeSphere, url: u}, zh: {name: 青云}}
        status:
          state: Installed
          enabled: true
          installedVersion: 1.0.0
          recommendedVersion: 1.1.0
          versions: [{version: 1.0.0}, {version: 1.1.0}]
        """), dialect: .installPlan)

    #expect(found.name == "whizard")
    #expect(found.displayName.text(in: "zh") == "可观测中心")
    #expect(found.displayName.text(in: "fr") == "Whizard")
    #expect(found.description.text(in: "en") == "监控")
    #expect(found.provider.text(in: "en") == "KubeSphere")
    #expect(found.category == "observability")
    #expect(found.repository == "museum")
    #expect(found.state == .installed)
    #expect(found.isEnabled == true)
    #expect(found.installedVersion == "1.0.0")
    #expect(found.recommendedVersion == "1.1.0")
    #expect(found.versions == ["1.0.0", "1.1.0"])
  }

  /// The spec and status of other eras, and what is read of them: title, provider, installed, recommended.
  static let eras: [(String, String, [String])] = [
    (
      "the 2022 preview",
      """
      metadata: {name: devops, labels: {kubesphere.io/repo: main}}
      spec: {displayName: DevOps, maintainers: [{name: a}, {name: b}]}
      status: {state: installed, subscribedVersion: 0.1.0, recommendVersion: 0.2.0}
      """, ["DevOps", "a, b", "0.1.0", "0.2.0", "main"]
    ),
    (
      "the API of 2023",
      """
      metadata: {name: devops, labels: {kubesphere.io/repository-ref: main}}
      spec: {displayName: {en: DevOps}, vendor: {name: KubeSphere}}
      status: {state: Installed, subscribedVersion: 0.1.0, recommendedVersion: 0.2.0}
      """, ["DevOps", "KubeSphere", "0.1.0", "0.2.0", "main"]
    ),
    (
      "the first design",
      """
      metadata: {name: devops, labels: {extensions.kubesphere.io/category: dev}}
      spec: {displayName: DevOps}
      status: {state: deployed, subscribedVersion: v0.1.0, recommendVersion: v0.2.0}
      """, ["DevOps", "", "v0.1.0", "v0.2.0", ""]
    ),
  ]

  @Test(arguments: eras)
  func anExtensionOfAnotherEraIsReadTheSame(era: String, yaml: String, expected: [String]) throws {
    let found = Extension(try object(yaml), dialect: .subscription)

    #expect(
      [
        found.displayName.text(in: "en"), found.provider.text(in: "en"), found.installedVersion,
        found.recommendedVersion, found.repository,
      ] == expected)
    #expect(found.state == .installed)
  }

  @Test func aVersionSaysWhatItNeeds() throws {
    let version = ExtensionVersion(
      try object(
        """
        metadata: {name: whizard-1.0.0, labels: {kubesphere.io/extension-ref: whizard}}
        spec:
          version: 1.0.0
          kubeVersion: ">=1.19.0-0"
          ksVersion: ">=4.0.0-0"
          namespace: monitoring
          installationMode: Multicluster
          keywords: [metrics]
          chartDataRef: {namespace: ns, name: map, key: k.tgz}
          externalDependencies:
          - {name: opensearch, version: ">=2", required: true}
          - {name: disk, type: storage}
          - {version: nameless}
        """), dialect: .installPlan)

    #expect(version.extension == "whizard")
    #expect(version.kubeVersion == ">=1.19.0-0")
    #expect(version.namespace == "monitoring")
    #expect(version.isMulticluster)
    #expect(version.chartData == .init(namespace: "ns", name: "map", key: "k.tgz"))
    #expect(
      version.dependencies == [
        .init(name: "opensearch", type: "extension", version: ">=2", isRequired: true),
        .init(name: "disk", type: "storage", version: "", isRequired: false),
      ])
  }

  @Test(arguments: [
    ("{name: devops-v0.10.1}", "0.10.1"), ("{name: devops-0.10.1}", "0.10.1"),
    ("{name: x, labels: {kubesphere.io/extension: devops}}", "0.10.1"),
    ("{name: x, ownerReferences: [{kind: Extension, name: devops}]}", "0.10.1"),
    ("{name: devops-v0.10.1}", "0.10.0"), ("{name: devops-0.10.1}", "v0.10.1"), ("{name: devops-0.10.1-rc.1}", "1.0.0"),
  ])
  func aVersionOfThePreviewNamesItsExtension(metadata: String, number: String) throws {
    let version = ExtensionVersion(
      try object(
        "metadata: \(metadata)\nspec: {version: \(number), minKubeVersion: 1.19.0, repo: main, urls: [a.tgz, b.tgz]}"),
      dialect: .subscription)

    #expect(version.extension == "devops")
    #expect(version.kubeVersion == ">=1.19.0-0" && version.minKubeVersion == "1.19.0")
    #expect(version.repository == "main")
    #expect(version.chartURL == "a.tgz")
  }

  @Test func anInstallPlanIsRead() throws {
    let plan = Installation(
      try object(
        """
        metadata: {name: whizard, uid: u, resourceVersion: "9", deletionTimestamp: "2026-01-01T00:00:00Z"}
        spec: {extension: {name: whizard, version: 1.1.0}, enabled: true, config: "a: 1\\n"}
        status:
          state: UpgradeFailed
          version: 1.1.0
          enabled: true
          configHash: "0"
          releaseName: whizard
          targetNamespace: extension-whizard
          jobName: helm-upgrade-whizard-x
          conditions: [{type: Upgraded, message: newest}, {type: Installed, message: older}]
          stateHistory: [{state: Installed, lastTransitionTime: t1}, {state: UpgradeFailed, lastTransitionTime: t2}]
        """))

    #expect(plan.state == .upgradeFailed)
    #expect(plan.message == "newest")
    #expect(plan.history.map(\.time) == ["t1", "t2"])
    #expect(plan.config == "a: 1\n")
    #expect(plan.jobName == "helm-upgrade-whizard-x")
    #expect(plan.isBeingDeleted)
  }

  @Test func aSubscriptionOfTheFirstDesignHasAnObjectForItsConfig() throws {
    let subscription = Installation(
      try object(
        """
        metadata: {name: devops-0.10.0}
        spec: {extension: {name: devops, version: 0.10.0}, enabled: true, targetNamespace: ns, config: {a: {b: 1}}}
        status: {state: deployed}
        """))

    #expect(subscription.extension == "devops")
    #expect(subscription.configForm == .object)
    #expect(subscription.config == "a:\n  b: 1\n")
    #expect(subscription.targetNamespace == "ns")
    #expect(subscription.isSettled)
  }

  @Test(arguments: [
    ("", InstallationState.none), ("preparing", .preparing), ("INSTALLING", .installing), ("Upgraded", .installed),
    ("deployed", .installed), ("pending-install", .installing), ("pending-upgrade", .upgrading),
    ("pending-rollback", .upgrading), ("failed", .installFailed), ("uninstalling", .uninstalling),
    ("UninstallFailed", .uninstallFailed), ("Pondering", .other("Pondering")),
  ])
  func aStatesWordIsUnderstoodOrKept(word: String, state: InstallationState) {
    #expect(InstallationState(word) == state)
  }

  @Test func ofVersionsThatDifferByALetterThePublishedOneStays() {
    func version(_ number: String, _ urls: Value) -> ExtensionVersion {
      ExtensionVersion(
        Object(
          Dialect.subscription.extensionVersions, name: "bell-\(number)",
          ["spec": ["version": .string(number), "urls": urls]]), dialect: .subscription)
    }
    let all = [version("v1.1.0", []), version("1.1.0", ["a.tgz"]), version("1.0.0", []), version("v1.0.0", [])]

    #expect(all.withoutDuplicates.map(\.version) == ["1.1.0", "1.0.0"])
  }

  @Test(arguments: [
    "{}", "{spec: 1, status: [], metadata: x}", "{spec: {extension: a, config: 3, versions: {}}}", "null",
  ])
  func whatIsNoSuchObjectIsReadAsEmpty(yaml: String) throws {
    let odd = try object(yaml)

    #expect(Extension(odd, dialect: .installPlan).versions.isEmpty)
    #expect(ExtensionVersion(odd, dialect: .subscription).dependencies.isEmpty)
    #expect(Installation(odd).history.isEmpty)
    #expect(Category(odd).displayName.isEmpty)
  }
}

/// Answers of a real ks-apiserver.
@Suite(.needsData(.exchanges))
struct ExchangeTests {
  @Test func aRealListIsRead() throws {
    let list = try Exchange.body("03-list-extensions-apis.txt", skipping: JSONPaths(["items", "spec", "icon"]))
    let found = (list["items"]?.sequence ?? []).map { Extension(Object($0), dialect: .installPlan) }

    #expect(found.count == 2)
    #expect(
      found.allSatisfy { !$0.name.isEmpty && !$0.displayName.isEmpty && !$0.versions.isEmpty && !$0.category.isEmpty })
  }

  @Test func aRealVersionIsRead() throws {
    let version = ExtensionVersion(Object(try Exchange.body("06-extensionversion.txt")), dialect: .installPlan)

    #expect(version.extension == "metrics-server")
    #expect(version.version == "0.7.1")
    #expect(SemanticVersion(version.version) != nil)
    #expect(VersionConstraint(version.kubeVersion) != nil)
  }

  @Test func aRealInstallPlanIsUnderWay() throws {
    let plan = Installation(Object(try Exchange.body("11-installplan-after.txt")))

    #expect(plan.state == .installing)
    #expect(plan.configHash == ConfigHash.of(plan.config))
    #expect(plan.rolloutState == .underWay)
  }

  @Test func aRealLifeHasItsMomentsOfRestAndOfFailure() throws {
    let plans = try Exchange.lines("20-watch-install-to-uninstalled.ndjson").compactMap { line in
      line["object"].map { Installation(Object($0)) }
    }

    #expect(plans.contains { $0.rolloutState == .settled })
    #expect(plans.contains { if case .failed(let why) = $0.rolloutState { !why.isEmpty } else { false } })
    #expect(plans.last?.isBeingDeleted == true)
  }
}

/// Recorded requests and answers.
private enum Exchange {
  private static let folder = TestData.exchanges.folder + "/"

  /// The JSON that came in answer; before it stand the request and the headers.
  static func body(_ name: String, skipping: JSONPaths = JSONPaths()) throws -> Value {
    let bytes = try Files.read(folder + name)
    let start = try #require(bytes.firstRange(of: Array("\n{".utf8)))
    return try JSON.parse(bytes[(start.lowerBound + 1)...], skipping: skipping)
  }

  static func lines(_ name: String) throws -> [Value] {
    try Files.read(folder + name).split(separator: UInt8(ascii: "\n")).map { try JSON.parse($0) }
  }
}
