package import Extensions
package import KubernetesAPI
import Manifest
import Packages
package import Platform

/// Everything that was read about one installation, for its diagnosis.
package struct ExaminedInstallation: Hashable, Sendable {
  /// The result of a lookup.
  package enum Lookup<Value: Hashable & Sendable>: Hashable, Sendable {
    case there(Value)
    case missing
    /// It was not looked up, or could not be read.
    case unknown

    package var value: Value? { if case .there(let value) = self { value } else { nil } }
  }

  package var dialect: Dialect
  package var installation: Installation
  /// When it was read.
  package var now: Timestamp
  package var generation = 0
  package var finalizers: [String] = []
  /// `spec.upgradeStrategy`.
  var upgradeStrategy = ""
  /// Whether the installation has a non-empty status.
  package var hasStatus = true
  /// The conditions that report ignored fields of the spec.
  var refusals: [Refusal] = []
  package var `extension`: Lookup<Extension> = .unknown
  /// The version that the spec asks for.
  package var version: Lookup<ExtensionVersion> = .unknown
  /// The versions in the catalogue, newest first.
  package var versions: [ExtensionVersion] = []
  /// Their names.
  package var offered: [String] = []
  package var job: Lookup<ObservedJob> = .unknown
  /// Whether the repository of its extension no longer exists.
  package var isRepositoryGone = false
  /// The revisions of its Helm release, oldest first.
  package var releases: Lookup<[HelmRelease]> = .unknown
  /// The member clusters where it has an agent or asks for one, by name.
  package var clusters: [String: Lookup<MemberCluster>] = [:]
  /// The state of each agent, from the status.
  package var agents: [String: InstallationState] { installation.agents.mapValues(\.state) }
  package var served: [ServedObject] = []
  /// How many other installations have no status yet.
  package var untouched = 0
  /// The namespace that it is to be installed into, if that is Terminating; read only if it has no state.
  package var leavingNamespace: Object?
  /// Whether the controllers were found to be down, which explains changes that they have not acted on.
  package var areControllersDown = false
  /// The release that was Installed before, if it is known and differs from this one.
  package var former: ReleaseMemory.Entry?
  /// Objects that it owns; a foreground deletion waits until they are deleted.
  package var dependants: [String] = []
  /// What its own pods are waiting for.
  package var pods: [PodProblem] = []
  package var context: PlanContext?

  package init(_ object: Object, dialect: Dialect, now: Timestamp) {
    self.dialect = dialect
    self.now = now
    installation = Installation(object)
    generation = object.generation ?? 0
    finalizers = object.finalizers
    upgradeStrategy = Chart.text(object.spec["upgradeStrategy"])
    hasStatus = object.status.mapping?.isEmpty == false
    refusals = Refusal.all(of: object.status["conditions"])
  }

  /// The same beside what was read of all: what is served, the names of the installations without a status, whether the
  /// controllers are down, and what this computer remembers of its releases.
  func beside(
    _ served: [ServedObject], untouched: [String], areControllersDown: Bool, _ kept: ReleaseMemory?
  ) -> ExaminedInstallation {
    var file = self
    file.areControllersDown = areControllersDown
    file.former = memory(kept).worked(before: installation)
    file.served = served.filter { $0.extension == installation.extension }
    file.untouched = untouched.count { $0 != installation.name }
    return file
  }

  /// A change that the controllers have not acted on because the ExtensionVersion was created after it.
  ///
  /// A new ExtensionVersion does not wake KubeSphere's controllers.
  var passedBy: UnobservedChange? {
    guard let created = version.value.flatMap({ Timestamp.seconds($0.created) }), !installation.isBeingDeleted else {
      return nil
    }
    return installation.unobservedChanges(at: now).first { change in
      change.field != "spec" && Timestamp.seconds(change.since).map { $0 < created } == true
    }
  }

  /// The memory `kept` on this computer, completed with what was read from the cluster.
  func memory(_ kept: ReleaseMemory?) -> ReleaseMemory {
    let deployed = DeployedRelease.all(releases.value ?? [], nil, of: installation)
    return (kept ?? ReleaseMemory()).completed(by: installation, `extension`.value, deployed)
  }

  /// A condition that reports an ignored field of the spec.
  struct Refusal: Hashable, Sendable {
    /// `TargetNamespace` is about the namespace of the release, `Accepted` about all other fields.
    private static let types: Set = ["TargetNamespace", "Accepted"]

    var type: String
    var message: String
    var time: String

    /// The refusals among `conditions`.
    static func all(of conditions: Value?) -> [Refusal] {
      (conditions?.sequence ?? []).compactMap { condition in
        guard let type = condition["type"]?.string, types.contains(type), condition["status"] == "False" else {
          return nil
        }
        return Refusal(
          type: type, message: CredentialText.removed(from: condition["message"]?.string ?? ""),
          time: condition["lastTransitionTime"]?.string ?? "")
      }
    }
  }
}
