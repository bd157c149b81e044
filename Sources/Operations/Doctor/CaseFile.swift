package import Extensions
package import KubernetesAPI
import Manifest
import Packages
package import Platform

/// All that was read of one installation, for a doctor to judge.
package struct CaseFile: Hashable, Sendable {
  /// Something that was looked for.
  package enum Sight<Value: Hashable & Sendable>: Hashable, Sendable {
    case there(Value)
    case missing
    /// It was not looked for, or could not be read.
    case unknown

    package var value: Value? { if case .there(let value) = self { value } else { nil } }
  }

  package var dialect: Dialect
  package var installation: Installation
  /// When it was read.
  package var now: Timestamp
  package var generation = 0
  package var finalizers: [String] = []
  /// Who upgrades it, as it says.
  var upgradeStrategy = ""
  /// It has a status at all.
  package var hasStatus = true
  /// The conditions that say which of its fields are passed over.
  var refusals: [Refusal] = []
  package var `extension`: Sight<Extension> = .unknown
  /// The version that is asked for.
  package var version: Sight<ExtensionVersion> = .unknown
  /// The versions that are offered, newest first.
  package var offered: [String] = []
  package var job: Sight<JobSight> = .unknown
  /// The repository that its extension came from is not there any more.
  package var isRepositoryGone = false
  /// The revisions of its release, oldest first.
  package var releases: Sight<[HelmRelease]> = .unknown
  /// The member clusters that agents are asked for in, by name.
  package var clusters: [String: Sight<MemberCluster>] = [:]
  /// What the status says of each agent.
  package var agents: [String: InstallationState] { installation.agents.mapValues(\.state) }
  package var served: [ServedObject] = []
  /// Other installations that have no status yet.
  package var untouched = 0
  /// The namespace that it is to lie in, while that is being deleted; read only of what has no state.
  package var leavingNamespace: Object?
  /// It was found that the controllers are down, which explains what they have not noticed.
  package var areControllersDown = false
  /// The release that was Installed here before, where it is known and another.
  package var former: ReleaseMemory.Entry?
  /// What it owns and a deletion in the foreground waits for.
  package var dependants: [String] = []
  /// What its own pods wait for.
  package var pods: [PodTrouble] = []
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

  /// What is asked for and not taken up, of a version that appeared later: that wakes none of KubeSphere's controllers.
  var passedBy: UntakenChange? {
    guard let created = version.value.flatMap({ Timestamp.seconds($0.created) }), !installation.isBeingDeleted else {
      return nil
    }
    return installation.untaken(at: now).first { change in
      change.field != "spec" && Timestamp.seconds(change.since).map { $0 < created } == true
    }
  }

  /// `kept` of this computer, completed by what was read.
  func memory(_ kept: ReleaseMemory?) -> ReleaseMemory {
    let deployed = DeployedRelease.all(releases.value ?? [], nil, of: installation)
    return (kept ?? ReleaseMemory()).completed(by: installation, `extension`.value, deployed)
  }

  /// A condition that says of a field that it is passed over.
  struct Refusal: Hashable, Sendable {
    /// A type for the namespace of a release, and one for all other fields.
    private static let types: Set = ["TargetNamespace", "Accepted"]

    var type: String
    var message: String
    var time: String

    /// Those among `conditions`.
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
