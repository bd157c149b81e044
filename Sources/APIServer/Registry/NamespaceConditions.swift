import Manifest
import Platform

/// The conditions that say what remains in a namespace that is being deleted, with Kubernetes' types and reasons.
struct NamespaceConditions {
  /// The number of remaining objects of each resource.
  private var counts: [String: Int] = [:]
  /// The number of remaining objects with each finalizer.
  private var finalizers: [String: Int] = [:]

  /// `left` has the resource and the finalizers of each remaining object.
  init(_ left: [(resource: String, finalizers: [String])]) {
    for object in left {
      counts[object.resource, default: 0] += 1
      for name in object.finalizers { finalizers[name, default: 0] += 1 }
    }
  }

  /// The conditions; an unchanged one keeps its time.
  func values(after before: [Value], at now: Timestamp) -> [Value] {
    let wanted = [
      condition(
        "NamespaceContentRemaining", counts, "SomeResourcesRemain", "Some resources are remaining: ", "ContentRemoved",
        "All content successfully removed"
      ) { "\($0). has \($1) resource instances" },
      condition(
        "NamespaceFinalizersRemaining", finalizers, "SomeFinalizersRemain",
        "Some content in the namespace has finalizers remaining: ", "ContentHasNoFinalizers",
        "All content-preserving finalizers finished"
      ) { "\($0) in \($1) resource instances" },
    ]
    return wanted.map { condition in
      let same = before.first { old in ["type", "status", "message"].allSatisfy { old[$0] == condition[$0] } }
      return same ?? condition.setting(["lastTransitionTime"], to: .string(now.description))
    }
  }

  private func condition(
    _ type: String, _ left: [String: Int], _ reason: String, _ opening: String, _ goodReason: String, _ good: String,
    _ words: (String, Int) -> String
  ) -> Value {
    let list = left.sorted { $0.key < $1.key }.map(words).joined(separator: ", ")
    return [
      "type": .string(type), "status": left.isEmpty ? "False" : "True",
      "reason": .string(left.isEmpty ? goodReason : reason), "message": .string(left.isEmpty ? good : opening + list),
    ]
  }
}
