import APIServer
import KubernetesAPI
import Manifest

/// Checks `spec.matcher` of ReverseProxies in the first design: a list of paths and methods.
///
/// A single matcher, as in charts of the shipped design, is accepted too. The schema of a CustomResourceDefinition
/// cannot express this choice, so it is checked here; a real API server accepts any value, and the object's condition
/// reports the error.
struct MatcherRules: ObjectRules {
  func defaulted(_ value: Value) -> Value { value }

  func causes(_ value: Value) -> [Status.Cause] {
    switch value[path: "spec", "matcher"] {
    case nil, .null: []
    case .sequence(let items)?:
      items.enumerated().flatMap { Self.causes($0.element, at: "spec.matcher[\($0.offset)]") }
    case let one?: Self.causes(one, at: "spec.matcher", isAlone: true)
    }
  }

  private static func causes(_ matcher: Value, at field: String, isAlone: Bool = false) -> [Status.Cause] {
    guard let mapping = matcher.mapping else { return [.wrongType(field, matcher, isAlone ? "array" : "object")] }
    var causes = mapping.pairs.compactMap { pair -> Status.Cause? in
      let inner = "\(field).\(pair.key)"
      guard ["path", "method"].contains(pair.key) else {
        return .invalid(inner, pair.value, "unknown field: a matcher has a path and a method")
      }
      return pair.value.string == nil ? .wrongType(inner, pair.value, "string") : nil
    }
    if mapping["path"] == nil { causes.append(.required(field + ".path")) }
    return causes
  }
}
