import APIServer
import Extensions
import KubernetesAPI
import Manifest
import Platform

/// The rules of KubeSphere's webhook for InstallPlans, and rules for Subscriptions of the first design.
struct InstallationRules: ObjectRules {
  /// Whether `config` is YAML text (InstallPlan), which is trimmed and checked here, or a mapping (Subscription), which
  /// the schema checks completely.
  var configIsText: Bool

  func defaulted(_ value: Value) -> Value {
    guard configIsText, let config = value[path: "spec", "config"]?.string else { return value }
    return value.setting(["spec", "config"], to: .string(ConfigHash.trimmed(config)))
  }

  func causes(_ value: Value) -> [Status.Cause] {
    // The schema of the first design requires a mapping.
    guard configIsText else { return [] }
    switch value[path: "spec", "config"] {
    case nil, .null, .string: return []
    case let config?: return [.wrongType("spec.config", config, "string")]
    }
  }

  func causes(_ value: Value, replacing old: Value) -> [Status.Cause] {
    causes(value)
      + (configIsText
        ? [] : Self.namespaceCauses(Object(value), Object(old)) + Self.extensionCauses(Object(value), Object(old)))
  }

  /// The extension of an installed release cannot change.
  private static func extensionCauses(_ new: Object, _ old: Object) -> [Status.Cause] {
    let (wanted, former) = (Installation(new).extension, Installation(old).extension)
    guard wanted != former, old.annotations[Installation.standaloneAnnotation] != nil else { return [] }
    return [.invalid("spec.extension.name", .string(wanted), "field is immutable: \(former) is installed by it")]
  }

  /// The namespace of a release cannot change.
  ///
  /// An object that was stored before this check may keep a different `targetNamespace`, or set it to where the release
  /// is.
  private static func namespaceCauses(_ new: Object, _ old: Object) -> [Status.Cause] {
    let (wanted, former) = (Installation(new).wantedNamespace, Installation(old).wantedNamespace)
    let namespace = old.annotations[Installation.standaloneAnnotation] ?? former
    if namespace.isEmpty || wanted == former || wanted == namespace { return [] }
    return [.invalid("spec.targetNamespace", .string(wanted), "field is immutable: the release is in \(namespace)")]
  }

  /// Refuses config that is not YAML, with the message of KubeSphere 4.1's webhook (docs/KUBESPHERE.md: Admission), and
  /// a second Subscription of an extension.
  func denial(of value: Value, beside others: () -> [Value]) -> Status? {
    guard configIsText else { return Self.rivalry(value, others()) }
    if let config = value[path: "spec", "config"]?.string, let problem = Self.problem(in: config) {
      return .denied(by: Self.webhook, "failed to unmarshal extension config: \(problem)")
    }
    for override in value[path: "spec", "clusterScheduling", "overrides"]?.mapping?.pairs ?? [] {
      guard let config = override.value.string, let problem = Self.problem(in: config) else { continue }
      return .denied(by: Self.webhook, "failed to unmarshal cluster \(override.key) agent config: \(problem)")
    }
    return nil
  }

  /// Refuses a second Subscription of an extension; if two exist already, each may be changed and deleted.
  private static func rivalry(_ value: Value, _ others: [Value]) -> Status? {
    let wanted = Installation(Object(value))
    let present = others.map { Installation(Object($0)) }.filter { $0.extension == wanted.extension }
    // A Subscription may be created while the previous one is being deleted.
    guard !present.contains(where: { $0.name == wanted.name }), let first = present.first(where: { !$0.isBeingDeleted })
    else { return nil }
    return .denied(
      by: "subscriptions.kubesphere.io",
      "the extension \(wanted.extension) has the Subscription \(first.name) already: change that one, or delete it first"
    )
  }

  private static let webhook = "installplans.kubesphere.io"

  private static func problem(in config: String) -> String? {
    do throws(SyntaxError) {
      _ = try YAML.node(config)
      return nil
    } catch {
      // Go's YAML error ends before ` while `, which names the context.
      let problem = error.problem.english
      let short = problem.rangeOfText(" while ").map { String(problem[..<$0.lowerBound]) }
      return "error converting YAML to JSON: yaml: line \(error.line): \(short ?? problem)"
    }
  }
}
