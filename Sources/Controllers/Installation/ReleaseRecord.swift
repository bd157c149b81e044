import Charts
import Client
import Extensions
import KubernetesAPI
import Packages
import Platform

/// What the controller has recorded of one release, and continues from after a restart.
///
/// A value; each transition of the state machine is a function that returns the next record.
struct ReleaseRecord: Hashable, Sendable {
  /// A version with a config, attempted or deployed.
  struct Attempt: Hashable, Sendable {
    var version: String
    var config: String

    var configHash: String { ConfigHash.of(config) }

    /// `v1.2.0` and `1.2.0` are the same version.
    static func == (left: Attempt, right: Attempt) -> Bool {
      VersionText(left.version) == VersionText(right.version) && left.config == right.config
    }

    func hash(into hasher: inout Hasher) {
      hasher.combine(VersionText(version))
      hasher.combine(config)
    }
  }

  /// An object of the release and its resource in the cluster.
  struct Part: Hashable, Sendable {
    var resource: Resource
    var object: Object
    /// The template that it comes from.
    var file: String

    var reference: Reference {
      Reference(resource: resource.qualifiedName, namespace: object.namespace ?? "", name: object.name)
    }
  }

  struct Reference: Hashable, Sendable {
    var resource: String
    var namespace: String
    var name: String
  }

  /// The object of a hook, whose resource is looked up when it runs, because the chart may define its kind.
  struct Hook: Hashable, Sendable {
    var object: Object
    /// The template that it comes from.
    var file: String

    /// The object's kind and name, for the user.
    var title: String { "\(object.kind) \(object.name)" }
    var policies: Set<HookAnnotation.DeletePolicy> {
      HookAnnotation.deletePolicies(object.annotations["helm.sh/hook-delete-policy"] ?? "")
    }
  }

  /// The progress of the hooks of an attempt or a removal.
  struct HookProgress: Hashable, Sendable {
    /// Distinguishes the objects of one run from those of earlier ones; incremented with each attempt and removal.
    var run = 0
    /// Events whose hooks have all succeeded.
    var ended: Set<HookEvent> = []
    /// How many hooks of the current event have succeeded.
    var count = 0
  }

  struct Transition: Hashable, Sendable {
    var state: InstallationState
    var time: Timestamp
  }

  struct Condition: Hashable, Sendable {
    var type: String
    var isTrue: Bool
    var reason: String
    var message: String
    var time: Timestamp

    /// Whether both are equal apart from their times.
    func says(_ other: Condition) -> Bool {
      (type, isTrue, reason, message) == (other.type, other.isTrue, other.reason, other.message)
    }
  }

  /// The name of the installation, which may differ from the extension's, or the key of one of its agents.
  var name: String
  /// The value of `.Release.Name` in charts.
  var release: String
  /// The extension's name; empty in a record of an earlier ksxd.
  var `extension` = ""
  var namespace: String
  /// The uid of the agent's member cluster object; empty for the extension's own release.
  var clusterID = ""
  var state = InstallationState.none
  /// Incremented with every attempt.
  var revision = 0
  /// The last attempt, which may be in progress.
  var attempt: Attempt
  /// The last attempt that succeeded.
  var deployed: Attempt?
  /// When the current state or its timeout began.
  var since: Timestamp
  /// Whether all objects of this attempt have been applied.
  var isApplied = false
  /// Whether everything is ready and nothing is left over; hooks may still have to run.
  var isReady = false
  /// Whether the gateway was last told to serve the extension; `nil` before it was told.
  var appliedEnabled: Bool?
  /// The objects of this attempt.
  var parts: [Part] = []
  /// Objects of earlier attempts that may still exist, with the fields of all attempts that applied them.
  var earlier: [Part] = []
  /// The tests of this attempt's chart, in order; `nil` in a record of an earlier ksxd.
  var tests: [Part]? = nil
  /// The hooks of this attempt's chart, in order.
  var hooks: [Hook] = []
  var hookProgress = HookProgress()
  /// Identifies what was offered when this attempt failed because its chart was not available; otherwise `nil`.
  var refusedOffer: String?
  /// What a user should know about this attempt, such as hooks that are not run.
  var notes: [String] = []
  /// Newest last, ten at most (docs/KUBESPHERE.md: Reconciling).
  var history: [Transition] = []
  /// Newest first, one of each type (docs/KUBESPHERE.md: States).
  var conditions: [Condition] = []

  init(name: String, release: String, namespace: String, attempt: Attempt, at time: Timestamp) {
    self.name = name
    self.release = release
    self.namespace = namespace
    self.attempt = attempt
    since = time
  }

  /// All objects that may exist in the cluster because of this release.
  var inventory: [Part] {
    let known = Set(parts.map(\.reference))
    return parts + (tests ?? []) + earlier.filter { !known.contains($0.reference) }
  }

  /// Objects of earlier attempts that are not in this one.
  var leftovers: [Part] {
    let wanted = Set(parts.map(\.reference))
    return earlier.filter { !wanted.contains($0.reference) }
  }

  /// The hooks of `event`, in order.
  func hooks(at event: HookEvent) -> [Hook] {
    hooks.filter { HookAnnotation($0.object.annotations["helm.sh/hook"] ?? "").events.contains(event) }
  }

  /// Whether hooks of `event` still have to run.
  func isOpen(_ event: HookEvent) -> Bool {
    !hookProgress.ended.contains(event) && !hooks(at: event).isEmpty
  }

  /// Attempts are installations until one has succeeded, and upgrades after that.
  var isUpgrade: Bool { deployed != nil }

  static let longestHistory = 10
}
