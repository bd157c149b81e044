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
  /// A version with a config, tried or running.
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

  /// One object of the release, and how the cluster serves it.
  struct Part: Hashable, Sendable {
    var resource: Resource
    var object: Object
    /// The template it comes from.
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

  /// An object that is run at moments of the release's life; how the cluster serves it is known only then, for the chart
  /// may bring its kind.
  struct Hook: Hashable, Sendable {
    var object: Object
    /// The template it comes from.
    var file: String

    /// The object's title, for the user.
    var title: String { "\(object.kind) \(object.name)" }
    var policies: Set<HookWords.DeletePolicy> {
      HookWords.deletePolicies(object.annotations["helm.sh/hook-delete-policy"] ?? "")
    }
  }

  /// How far the hooks of an attempt, or of a removal, have come.
  struct HookProgress: Hashable, Sendable {
    /// Tells the objects of one run from those that an earlier one left; grows with each attempt and removal.
    var run = 0
    /// The moments whose hooks have all ended well.
    var ended: Set<HookEvent> = []
    /// How many hooks of the present moment have ended well.
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

    /// Whether it says the same, whenever it began to.
    func says(_ other: Condition) -> Bool {
      (type, isTrue, reason, message) == (other.type, other.isTrue, other.reason, other.message)
    }
  }

  /// The installation's name, which is not always the extension's, or the key of one of its agents.
  var name: String
  /// The value of `.Release.Name` in charts.
  var release: String
  /// The extension that it is of; empty in a record of a ksxd that did not keep it.
  var `extension` = ""
  var namespace: String
  /// The uid of the member cluster's object, in which an agent was made; empty for an extension itself.
  var clusterID = ""
  var state = InstallationState.none
  /// Grows with every attempt.
  var revision = 0
  /// The last attempt, which is under way while the state is busy.
  var attempt: Attempt
  /// The last attempt that succeeded.
  var deployed: Attempt?
  /// When the present state began.
  var since: Timestamp
  /// All objects of this attempt have been applied.
  var isApplied = false
  /// Everything is ready and nothing is left over; hooks may still be to be run.
  var isReady = false
  /// Whether the gateway was last told to serve the extension; `nil` before it was told anything.
  var appliedEnabled: Bool?
  /// The objects of this attempt.
  var parts: [Part] = []
  /// Objects of earlier attempts that may still exist; one that two attempts made has the keys of both.
  var earlier: [Part] = []
  /// The tests of this attempt's chart, in their order; `nil` in a record of a ksxd that kept none.
  var tests: [Part]? = nil
  /// The hooks of this attempt's chart, in their order.
  var hooks: [Hook] = []
  var hookProgress = HookProgress()
  /// What was offered when this attempt failed for want of its chart; `nil` when it did not.
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

  /// Everything that may be in the cluster because of this release.
  var inventory: [Part] {
    let known = Set(parts.map(\.reference))
    return parts + (tests ?? []) + earlier.filter { !known.contains($0.reference) }
  }

  /// Objects of earlier attempts that are not in this one.
  var leftovers: [Part] {
    let wanted = Set(parts.map(\.reference))
    return earlier.filter { !wanted.contains($0.reference) }
  }

  /// The hooks of `event`, in their order.
  func hooks(at event: HookEvent) -> [Hook] {
    hooks.filter { HookWords($0.object.annotations["helm.sh/hook"] ?? "").events.contains(event) }
  }

  /// Whether hooks are still to be run at `event`.
  func isOpen(_ event: HookEvent) -> Bool {
    !hookProgress.ended.contains(event) && !hooks(at: event).isEmpty
  }

  /// Attempts are installations until one has succeeded, and upgrades after that.
  var isUpgrade: Bool { deployed != nil }

  static let longestHistory = 10
}
