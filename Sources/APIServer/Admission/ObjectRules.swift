package import KubernetesAPI
package import Manifest

/// What one kind of object has to be beyond what every object has to.
///
/// What a schema's defaults and a webhook are to Kubernetes. They come from outside: this module knows no kind but
/// Kubernetes' own.
package protocol ObjectRules: Sendable {
  /// `value` with the defaults of its kind filled in.
  func completed(_ value: Value) -> Value
  /// What is wrong with `value`.
  func causes(_ value: Value) -> [Status.Cause]
  /// What is wrong with `value` in the place of `old`.
  func causes(_ value: Value, replacing old: Value) -> [Status.Cause]
  /// How a webhook refuses `value`, when everything else has taken it; `others` gives the objects of its kind.
  func denial(of value: Value, beside others: () -> [Value]) -> Status?
}

extension ObjectRules {
  package func causes(_ value: Value, replacing old: Value) -> [Status.Cause] { causes(value) }
  package func denial(of value: Value, beside others: () -> [Value]) -> Status? { nil }
}

/// The rules of a kind that has none.
package struct NoRules: ObjectRules {
  package init() {}

  package func completed(_ value: Value) -> Value { value }
  package func causes(_ value: Value) -> [Status.Cause] { [] }
}
