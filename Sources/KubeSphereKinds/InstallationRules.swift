import APIServer
import Extensions
import KubernetesAPI
import Manifest

/// What KubeSphere's webhook makes of an InstallPlan, and the first design of a Subscription.
struct InstallationRules: ObjectRules {
  /// InstallPlans keep their config as text, which is checked and trimmed; Subscriptions may keep a mapping.
  var configIsText: Bool

  func completed(_ value: Value) -> Value {
    guard configIsText, let config = value[path: "spec", "config"]?.string else { return value }
    return value.setting(["spec", "config"], to: .string(ConfigHash.trimmed(config)))
  }

  func causes(_ value: Value) -> [Status.Cause] {
    switch value[path: "spec", "config"] {
    case nil, .null: []
    case .mapping where !configIsText: []
    case .string(let text): configIsText ? [] : Self.subscriptionCauses(text)
    case let config?: [.wrongType("spec.config", config, "string")]
    }
  }

  private static func subscriptionCauses(_ config: String) -> [Status.Cause] {
    guard let problem = problem(in: config) else { return [] }
    let message = "failed to unmarshal extension config: \(problem)"
    return [Status.Cause(reason: "FieldValueInvalid", message: message, field: "spec.config")]
  }

  /// As KubeSphere 4.1's webhook words it (docs/KUBESPHERE.md: Admission).
  func denial(of value: Value) -> Status? {
    guard configIsText else { return nil }
    if let config = value[path: "spec", "config"]?.string, let problem = Self.problem(in: config) {
      return .denied(by: Self.webhook, "failed to unmarshal extension config: \(problem)")
    }
    for override in value[path: "spec", "clusterScheduling", "overrides"]?.mapping?.pairs ?? [] {
      guard let config = override.value.string, let problem = Self.problem(in: config) else { continue }
      return .denied(by: Self.webhook, "failed to unmarshal cluster \(override.key) agent config: \(problem)")
    }
    return nil
  }

  private static let webhook = "installplans.kubesphere.io"

  private static func problem(in config: String) -> String? {
    do throws(SyntaxError) {
      _ = try YAML.node(config)
      return nil
    } catch {
      return "error converting YAML to JSON: yaml: line \(error.line): \(error.problem)"
    }
  }
}
