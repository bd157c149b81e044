import Extensions
import KubernetesAPI
import Manifest
import Platform

/// The condition `Served` in an object's status: whether the gateway serves it, and if not, why.
struct RuleCondition: Hashable, Sendable {
  static let type = "Served"

  var isServed: Bool
  var reason: String
  var message: String

  /// The path of the bundle's first file, to be written as `status.link`; only set for the first design, in which
  /// nothing else writes it.
  var link: String?

  /// `problem` keeps the whole rule of `object` from being served, `healthProblem` does so for now, `problems` concern
  /// parts of it.
  ///
  /// Conflicts in which it loses everything keep it from being served; the others are only reported.
  init(_ object: RuleObject, problem: String?, healthProblem: String? = nil, problems: [String], conflicts: [Conflict])
  {
    let losses = conflicts.filter { $0.loss == .everything }
    let problems = problems + conflicts.filter { $0.loss == .part }.map(Self.words)
    if !object.isAvailable {
      let state = object.state.isEmpty ? "there is no status.state" : "status.state is \(object.state)"
      self.init(isServed: false, reason: "NotAvailable", message: state)
    } else if let problem {
      self.init(isServed: false, reason: "Unusable", message: problem)
    } else if !losses.isEmpty {
      self.init(isServed: false, reason: "Conflict", message: losses.prefix(10).map(Self.words).joined(separator: "; "))
    } else if let healthProblem {
      self.init(isServed: false, reason: "Unhealthy", message: healthProblem)
    } else if !problems.isEmpty {
      self.init(isServed: true, reason: "ServedInPart", message: problems.prefix(10).joined(separator: "; "))
    } else {
      let overlaps = conflicts.prefix(10).map(Self.words).joined(separator: "; ")
      self.init(isServed: true, reason: conflicts.isEmpty ? "Served" : "Overlaps", message: overlaps)
    }
  }

  private static func words(_ conflict: Conflict) -> String { "\(conflict.other): \(conflict.problem.english)" }

  private init(isServed: Bool, reason: String, message: String) {
    self.isServed = isServed
    self.reason = reason
    self.message = Excerpt.shortened(message, to: 1_000)
  }

  /// Whether an object already has this condition.
  func matches(_ present: PresentCondition?) -> Bool {
    present?.status == status && present?.reason == reason && present?.message == message
      && (link == nil || present?.link == link)
  }

  private var status: String { isServed ? "True" : "False" }

  /// A patch that writes the condition and keeps the others.
  func patch(of object: Object, now: Timestamp) -> Value {
    let conditions = object.status["conditions"]?.sequence ?? []
    let former = conditions.first { $0["type"]?.string == Self.type }
    let since = former?["status"]?.string == status ? former?["lastTransitionTime"]?.string : nil
    let condition: Value = [
      "type": .string(Self.type), "status": .string(status), "reason": .string(reason), "message": .string(message),
      "lastTransitionTime": .string(since ?? now.description),
    ]
    var statusFields: Mapping = [
      "conditions": .sequence(conditions.filter { $0["type"]?.string != Self.type } + [condition])
    ]
    if let link { statusFields["link"] = .string(link) }
    // The resource version makes the patch fail if another client has changed the conditions in the meantime.
    return ["metadata": ["resourceVersion": .string(object.resourceVersion)], "status": .mapping(statusFields)]
  }
}

/// The condition `Served` as an object has it.
struct PresentCondition: Hashable, Sendable {
  var status: String?
  var reason: String?
  var message: String?
  var link: String?

  /// `nil` if the object has no such condition.
  init?(_ object: Object) {
    let conditions = object.status["conditions"]?.sequence ?? []
    guard let condition = conditions.first(where: { $0["type"]?.string == RuleCondition.type }) else { return nil }
    (status, reason) = (condition["status"]?.string, condition["reason"]?.string)
    (message, link) = (condition["message"]?.string, object.status["link"]?.string)
  }
}
