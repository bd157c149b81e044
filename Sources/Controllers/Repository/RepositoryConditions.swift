import Extensions
import KubernetesAPI
import Manifest
import Platform

/// The conditions of a repository: whether it answers, and the result of the last sync.
///
/// Stored in the status if the kind has a field for them, and in an annotation for shipped KubeSphere's Repository,
/// which has none.
struct RepositoryConditions: Hashable, Sendable {
  static let annotation = "ksx.dev/conditions"

  private var all: [Value]
  private let before: [Value]

  init(of object: Object, dialect: Dialect) {
    let kept =
      dialect.name == .installPlan
      ? object.annotations[Self.annotation].flatMap { try? JSON.parse(Array($0.utf8)) } : object.status["conditions"]
    all = kept?.sequence ?? []
    before = all
  }

  /// Whether a condition differs from the object's.
  var hasChanged: Bool { all != before }

  /// Reports ignored fields; if there are none, removes the condition.
  mutating func noted(_ problems: [String], interval: Int, at now: Timestamp) {
    if problems.isEmpty { return all.removeAll { $0["type"]?.string == "Accepted" } }
    let text = problems.joined(separator: "; ") + "; it is looked at every \(interval) s"
    set("Accepted", "False", "InvalidField", Excerpt.shortened(text, to: 1000), now)
  }

  /// Reports a sync.
  mutating func synced(_ outcome: Publisher.Outcome, interval: Int, at now: Timestamp) {
    set("Reachable", "True", "Answered", "it answered", now)
    let counts = "\(outcome.versions) versions of \(outcome.extensions) extensions"
    let gone = outcome.gone == 0 ? "" : ", \(outcome.gone) kept because they are installed"
    let refused = outcome.problems.isEmpty ? "" : ", \(outcome.problems.count) left out: \(outcome.problems[0])"
    set(
      "Synced", outcome.problems.isEmpty ? "True" : "False", outcome.problems.isEmpty ? "Synced" : "PartiallySynced",
      Excerpt.shortened("\(counts)\(gone)\(refused); it is looked at every \(interval) s", to: 1000), now)
  }

  /// Reports a failed sync, which is tried again after `delay`.
  mutating func failed(_ reason: String, hasAnswered: Bool?, delay: Duration, at now: Timestamp) {
    let text = Excerpt.shortened(reason, to: 1000)
    switch hasAnswered {
    case true?: set("Reachable", "True", "Answered", text, now)
    case false?: set("Reachable", "False", "NoAnswer", text, now)
    case nil: set("Reachable", "Unknown", "NotAsked", text, now)
    }
    let seconds = max(1, delay.components.seconds)
    let cause = Excerpt.shortened(reason, to: 900)
    set("Synced", "False", "SyncFailed", "\(cause); it is tried again after \(seconds) s", now)
  }

  private mutating func set(_ type: String, _ status: String, _ reason: String, _ message: String, _ now: Timestamp) {
    let index = all.firstIndex { $0["type"]?.string == type }
    let present = index.map { all[$0] }
    let isSame = present?["status"]?.string == status && present?["reason"]?.string == reason
    if isSame, present?["message"]?.string == message { return }
    let since = isSame ? present?["lastTransitionTime"] ?? .null : .string(now.description)
    let condition: Value = [
      "type": .string(type), "status": .string(status), "reason": .string(reason), "message": .string(message),
      "lastTransitionTime": since,
    ]
    if let index { all[index] = condition } else { all.append(condition) }
  }

  /// A patch with the conditions, and other annotations and status fields.
  func patch(_ dialect: Dialect, annotations: Mapping = [:], status: Mapping = [:]) -> Value {
    var (annotations, status) = (annotations, status)
    switch dialect.name {
    case .installPlan: annotations[Self.annotation] = .string(JSON.text(.sequence(all)))
    case .subscription: status["conditions"] = .sequence(all)
    }
    return ["metadata": ["annotations": .mapping(annotations)], "status": .mapping(status)]
  }
}
