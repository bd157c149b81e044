package import KubernetesAPI
package import Manifest

/// The defaults and the validation of one kind of object.
///
/// They take the place of a schema's defaults and of admission webhooks. Other modules supply them, because this one
/// knows only Kubernetes' own kinds.
package protocol ObjectRules: Sendable {
  /// `value` with the defaults of its kind filled in.
  func defaulted(_ value: Value) -> Value
  /// The validation errors of `value`.
  func causes(_ value: Value) -> [Status.Cause]
  /// The validation errors of `value` when it replaces `old`.
  func causes(_ value: Value, replacing old: Value) -> [Status.Cause]
  /// The refusal of a webhook, after all other checks have passed; `others` returns the stored objects of the kind.
  func denial(of value: Value, beside others: () -> [Value]) -> Status?
}

extension ObjectRules {
  package func causes(_ value: Value, replacing old: Value) -> [Status.Cause] { causes(value) }
  package func denial(of value: Value, beside others: () -> [Value]) -> Status? { nil }
}

/// Rules that accept every object.
package struct NoRules: ObjectRules {
  package init() {}

  package func defaulted(_ value: Value) -> Value { value }
  package func causes(_ value: Value) -> [Status.Cause] { [] }
}
