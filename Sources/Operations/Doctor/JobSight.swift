import Extensions
package import KubernetesAPI
import Manifest
import Packages
package import Platform

extension CaseFile {
  /// A job of helm's, and how far its pods are.
  package struct JobSight: Hashable, Sendable {
    package var isActive: Bool
    package var isComplete: Bool
    package var completed: String
    /// Why a pod does not run, such as `ImagePullBackOff`; `nil` if it does, or there is none.
    package var waiting: Sentence?
    /// Why it has failed, or `nil`.
    package var failure: String?
    /// When it was made, RFC 3339, or empty.
    package var created = ""
    /// The version of the chart that it was made for, or empty if its command does not name it.
    package var version = ""
    /// What it waits for is what every pod waits for at first: an image that is fetched, a node that is looked for.
    package var isBeginning = false

    package init(isActive: Bool, isComplete: Bool, completed: String = "", waiting: Sentence? = nil) {
      self.isActive = isActive
      self.isComplete = isComplete
      self.completed = completed
      self.waiting = waiting
    }

    package init(_ job: Object, pods: [Object]) {
      isComplete = (job.status["succeeded"]?.integer ?? 0) > 0
      // A pod that was begun beside the one that did it is not waited for.
      isActive = !isComplete && (job.status["active"]?.integer ?? 0) > 0
      completed = job.status["completionTime"]?.string ?? ""
      failure = job.status["conditions"]?.sequence?.first { $0["type"] == "Failed" && $0["status"] == "True" }
        .map { $0["message"]?.string ?? $0["reason"]?.string ?? "" }
      created = job.creationTimestamp ?? ""
      version = HelmCommand(job).chartVersion
      guard isActive else { return }
      if let obstacle = pods.lazy.compactMap(Obstacle.init).first {
        (waiting, isBeginning) = (obstacle.sentence, obstacle.isOrdinary)
      } else if pods.isEmpty {
        (waiting, isBeginning) = ("no pod was made", true)
      }
    }
  }
}

/// What keeps a pod from running.
private struct Obstacle {
  var sentence: Sentence
  /// Every pod is so for some seconds.
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

/// The line that a job of KubeSphere's controllers gives to helm.
struct HelmCommand: Hashable, Sendable {
  private let words: [Substring]
  /// The name of the chart, which is that of its extension.
  private let chart: String

  /// Reads the command of `job`'s container, which is a line for a shell.
  init(_ job: Object) {
    chart = job.labels[Dialect.installPlan.extensionLabel] ?? ""
    let containers = job.spec[path: "template", "spec", "containers"]?.sequence ?? []
    let lines = containers.compactMap { $0["command"]?.sequence?.last?.string }
    words = lines.first { $0.containsText("helm ") }?.split(whereSeparator: \.isWhitespace) ?? []
  }

  /// The version of the chart that it is about, or empty if the line does not name it.
  ///
  /// A registry's chart stands beside `--version`; one that was fetched over HTTP has it in the name of its file.
  var chartVersion: String {
    if let place = words.firstIndex(of: "--version"), place + 1 < words.count { return String(words[place + 1]) }
    let file = words.first { $0.hasSuffix(".tgz") }?.split(separator: "/").last?.dropLast(4) ?? ""
    return file.hasPrefix(chart + "-") ? String(file.dropFirst(chart.count + 1)) : ""
  }
}
