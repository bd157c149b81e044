import Extensions
import KubernetesAPI
import Manifest
import Platform

/// Signs of whether the controllers work: changes that they have not acted on, and the lease that they renew.
struct ObservedController: Hashable, Sendable {
  /// The leader election lease of `ksxd controllers`.
  static let lease = (namespace: "kubesphere-system", name: "ksxd-controllers")
  static let leases = Resource(
    group: "coordination.k8s.io", version: "v1", plural: "leases", kind: "Lease", isNamespaced: true)

  let dialect: Dialect
  let now: Timestamp
  /// The installations that are examined.
  var installations: [Installation]
  /// Whether the controllers of a standalone backend manage the installations of this cluster.
  var isKept = false
  /// Names of installations whose ExtensionVersion is missing or was created later; KubeSphere's controllers ignore
  /// them.
  var lackingVersion: Set<String> = []
  /// Names of installations that wait for the deletion of a namespace; they do not show whether the controllers work.
  var waiting: Set<String> = []
  /// All installations of the cluster, including those that are not examined.
  var everyone: [Installation] = []
  /// The lease of the leader; `nil` if there is none, as with a single replica, or if it may not be read.
  var lease: Object?

  /// The finding that the controllers are down; `nil` if nothing shows that they are.
  var finding: Finding? {
    let open = unobservedChanges
    guard !open.isEmpty || isLeaseOld && isKept else { return nil }
    if let hanging { return hanging }
    let longest = open.map(\.change.seconds).max() ?? 0
    let names = Set(open.map(\.installation.extension)).count
    let what: Sentence =
      open.isEmpty
      ? "the controllers do not renew their lease: they are down, or cannot write"
      : names == 1
        ? "the controllers have not taken up what is asked of \(open[0].installation.extension) for \(longest) s: they are down, or do not get to it"
        : "the controllers have not taken up what is asked of \(names) extensions, for \(longest) s: they are down, or do not get to it"
    return Finding(
      cause: .controllersDown, subject: "cluster", sentence: what,
      evidence: open.prefix(10).map(\.evidence) + leaseSigns,
      certainty: isLeaseOld ? .certain : .likely, remedies: [remedy])
  }

  /// The finding that fetching charts blocks KubeSphere's controllers, which fetch two at a time, without a timeout.
  private var hanging: Finding? {
    let fetching =
      isKept
      ? []
      : everyone.sorted { $0.name < $1.name }.filter { installation in
        let since = Timestamp.seconds(installation.history.last?.time ?? "")
        return installation.observed.state == .preparing && !installation.isBeingDeleted
          && since.map { now.secondsSince1970 - $0 >= UnobservedChange.graceSeconds } == true
      }
    guard fetching.count >= 2 else { return nil }
    let names = fetching.map(\.extension).joined(separator: ", ")
    return Finding(
      cause: .repositoryHangs, subject: "cluster",
      sentence: "\(names) are being prepared without end: charts that hang while they are fetched stop all else",
      evidence: fetching.map {
        Finding.Evidence(
          "\(dialect.installations.kind) \($0.name)", "status.state", saying: "Preparing",
          time: $0.history.last?.time ?? "")
      }, certainty: .likely, remedies: [Remedies(dialect: dialect, installation: fetching[0]).chartsAnswer])
  }

  /// The requests that show that the controllers do not work.
  ///
  /// KubeSphere's controllers do not react when the version of an installation appears only after it; `Diagnosis` finds
  /// that.
  private var unobservedChanges: [Open] {
    let all = installations.sorted { $0.name < $1.name }.flatMap { installation in
      installation.unobservedChanges(at: now).map {
        Open(installation: installation, change: $0, kind: dialect.installations.kind)
      }
    }
    let known = all.filter { !waiting.contains($0.installation.name) }.filter {
      isKept || !lackingVersion.contains($0.installation.name)
    }
    return !known.isEmpty && isKept || known.contains { $0.change.field != "spec" } ? known : []
  }

  private struct Open: Hashable {
    var installation: Installation
    var change: UnobservedChange
    var kind: String

    var evidence: Finding.Evidence {
      Finding.Evidence("\(kind) \(installation.name)", change.field, saying: change.values, time: change.since)
    }
  }

  private var renewed: String { lease?.spec["renewTime"]?.string ?? "" }

  /// Whether the lease has no holder or has expired; its holder renews it several times within its duration.
  private var isLeaseOld: Bool {
    guard let lease else { return false }
    if lease.spec["holderIdentity"]?.string?.isEmpty != false { return true }
    let duration = lease.spec["leaseDurationSeconds"]?.integer ?? 15
    return Timestamp.seconds(renewed).map { now.secondsSince1970 - $0 > 2 * duration } ?? false
  }

  private var leaseSigns: [Finding.Evidence] {
    guard let lease else { return [] }
    let holder = lease.spec["holderIdentity"]?.string ?? ""
    let object = "Lease \(Self.lease.namespace)/\(Self.lease.name)"
    return [
      Finding.Evidence(
        object, "spec.renewTime", saying: holder.isEmpty ? "held by none" : "held by \(holder)", time: renewed)
    ]
  }

  private var remedy: Remedy {
    let how: Sentence =
      isKept
      ? "start ksxd controllers again, or see in its log what it waits for"
      : "kubectl -n kubesphere-system get pods; look at ks-controller-manager"
    return Remedy(
      "start the controllers again", [.manual(how)],
      cost: "until then changes are stored and not carried out; ksx disable NAME --now --climb state works without them"
    )
  }
}
