import Extensions
package import KubernetesAPI
import Manifest
import Packages
package import Platform

extension ExaminedInstallation {
  /// A Job that runs helm, and the state of its pods.
  package struct ObservedJob: Hashable, Sendable {
    package var isActive: Bool
    package var isComplete: Bool
    package var completed: String
    /// Why a pod does not run, such as `ImagePullBackOff`; `nil` if all run.
    package var waiting: Sentence?
    /// Why the Job has failed; `nil` if it has not.
    package var failure: String?
    /// When the Job was created, RFC 3339, or empty.
    package var created = ""
    /// The chart version that the Job installs; empty if its command does not name it.
    package var version = ""
    /// Whether `waiting` is normal for a new pod, which first pulls images and is scheduled.
    package var isBeginning = false

    package init(isActive: Bool, isComplete: Bool, completed: String = "", waiting: Sentence? = nil) {
      self.isActive = isActive
      self.isComplete = isComplete
      self.completed = completed
      self.waiting = waiting
    }

    package init(_ job: Object, pods: [Object]) {
      isComplete = (job.status["succeeded"]?.integer ?? 0) > 0
      // Another pod of the Job may still be active after one has succeeded; it is not waited for.
      isActive = !isComplete && (job.status["active"]?.integer ?? 0) > 0
      completed = job.status["completionTime"]?.string ?? ""
      failure = job.status["conditions"]?.sequence?.first { $0["type"] == "Failed" && $0["status"] == "True" }
        .map { $0["message"]?.string ?? $0["reason"]?.string ?? "" }
      created = job.creationTimestamp ?? ""
      version = HelmJobArguments(job).chartVersion
      guard isActive else { return }
      if let obstacle = pods.lazy.compactMap(Obstacle.init).first {
        (waiting, isBeginning) = (obstacle.sentence, obstacle.isOrdinary)
      } else if pods.isEmpty {
        (waiting, isBeginning) = ("no pod was made", true)
      }
    }
  }
}

/// What prevents a pod from running.
private struct Obstacle {
  var sentence: Sentence
  /// Whether every pod is in this state for some seconds.
  var isOrdinary: Bool

  init?(_ pod: Object) {
    guard pod.status["phase"]?.string == "Pending" else { return nil }
    let containers = ["initContainerStatuses", "containerStatuses"].flatMap { pod.status[$0]?.sequence ?? [] }
    let waiting = containers.compactMap { $0[path: "state", "waiting"] }.first {
      $0["reason"]?.string != "PodInitializing"
    }
    if let waiting {
      let words = [waiting["reason"]?.string, waiting["message"]?.string].compactMap { $0 }
      sentence = Sentence(verbatim: CredentialText.removed(from: words.joined(separator: ": ")))
      isOrdinary = waiting["reason"]?.string == "ContainerCreating"
      return
    }
    let scheduled = pod.status["conditions"]?.sequence?.first {
      $0["type"] == "PodScheduled" && $0["status"] == "False"
    }
    sentence =
      scheduled.map { "not scheduled: \(CredentialText.removed(from: $0["message"]?.string ?? ""))" }
      ?? "the pod is Pending"
    isOrdinary = scheduled == nil
  }
}

/// The helm command line in a Job of KubeSphere's controllers.
struct HelmJobArguments: Hashable, Sendable {
  private let words: [Substring]
  /// The name of the chart, which is the name of its extension.
  private let chart: String

  /// Reads the command of `job`'s container, which is a shell command line.
  init(_ job: Object) {
    chart = job.labels[Dialect.installPlan.extensionLabel] ?? ""
    let containers = job.spec[path: "template", "spec", "containers"]?.sequence ?? []
    let lines = containers.compactMap { $0["command"]?.sequence?.last?.string }
    words = lines.first { $0.containsText("helm ") }?.split(whereSeparator: \.isWhitespace) ?? []
  }

  /// The version of the chart, or empty if the command line does not name it.
  ///
  /// With a chart of an OCI registry it follows `--version`; with one fetched over HTTP it is part of the file name.
  var chartVersion: String {
    if let index = words.firstIndex(of: "--version"), index + 1 < words.count { return String(words[index + 1]) }
    let file = words.first { $0.hasSuffix(".tgz") }?.split(separator: "/").last?.dropLast(4) ?? ""
    return file.hasPrefix(chart + "-") ? String(file.dropFirst(chart.count + 1)) : ""
  }
}
