import Extensions
import KubernetesAPI
import Manifest
import Platform

/// What the gateway says of an object in its status: whether it is served, and if not, why.
struct RuleCondition: Hashable, Sendable {
  static let type = "Served"

  var isServed: Bool
  var reason: String
  var message: String

  /// Where a bundle's own file is served, if that is to be told; an object of the first design says it nowhere else.
  var link: String?

  /// Of the rule of `object`: `problem` keeps all of it from being served, `illness` for now, `problems` parts of it.
  ///
  /// Of `conflicts` those that it loses keep it from being served, the others are only told.
  init(_ object: RuleObject, problem: String?, illness: String? = nil, problems: [String], conflicts: [Conflict]) {
    let losses = conflicts.filter(\.isLoss)
    if !object.isAvailable {
      let state = object.state.isEmpty ? "there is no status.state" : "status.state is \(object.state)"
      self.init(isServed: false, reason: "NotAvailable", message: state)
    } else if let problem {
      self.init(isServed: false, reason: "Unusable", message: problem)
    } else if !losses.isEmpty {
      self.init(isServed: false, reason: "Conflict", message: Self.words(losses))
    } else if let illness {
      self.init(isServed: false, reason: "Unhealthy", message: illness)
    } else if !problems.isEmpty {
      self.init(isServed: true, reason: "ServedInPart", message: problems.prefix(10).joined(separator: "; "))
    } else {
      self.init(isServed: true, reason: conflicts.isEmpty ? "Served" : "Overlaps", message: Self.words(conflicts))
    }
  }

  private static func words(_ conflicts: [Conflict]) -> String {
    conflicts.prefix(10).map { "\($0.other): \($0.problem)" }.joined(separator: "; ")
  }

  private init(isServed: Bool, reason: String, message: String) {
    self.isServed = isServed
    self.reason = reason
    self.message = Excerpt.shortened(message, to: 1_000)
  }

  /// Whether an object says the same.
  func isSaid(by word: SaidCondition?) -> Bool {
    word?.status == status && word?.reason == reason && word?.message == message && (link == nil || word?.link == link)
  }

  private var status: String { isServed ? "True" : "False" }

  /// A patch that says it in place of `former`, beside the other conditions.
  func patch(of object: Object, now: Timestamp) -> Value {
    let conditions = object.status["conditions"]?.sequence ?? []
    let former = conditions.first { $0["type"]?.string == Self.type }
    let since = former?["status"]?.string == status ? former?["lastTransitionTime"]?.string : nil
    let condition: Value = [
      "type": .string(Self.type), "status": .string(status), "reason": .string(reason), "message": .string(message),
      "lastTransitionTime": .string(since ?? now.description),
    ]
    var told: Mapping = [
      "conditions": .sequence(conditions.filter { $0["type"]?.string != Self.type } + [condition])
    ]
    if let link { told["link"] = .string(link) }
    // Others write conditions too: what has changed meanwhile is not written over.
    return ["metadata": ["resourceVersion": .string(object.resourceVersion)], "status": .mapping(told)]
  }
}

/// What an object says in its status of being served.
struct SaidCondition: Hashable, Sendable {
  var status: String?
  var reason: String?
  var message: String?
  var link: String?

  /// `nil` when it says nothing.
  init?(_ object: Object) {
    let conditions = object.status["conditions"]?.sequence ?? []
    guard let condition = conditions.first(where: { $0["type"]?.string == RuleCondition.type }) else { return nil }
    (status, reason) = (condition["status"]?.string, condition["reason"]?.string)
    (message, link) = (condition["message"]?.string, object.status["link"]?.string)
  }
}
