import Extensions
import KubernetesAPI
import Manifest
import Platform

// Deletions that do not finish.
extension Diagnosis {
  /// A deletion that takes more seconds than these is held up by something.
  private static let stuckSeconds = 30

  /// A deletion that KubeSphere's controllers do not continue, or whose Job does not do its work.
  var deletionFinding: Finding? {
    guard installation.isBeingDeleted else { return nil }
    switch state {
    case .uninstallFailed:
      return finding(
        .uninstallFailed, "its uninstall failed and is not tried again: \(installation.reason)",
        [stateEvidence, deletion] + attempt, .certain, [remedies.uninstallAgain, remedies.force] + readWhy)
    case .uninstalling where examined.job.value?.failure != nil && isOld:
      return finding(
        .uninstallStands, "the job that uninstalls it has failed, and that was not noticed",
        [stateEvidence, deletion] + attempt,
        .certain, [remedies.uninstallAgain, remedies.force] + readWhy)
    case .uninstalled where hasOwnFinalizer, .uninstalling where installation.jobName.isEmpty:
      return finding(
        .uninstallStands, "its uninstall stands still", [stateEvidence, deletion] + attempt, .likely,
        [remedies.uninstallAgain, remedies.force])
    case .uninstalling where examined.job.value?.isComplete == true && examined.releases == .there([]) && isOld:
      return finding(
        .uninstallStands, "it is uninstalled, and its controller has not noticed that",
        [stateEvidence, deletion] + attempt,
        .likely, [remedies.nudge, remedies.force])
    default: return nil
    }
  }

  /// What the last attempt left behind: the failure of its Job, and helm's newest revision.
  private var attempt: [Finding.Evidence] {
    var signs: [Finding.Evidence] = []
    if let failure = examined.job.value?.failure {
      signs.append(Finding.Evidence("Job \(installation.jobName)", "status.conditions", failure))
    }
    if let release = examined.releases.value?.newest {
      signs.append(Finding.Evidence("Secret \(release.secretName)", "label status", release.status, time: release.time))
    }
    return signs
  }

  private var readWhy: [Remedy] {
    guard examined.job.value != nil else { return [] }
    return [Remedy("read why", [.manual("ksx logs \(installation.extension)")])]
  }

  /// Whether its state has not changed for longer than `stuckSeconds`.
  private var isOld: Bool {
    age(lastTime.isEmpty ? installation.deleted : lastTime).map { $0 > Self.stuckSeconds } == true
  }

  private var hasOwnFinalizer: Bool {
    examined.finalizers.contains(where: Installation.ownFinalizers.contains) || examined.finalizers.isEmpty
  }

  /// An installation that its controller has uninstalled, but that finalizers of other programs keep.
  var finalizerFinding: Finding? {
    let others = examined.finalizers.filter { !Installation.ownFinalizers.contains($0) }
    guard installation.isBeingDeleted, !others.isEmpty, others.count == examined.finalizers.count,
      let age = age(installation.deleted), age > Self.stuckSeconds
    else { return nil }
    let list = Finding.Evidence(name, "metadata.finalizers", others.joined(separator: ", "))
    guard others.contains("foregroundDeletion") else {
      return finding(
        .uninstallHeld,
        "it is uninstalled, and held by the finalizers of another program: \(others.joined(separator: ", "))",
        [deletion, list], .certain, [finalizerOwner, remedies.dropFinalizers(others)])
    }
    let owned = examined.dependants.map { Finding.Evidence($0, "metadata.ownerReferences", installation.name) }
    return finding(
      .uninstallHeld,
      "it is uninstalled, and was deleted in such a way (foregroundDeletion) that it waits for all that it owns to go",
      [deletion, list] + owned.prefix(5), .certain,
      [
        Remedy(
          "see what holds that", [.manual("the finalizers of what it owns, and the garbage collector of the cluster")]),
        remedies.dropFinalizers(["foregroundDeletion"]),
      ])
  }

  private var finalizerOwner: Remedy {
    Remedy(
      "have that program take it off",
      [.manual("start the program that the finalizer is called after, or look at its log")])
  }

  /// An uninstall that the controllers of `ksxd` retry again and again; their condition says what holds it up.
  var heldFinding: Finding? {
    guard installation.isBeingDeleted, state == .uninstallFailed || state == .uninstalling && isOld else { return nil }
    let words = installation.message
    let said = Finding.Evidence(name, "status.conditions", words, time: installation.conditionTime)
    let signs = [stateEvidence, deletion] + (words.isEmpty ? [] : [said])
    if let hook = HeldObject(hookIn: words, in: remedies.namespace) { return failed(hook, words, signs) }
    if let held = HeldObject(heldIn: words) { return waits(for: held, signs) }
    return finding(
      .uninstallHeld, "its uninstall does not come to its end, and is tried again and again: \(words)", signs,
      words.isEmpty ? .possible : .certain, [remedies.log, remedies.forceLeaving])
  }

  private func failed(_ hook: HeldObject, _ words: String, _ signs: [Finding.Evidence]) -> Finding {
    let again = Remedy(
      "run the hook again", [.manual(Sentence(verbatim: hook.deletion))], cost: "mend what it failed on first")
    return finding(
      .uninstallHeld, "its uninstall waits for a hook of its chart that failed: \(words)", signs, .certain,
      [remedies.log, again, remedies.force])
  }

  private func waits(for held: HeldObject, _ signs: [Finding.Evidence]) -> Finding {
    let release = Remedy(
      "take its finalizers off", [.manual(Sentence(verbatim: held.finalizerRemoval))],
      cost: "what that program wanted to do before stays undone")
    return finding(
      .uninstallHeld, "its uninstall waits for \(held.title), which the finalizers \(held.finalizers) hold", signs,
      .certain, [finalizerOwner, release, remedies.forceLeaving])
  }
}

/// An object that holds up an uninstall, as the controllers of `ksxd` write it: `JSBundle bell`, `Job
/// extension-bell/last (held by its finalizers a.b/c)`.
struct HeldObject: Hashable {
  var kind: String
  var namespace: String?
  var name: String
  var finalizers = ""

  /// The first object that `message` says is held by finalizers.
  init?(heldIn message: String) {
    guard let start = message.rangeOfText(" (held by its finalizers ") else { return nil }
    let words = message[..<start.lowerBound].split(separator: " ")
    guard let path = words.last, let kind = words.dropLast().last else { return nil }
    self.init(kind, path)
    finalizers = String(message[start.upperBound...].prefix { $0 != ")" })
  }

  /// The pre-delete or post-delete hook that `message` says has failed.
  init?(hookIn message: String, in namespace: String) {
    guard message.hasPrefix("pre-delete hook ") || message.hasPrefix("post-delete hook ") else { return nil }
    let words = message.split(separator: " ")
    guard words.count > 4, words[4] == "failed:" else { return nil }
    self.init(words[2], words[3])
    // Without a namespace of its own, the hook is in that of its release.
    self.namespace = self.namespace ?? namespace
  }

  private init(_ kind: Substring, _ path: Substring) {
    self.kind = String(kind)
    let parts = path.split(separator: "/", maxSplits: 1).map(String.init)
    namespace = parts.count == 2 ? parts[0] : nil
    name = parts.last ?? ""
  }

  var title: String { "\(kind) \(namespace.map { $0 + "/" } ?? "")\(name)" }
  private var start: [String] { ["kubectl"] + (namespace.map { ["-n", $0] } ?? []) }
  /// The kubectl command that deletes the object.
  var deletion: String { Shell.line(start + ["delete", kind.lowercased(), name]) }
  /// The kubectl command that removes the object's finalizers.
  var finalizerRemoval: String {
    Shell.line(start + ["patch", kind.lowercased(), name, "--type=merge", "-p", #"{"metadata":{"finalizers":null}}"#])
  }
}
