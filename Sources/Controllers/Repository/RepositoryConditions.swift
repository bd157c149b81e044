import Extensions
import KubernetesAPI
import Manifest
import Platform

/// What is known of a repository: whether it answers, and what came of reading it.
///
/// They stand in the status where the kind has room for them; shipped KubeSphere's Repository has none, so there they are an
/// annotation.
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

  /// Whether anything is said otherwise than before.
  var hasChanged: Bool { all != before }

  /// Says which fields are passed over; where there are none, only what was said before is taken back.
  mutating func noted(_ problems: [String], interval: Int, at now: Timestamp) {
    if problems.isEmpty { return all.removeAll { $0["type"]?.string == "Accepted" } }
    let text = problems.joined(separator: "; ") + "; it is looked at every \(interval) s"
    set("Accepted", "False", "InvalidField", Excerpt.shortened(text, to: 1000), now)
  }

  /// Says that it answers, and what it holds.
  mutating func synced(_ outcome: Publisher.Outcome, interval: Int, at now: Timestamp) {
    set("Reachable", "True", "Answered", "it answered", now)
    let counts = "\(outcome.versions) versions of \(outcome.extensions) extensions"
    let gone = outcome.gone == 0 ? "" : ", \(outcome.gone) kept because they are installed"
    let refused = outcome.problems.isEmpty ? "" : ", \(outcome.problems.count) left out: \(outcome.problems[0])"
    set(
      "Synced", outcome.problems.isEmpty ? "True" : "False", outcome.problems.isEmpty ? "Synced" : "PartiallySynced",
      Excerpt.shortened("\(counts)\(gone)\(refused); it is looked at every \(interval) s", to: 1000), now)
  }

  /// Says why it was not read.
  mutating func failed(_ reason: String, hasAnswered: Bool?, at now: Timestamp) {
    let text = Excerpt.shortened(reason, to: 1000)
    switch hasAnswered {
    case true?: set("Reachable", "True", "Answered", text, now)
    case false?: set("Reachable", "False", "NoAnswer", text, now)
    case nil: set("Reachable", "Unknown", "NotAsked", text, now)
    }
    set("Synced", "False", "SyncFailed", text, now)
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

  /// The patch that says so, along with what else is to be written.
  func patch(_ dialect: Dialect, annotations: Mapping = [:], status: Mapping = [:]) -> Value {
    var (annotations, status) = (annotations, status)
    switch dialect.name {
    case .installPlan: annotations[Self.annotation] = .string(JSON.text(.sequence(all)))
    case .subscription: status["conditions"] = .sequence(all)
    }
    return ["metadata": ["annotations": .mapping(annotations)], "status": .mapping(status)]
  }
}
