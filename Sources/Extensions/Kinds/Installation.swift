import Client
package import KubernetesAPI
package import Manifest
import Platform

/// A Subscription or an InstallPlan: that an extension shall be there, in a version, with a config.
package struct Installation: Mirrored {
  package var name: String
  package var resourceVersion: String
  package var uid: String
  package var `extension`: String
  /// The version wanted.
  package var version: String
  package var isEnabled: Bool
  /// YAML text, byte for byte as the cluster has it; an object is shown as block YAML.
  package var config: String
  package var configForm: ConfigForm
  var state = InstallationState("")
  /// What the newest condition says; why a state is what it is.
  package var message = ""
  /// When the newest condition came about, RFC 3339, or empty.
  package var conditionTime = ""
  /// Newest last; ten at most in shipped KubeSphere.
  package var history: [Transition] = []
  /// `status.version`: what was last tried, not what runs (docs/KUBESPHERE.md: Extension status).
  var attemptedVersion = ""
  var appliedEnabled: Bool?
  var configHash = ""
  /// What stands in the conditions in the place of the three before.
  var account: StatusAccount?
  package var releaseName: String
  /// Where the release lies, as far as the cluster says, else where it is wanted.
  package var targetNamespace: String
  /// `spec.targetNamespace`: where the release is wanted, which is refused once it lies elsewhere.
  package var wantedNamespace: String
  package var jobName = ""
  /// `spec.clusterScheduling` is there and says nothing of where, on which the controller fails (docs/KUBESPHERE.md: Placements).
  package var lacksPlacement = false
  /// The member clusters that agents are asked for in.
  package var clusters: [String] = []
  /// Agents are also asked for by labels of clusters, which counts where none is named.
  package var hasClusterSelector = false
  /// What the status says of the agent in each member cluster.
  package var agents: [String: Agent] = [:]
  /// The configs over the config, by member cluster; what is no YAML is left out.
  package var overrides: [String: Value] = [:]
  /// The controllers of a standalone backend look after it.
  package var isKeptByStandalone: Bool
  /// The run of its chart's tests that was asked for last, or empty.
  package var testRequest: String
  /// What came of the last run of its chart's tests.
  package var testRun: TestRun?
  /// Whether a run of the tests was asked for that has not ended.
  package var isTestOpen: Bool { !testRequest.isEmpty && (testRun?.id != testRequest || testRun?.hasEnded == false) }
  package var isBeingDeleted: Bool
  package var created: String
  /// When its deletion was asked for, RFC 3339, or empty.
  package var deleted: String
  /// What ksx noted on it of its last change: the annotations of its own.
  package var notes: [String: String]
  /// Who has written which fields of its spec, as far as the cluster keeps account of it.
  package var writers: [FieldWriter]

  /// Where a standalone backend's controllers note the namespace of what they keep.
  package static let standaloneAnnotation = "ksx.dev/release-namespace"

  /// The ConfigMap, in the namespace of the release, in which a standalone backend's controllers write what they do, and
  /// the key of the text in it.
  package static func logName(of installation: String) -> String { "ksx-log.\(installation)" }
  package static let logKey = "log"

  /// The Secret, in the same place, in which they keep what they have applied, and the key of it.
  package static func recordName(of installation: String) -> String { "ksx-release.\(installation)" }
  package static let recordKey = "release"

  /// The same log of its agent in `cluster`; names have dots, and two agents must not share one.
  package static func logName(of installation: String, agentIn cluster: String) -> String {
    logName(of: "\(installation).\(ConfigHash.of(cluster))")
  }

  /// What the annotations begin with that ksx writes.
  package static let notePrefix = "ksx.dev/"

  package enum ConfigForm: Hashable, Sendable {
    case text, object
  }

  /// The part of an extension that runs in one member cluster.
  package struct Agent: Hashable, Sendable {
    package var state: InstallationState
    /// Why it is in this state, or empty.
    package var message: String
    /// Since when, RFC 3339, or empty.
    package var time: String
    /// The job in which helm was last run for it, or empty.
    package var jobName = ""
    /// Something stands in the way of what is asked for, as the message says; what there is stays as it is.
    package var isHindered = false

    package init(state: InstallationState, message: String, time: String) {
      self.state = state
      self.message = message
      self.time = time
    }

    /// It is not made, for the reason that the message says.
    package var isSkipped: Bool { state == .none && !message.isEmpty }
    /// Nothing more becomes of it by itself, or not soon.
    package var hasEnded: Bool { state == .installed || state.isFailure || isSkipped }
  }

  package struct Transition: Hashable, Sendable {
    package var state: InstallationState
    /// RFC 3339, as the controller wrote it.
    package var time: String

    package init(state: InstallationState, time: String) {
      self.state = state
      self.time = time
    }
  }

  package init(_ object: Object) {
    let spec = object.spec
    let status = object.status
    notes = object.annotations.filter { $0.key.hasPrefix(Self.notePrefix) }
    name = object.name
    resourceVersion = object.resourceVersion
    uid = object.uid
    // The earliest Subscriptions called what they subscribe to a plugin.
    let wanted = spec["extension"] ?? spec["plugin"]
    `extension` = wanted?["name"]?.string ?? Self.owner(of: object) ?? object.name
    version = wanted?["version"]?.string ?? ""
    isEnabled = spec["enabled"]?.bool ?? false
    (config, configForm) = Self.config(spec["config"])
    releaseName = status["releaseName"]?.string ?? spec["releaseName"]?.string ?? ""
    wantedNamespace = spec["targetNamespace"]?.string ?? ""
    targetNamespace =
      status["targetNamespace"]?.string ?? object.annotations[Self.standaloneAnnotation] ?? wantedNamespace
    isKeptByStandalone = object.annotations[Self.standaloneAnnotation] != nil
    testRequest = object.annotations[TestRun.requestAnnotation] ?? ""
    testRun = object.annotations[TestRun.resultAnnotation].flatMap { TestRun($0) }
    isBeingDeleted = object.isBeingDeleted
    created = object.creationTimestamp ?? ""
    deleted = object.value[path: "metadata", "deletionTimestamp"]?.string ?? ""
    writers = FieldWriter.all(of: object)
    readStatus(status)
    readPlacement(spec["clusterScheduling"]?.mapping)
  }

  /// What the controllers say of it.
  private mutating func readStatus(_ status: Value) {
    let condition = status["conditions"]?.sequence?.first
    state = InstallationState(status["state"]?.string ?? "")
    message = CredentialText.removed(from: condition?["message"]?.string ?? "")
    conditionTime = condition?["lastTransitionTime"]?.string ?? ""
    history = (status["stateHistory"]?.sequence ?? []).compactMap { entry in
      guard let state = entry["state"]?.string else { return nil }
      return Transition(state: InstallationState(state), time: entry["lastTransitionTime"]?.string ?? "")
    }
    account = StatusAccount(status["conditions"]?.sequence ?? [])
    attemptedVersion = status["version"]?.string ?? account?.version ?? ""
    appliedEnabled = status["enabled"]?.bool ?? account?.isEnabled
    configHash = status["configHash"]?.string ?? ""
    jobName = status["jobName"]?.string ?? ""
    agents = Dictionary(
      (status["clusterSchedulingStatuses"]?.mapping?.pairs ?? []).map { ($0.key, Self.agent($0.value)) },
      uniquingKeysWith: { $1 })
  }

  /// Which member clusters it shall run in, and with what config there.
  private mutating func readPlacement(_ scheduling: Mapping?) {
    let placement = scheduling?["placement"]
    lacksPlacement = scheduling != nil && placement?.mapping == nil
    clusters = placement?["clusters"]?.sequence?.compactMap(\.string) ?? []
    hasClusterSelector = placement?["clusterSelector"]?.mapping != nil
    overrides = Dictionary(
      (scheduling?["overrides"]?.mapping?.pairs ?? []).compactMap { pair in
        pair.value.string.flatMap { try? YAML.parse($0) }.map { (pair.key, $0) }
      }, uniquingKeysWith: { $1 })
  }

  private static func agent(_ status: Value) -> Agent {
    let condition = status["conditions"]?.sequence?.first
    var agent = Agent(
      state: InstallationState(status["state"]?.string ?? ""),
      message: CredentialText.removed(from: condition?["message"]?.string ?? ""),
      time: (status["stateHistory"]?.sequence?.last ?? condition)?["lastTransitionTime"]?.string ?? "")
    agent.jobName = status["jobName"]?.string ?? ""
    agent.isHindered = condition?["type"] == "Scheduled" && condition?["status"] == "False"
    return agent
  }

  /// The extension that an object without one in its spec is said to belong to, by its label or its owner.
  private static func owner(of object: Object) -> String? {
    object.labels["kubesphere.io/extension-ref"] ?? object.labels["kubesphere.io/extension"]
      ?? object.value[path: "metadata", "ownerReferences"]?.sequence?
      .first { $0["kind"]?.string == "Extension" }?["name"]?.string
  }

  /// Whether `text` says what its config says; where that is an object, comments and the order of keys say nothing.
  package func hasConfig(_ text: String) -> Bool {
    guard configForm == .object else { return ConfigHash.trimmed(config) == ConfigHash.trimmed(text) }
    return Self.value(of: text) == Self.value(of: config)
  }

  private static func value(of text: String) -> Value? {
    let value = try? YAML.parse(text)
    return value == .null ? .mapping([:]) : value
  }

  private static func config(_ value: Value?) -> (String, ConfigForm) {
    switch value {
    case .string(let text)?: (text, .text)
    case nil, .null?: ("", .text)
    case let value?: (value.mapping?.isEmpty == true ? "" : YAML.text(value), .object)
    }
  }
}
