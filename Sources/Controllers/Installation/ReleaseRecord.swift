import Charts
import Client
import Extensions
import KubernetesAPI
import Packages
import Platform

/// What the controller knows of one release: the truth from which it goes on after a restart.
///
/// A value; every edge of the state machine is a function that makes the next one of it.
struct ReleaseRecord: Hashable, Sendable {
  /// A version with a config, tried or running.
  struct Attempt: Hashable, Sendable {
    var version: String
    var config: String

    var configHash: String { ConfigHash.of(config) }

    /// A version with a `v` is the one without.
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
  }

  /// The installation's name, which is not always the extension's.
  var name: String
  /// What charts are told as `.Release.Name`.
  var release: String
  var namespace: String
  var state = InstallationState.none
  /// Grows with every attempt.
  var revision = 0
  /// What was tried last, and is under way while the state is busy.
  var attempt: Attempt
  /// What is known to have worked last.
  var deployed: Attempt?
  /// When the present state began.
  var since: Timestamp
  /// Everything of this attempt has been made.
  var isApplied = false
  /// Whether the gateway was last told to serve the extension; `nil` before it was told anything.
  var appliedEnabled: Bool?
  /// What this attempt wants to be there.
  var parts: [Part] = []
  /// What earlier attempts may have left; where two differ, the keys of both.
  var earlier: [Part] = []
  /// The tests of this attempt's chart, in their order; `nil` in a record of a ksxd that kept none.
  var tests: [Part]? = nil
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

  /// What earlier attempts left and this one does not want.
  var leftovers: [Part] {
    let wanted = Set(parts.map(\.reference))
    return earlier.filter { !wanted.contains($0.reference) }
  }

  /// The first attempts of a release that never worked are installations.
  var isUpgrade: Bool { deployed != nil }

  static let longestHistory = 10
}
