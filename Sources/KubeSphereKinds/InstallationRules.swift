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

  func causes(_ value: Value) -> [Status.Cause] { Self.configCauses(value[path: "spec", "config"], configIsText) }

  private static func configCauses(_ value: Value?, _ configIsText: Bool) -> [Status.Cause] {
    switch value {
    case nil, .null: return []
    case .mapping where !configIsText: return []
    case .string(let text):
      do throws(SyntaxError) {
        _ = try YAML.node(text)
        return []
      } catch {
        let problem = "failed to unmarshal extension config: yaml: \(error)"
        return [Status.Cause(reason: "FieldValueInvalid", message: problem, field: "spec.config")]
      }
    case let value?: return [.wrongType("spec.config", value, "string")]
    }
  }
}
