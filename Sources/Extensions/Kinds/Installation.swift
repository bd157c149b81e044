import Client
package import KubernetesAPI
package import Manifest
import Platform

/// A Subscription or an InstallPlan: the request to install an extension in a version with a config.
package struct Installation: StoreElement {
  package var name: String
  package var resourceVersion: String
  package var uid: String
  package var `extension`: String
  /// The requested version.
  package var version: String
  package var isEnabled: Bool
  /// YAML text, byte for byte as stored in the cluster; a config that is an object is converted to block YAML.
  package var config: String
  package var configForm: ConfigForm
  var state = InstallationState("")
  /// The message of the newest condition, which explains the state.
  package var message = ""
  /// The time of the newest condition, RFC 3339, or empty.
  package var conditionTime = ""
  /// Newest last; ten at most in shipped KubeSphere.
  package var history: [Transition] = []
  /// `status.version`: what was last tried, not what runs (docs/KUBESPHERE.md: Extension status).
  var attemptedVersion = ""
  var appliedEnabled: Bool?
  var configHash = ""
  /// The replacement for the three fields above that a standalone backend stores in conditions.
  var lastAttempt: LastAttempt?
  package var releaseName: String
  /// The namespace of the release if the cluster reports it, else the requested namespace.
  package var targetNamespace: String
  /// `spec.targetNamespace`: the requested namespace, which is refused if the release is in another one.
  package var wantedNamespace: String
  /// The job that last ran helm for it, or empty.
  package var jobName = ""
  /// Whether `spec.clusterScheduling` has no placement: the controller fails on this (docs/KUBESPHERE.md: Placements).
  package var lacksPlacement = false
  /// The member clusters in which agents are requested.
  package var clusters: [String] = []
  /// Whether agents are also requested by a selector of clusters, which applies if no cluster is named.
  package var hasClusterSelector = false
  /// The status of the agent in each member cluster.
  package var agents: [String: Agent] = [:]
  /// The values that override the config, by member cluster; those that are not YAML are left out.
  package var overrides: [String: Value] = [:]
  /// Whether a standalone backend's controllers manage it.
  package var isManagedByStandalone: Bool
  /// The id of the test run that was requested last, or empty.
  package var testRequest: String
  /// The result of the last run of its chart's tests.
  package var testRun: TestRun?
  /// Whether a run of the tests was asked for that has not ended.
  package var isTestOpen: Bool { !testRequest.isEmpty && (testRun?.id != testRequest || testRun?.hasEnded == false) }
  package var isBeingDeleted: Bool
  /// What must be removed from the object before it is gone.
  package var finalizers: [String]
  package var created: String
  /// The time at which its deletion was requested, RFC 3339, or empty.
  package var deleted: String
  /// The annotations that ksx wrote about its last change.
  package var notes: [String: String]
  /// The writers of its spec's fields, if the cluster records them.
  package var writers: [FieldWriter]

  /// The annotation in which a standalone backend's controllers store the namespace of the release.
  package static let standaloneAnnotation = "ksx.dev/release-namespace"

  /// The ConfigMap in the release's namespace with the log of a standalone backend's controllers, under `logKey`.
  package static func logName(of installation: String) -> String { "ksx-log.\(installation)" }
  package static let logKey = "log"

  /// The Secret in the same namespace with what those controllers have applied, under `recordKey`.
  package static func recordName(of installation: String) -> String { "ksx-release.\(installation)" }
  package static let recordKey = "release"

  /// The log of its agent in `cluster`; the name is hashed, because with dots in it two agents could share a log.
  package static func logName(of installation: String, agentIn cluster: String) -> String {
    logName(of: "\(installation).\(ConfigHash.of(cluster))")
  }

  /// The prefix of the annotations that ksx writes.
  package static let notePrefix = "ksx.dev/"

  /// Whether the cluster stores a config as text or as an object.
  package enum ConfigForm: Hashable, Sendable {
    case text, object
  }

  /// The part of an extension that runs in one member cluster.
  package struct Agent: Hashable, Sendable {
    package var state: InstallationState
    /// Why the agent is in this state, or empty.
    package var message: String
    /// The time since which it is in this state, RFC 3339, or empty.
    package var time: String
    /// The job that last ran helm for it, or empty.
    package var jobName = ""
    /// Whether the request is blocked, for the reason in `message`; the present agent is left unchanged.
    package var isBlocked = false

    package init(state: InstallationState, message: String, time: String) {
      self.state = state
      self.message = message
      self.time = time
    }

    /// Whether no agent is created, for the reason in `message`.
    package var isSkipped: Bool { state == .none && !message.isEmpty }
    /// Whether its state will not change by itself, or not soon.
    package var hasEnded: Bool { state == .installed || state.isFailure || isSkipped }
  }

  /// A change of the state.
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
    // The earliest Subscriptions have the key `plugin` for their extension.
    let wanted = spec["extension"] ?? spec["plugin"]
    `extension` = wanted?["name"]?.string ?? Self.owner(of: object) ?? object.name
    version = wanted?["version"]?.string ?? ""
    isEnabled = spec["enabled"]?.bool ?? false
    (config, configForm) = Self.config(spec["config"])
    releaseName = status["releaseName"]?.string ?? spec["releaseName"]?.string ?? ""
    wantedNamespace = spec["targetNamespace"]?.string ?? ""
    targetNamespace =
      status["targetNamespace"]?.string ?? object.annotations[Self.standaloneAnnotation] ?? wantedNamespace
    isManagedByStandalone = object.annotations[Self.standaloneAnnotation] != nil
    testRequest = object.annotations[TestRun.requestAnnotation] ?? ""
    testRun = object.annotations[TestRun.resultAnnotation].flatMap { TestRun($0) }
    isBeingDeleted = object.isBeingDeleted
    finalizers = object.finalizers
    created = object.creationTimestamp ?? ""
    deleted = object.value[path: "metadata", "deletionTimestamp"]?.string ?? ""
    writers = FieldWriter.all(of: object)
    readStatus(status)
    readPlacement(spec["clusterScheduling"]?.mapping)
  }

  /// The finalizers of the controllers, which remove them when an uninstall is done.
  package static let ownFinalizers: Set = [
    "kubesphere.io/installplan-protection", "subscription.extensions.kubesphere.io",
  ]

  /// The finalizers of other programs that alone keep an installation which is uninstalled; empty if there are none.
  package var holdingFinalizers: [String] {
    guard isBeingDeleted, !finalizers.contains(where: Self.ownFinalizers.contains) else { return [] }
    return finalizers
  }

  /// Reads what the controllers report.
  private mutating func readStatus(_ status: Value) {
    let condition = status["conditions"]?.sequence?.first
    state = InstallationState(status["state"]?.string ?? "")
    message = CredentialText.removed(from: condition?["message"]?.string ?? "")
    conditionTime = condition?["lastTransitionTime"]?.string ?? ""
    history = (status["stateHistory"]?.sequence ?? []).compactMap { entry in
      guard let state = entry["state"]?.string else { return nil }
      return Transition(state: InstallationState(state), time: entry["lastTransitionTime"]?.string ?? "")
    }
    lastAttempt = LastAttempt(status["conditions"]?.sequence ?? [])
    attemptedVersion = status["version"]?.string ?? lastAttempt?.version ?? ""
    appliedEnabled = status["enabled"]?.bool ?? lastAttempt?.isEnabled
    configHash = status["configHash"]?.string ?? ""
    jobName = status["jobName"]?.string ?? ""
    agents = Dictionary(
      (status["clusterSchedulingStatuses"]?.mapping?.pairs ?? []).map { ($0.key, Self.agent($0.value)) },
      uniquingKeysWith: { $1 })
  }

  /// Reads the member clusters for agents, and the overrides of the config there.
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
    agent.isBlocked = condition?["type"] == "Scheduled" && condition?["status"] == "False"
    return agent
  }

  /// The extension named by the label or owner of an object whose spec names none.
  private static func owner(of object: Object) -> String? {
    object.labels["kubesphere.io/extension-ref"] ?? object.labels["kubesphere.io/extension"]
      ?? object.value[path: "metadata", "ownerReferences"]?.sequence?
      .first { $0["kind"]?.string == "Extension" }?["name"]?.string
  }

  /// Whether `text` equals the config; if that is stored as an object, comments and the order of keys do not count.
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
