import APIServer
import Extensions
import KubernetesAPI
import Manifest

/// What KubeSphere's schema and webhook make of an InstallPlan, and the first design of a Subscription.
struct InstallationRules: ObjectRules {
  /// InstallPlans keep their config as text, which is checked and trimmed; Subscriptions may keep a mapping.
  var configIsText: Bool

  func completed(_ value: Value) -> Value {
    guard configIsText, value["spec"]?.mapping != nil else { return value }
    var object = value
    if object[path: "spec", "upgradeStrategy"] == nil {
      object = object.setting(["spec", "upgradeStrategy"], to: "Manual")
    }
    if let config = object[path: "spec", "config"]?.string {
      object = object.setting(["spec", "config"], to: .string(ConfigHash.trimmed(config)))
    }
    return object
  }

  func causes(_ value: Value) -> [Status.Cause] {
    // KubeSphere's schema requires nothing of an object that has no spec at all.
    guard let spec = value["spec"] else { return [] }
    guard spec.mapping != nil else { return [.wrongType("spec", spec, "object")] }
    return Self.extensionCauses(spec["extension"]) + Self.enabledCauses(spec["enabled"])
      + Self.configCauses(spec["config"], configIsText)
  }

  private static func extensionCauses(_ value: Value?) -> [Status.Cause] {
    guard let value else { return [.required("spec.extension")] }
    guard value.mapping != nil else { return [.wrongType("spec.extension", value, "object")] }
    return ["name", "version"].compactMap { key in
      guard let member = value[key] else { return .required("spec.extension.\(key)") }
      return member.string == nil ? .wrongType("spec.extension.\(key)", member, "string") : nil
    }
  }

  private static func enabledCauses(_ value: Value?) -> [Status.Cause] {
    guard let value else { return [.required("spec.enabled")] }
    return value.bool == nil ? [.wrongType("spec.enabled", value, "boolean")] : []
  }

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
