import Client
import Manifest
import Testing

@testable import Extensions
@testable import KubernetesAPI
@testable import Packages

/// Small objects as each era wrote them.
@Suite struct EraTests {
  private static let extensions: [(Era, Value, Extension.Summary)] = [
    (
      .plugin,
      [
        "metadata": ["name": "devops", "labels": ["kubesphere.io/repo": "main"]],
        "spec": ["displayName": "DevOps", "maintainers": [["name": "Ada"], ["name": "Grace"]]],
        "status": ["recommendVersion": "0.2.0", "subscribedVersion": "0.1.0", "versions": [["version": "0.1.0"]]],
      ],
      .init(text: "DevOps", provider: "Ada, Grace", recommended: "0.2.0", installed: "0.1.0", state: "")
    ),
    (
      .subscription,
      [
        "metadata": ["name": "devops", "labels": ["kubesphere.io/repo": "main"]],
        "spec": ["displayName": "DevOps", "description": "Pipelines", "maintainers": [["name": "Ada"]]],
        "status": ["state": "installed", "recommendVersion": "0.2.0", "subscribedVersion": "0.1.0"],
      ],
      .init(text: "DevOps", provider: "Ada", recommended: "0.2.0", installed: "0.1.0", state: "Installed")
    ),
    (
      .scheduledSubscription,
      [
        "metadata": ["name": "devops", "labels": ["kubesphere.io/repository-ref": "main"]],
        "spec": ["displayName": ["en": "DevOps", "zh": "流水线"], "vendor": ["name": "KubeSphere"]],
        "status": ["state": "Installed", "recommendedVersion": "0.2.0", "subscribedVersion": "0.1.0"],
      ],
      .init(text: "DevOps", provider: "KubeSphere", recommended: "0.2.0", installed: "0.1.0", state: "Installed")
    ),
    (
      .scheduledSubscription,
      [
        "metadata": ["name": "devops", "labels": ["kubesphere.io/repository-ref": "main"]],
        "spec": ["displayName": ["en": "DevOps"], "vendor": ["en": ["name": "KubeSphere"]]], "status": ["state": ""],
      ],
      .init(text: "DevOps", provider: "KubeSphere", recommended: "", installed: "", state: "")
    ),
    (
      .installPlan,
      [
        "metadata": ["name": "devops", "labels": ["kubesphere.io/repository-ref": "main"]],
        "spec": ["displayName": ["en": "DevOps"], "provider": ["en": ["name": "KubeSphere"], "zh": ["name": "青云"]]],
        "status": [
          "state": "Upgraded", "enabled": true, "recommendedVersion": "0.2.0", "installedVersion": "0.1.0",
        ],
      ],
      .init(text: "DevOps", provider: "KubeSphere", recommended: "0.2.0", installed: "0.1.0", state: "Installed")
    ),
    (
      .seed,
      [
        "metadata": ["name": "devops", "labels": ["kubesphere.io/repo": "main"]],
        "spec": ["displayName": "DevOps", "maintainers": [["name": "Ada"]]],
        "status": ["state": "deployed", "recommendVersion": "0.2.0", "subscribedVersion": "0.1.0"],
      ],
      .init(text: "DevOps", provider: "Ada", recommended: "0.2.0", installed: "0.1.0", state: "Installed")
    ),
  ]

  @Test(arguments: extensions)
  func anExtensionOfAnyEraIsRead(era: Era, value: Value, expected: Extension.Summary) {
    let read = Extension(Object(value), dialect: Dialect(era: era))

    #expect(Extension.Summary(read) == expected)
    #expect(read.name == "devops" && read.repository == "main")
  }

  private static let installations: [(Era, Value, String)] = [
    (.plugin, ["spec": ["plugin": ["name": "devops", "version": "0.1.0"], "enabled": true]], ""),
    (
      .subscription,
      [
        "spec": [
          "extension": ["name": "devops", "version": "0.1.0"], "enabled": true, "config": "a: 1 # one\n",
          "releaseName": "r", "targetNamespace": "ns",
        ], "status": ["state": "installed"],
      ], "a: 1 # one\n"
    ),
    (
      .scheduledSubscription,
      [
        "spec": ["extension": ["name": "devops", "version": "0.1.0"], "enabled": true, "config": "a: 1\n"],
        "status": [
          "state": "Installed", "releaseName": "r", "targetNamespace": "ns",
          "stateHistory": [["state": "Installing", "lastTransitionTime": "2023-05-22T00:00:00Z"]],
        ],
      ], "a: 1\n"
    ),
    (
      .installPlan,
      [
        "spec": ["extension": ["name": "devops", "version": "0.1.0"], "enabled": true, "config": "a: 1\n"],
        "status": ["state": "Installed", "releaseName": "r", "targetNamespace": "ns", "configHash": "x"],
      ], "a: 1\n"
    ),
    (
      .seed,
      [
        "spec": [
          "extension": ["name": "devops", "version": "0.1.0"], "enabled": true, "config": ["a": 1],
          "targetNamespace": "ns",
        ], "status": ["state": "deployed"],
      ], "a: 1\n"
    ),
  ]

  @Test(arguments: installations)
  func anInstallationOfAnyEraIsRead(era: Era, fields: Value, config: String) {
    let object = Object(fields.setting(["metadata", "name"], to: "devops-0.1.0"))
    let read = Installation(object)

    #expect(read.extension == "devops" && read.version == "0.1.0" && read.isEnabled)
    #expect(read.config == config)
    #expect(read.configForm == (era == .seed ? .object : .text))
    if era != .plugin {
      #expect(read.state == .installed)
      #expect(read.targetNamespace == "ns")
    }
  }

  private static let versions: [(Era, Mapping)] = [
    (.subscription, ["repo": "main", "minKubeVersion": "1.19.0", "urls": ["https://c/devops.tgz"]]),
    (.scheduledSubscription, ["repository": "main", "kubeVersion": ">=1.19.0", "chartURL": "https://c/devops.tgz"]),
    (.installPlan, ["repository": "main", "kubeVersion": ">=1.19.0", "chartURL": "https://c/devops.tgz"]),
    (.seed, ["repo": "main", "minKubeVersion": "1.19.0", "urls": ["https://c/devops.tgz"]]),
  ]

  @Test(arguments: versions)
  func aVersionOfAnyEraIsRead(era: Era, fields: Mapping) throws {
    var spec = fields
    spec["version"] = "0.1.0"
    let dialect = Dialect(era: era)
    let object = Object(
      dialect.extensionVersions, name: "devops-0.1.0", labels: [dialect.extensionLabel: "devops"],
      ["spec": .mapping(spec)])

    let read = ExtensionVersion(object, dialect: dialect)

    #expect(read.extension == "devops" && read.version == "0.1.0")
    #expect(read.kubeVersion == (era == .seed ? ">=1.19.0-0" : ">=1.19.0"))
    #expect(read.repository == "main" && read.chartURL == "https://c/devops.tgz")
  }
}

extension Extension {
  /// What the table compares.
  struct Summary: Hashable, Sendable {
    var text: String
    var provider: String
    var recommended: String
    var installed: String
    var state: InstallationState

    init(text: String, provider: String, recommended: String, installed: String, state: String) {
      self.text = text
      self.provider = provider
      self.recommended = recommended
      self.installed = installed
      self.state = InstallationState(state)
    }

    init(_ read: Extension) {
      text = read.displayName.text(in: "en")
      provider = read.provider.text(in: "en")
      recommended = read.recommendedVersion
      installed = read.installedVersion
      state = read.state
    }
  }
}
