import APIServer
import Extensions
import KubernetesAPI
import Manifest
import Platform

/// What KubeSphere's webhook makes of an InstallPlan, and the first design of a Subscription.
struct InstallationRules: ObjectRules {
  /// InstallPlans keep their config as text, which is checked and trimmed; the first design has a mapping, of which the
  /// schema says all there is to say.
  var configIsText: Bool

  func completed(_ value: Value) -> Value {
    guard configIsText, let config = value[path: "spec", "config"]?.string else { return value }
    return value.setting(["spec", "config"], to: .string(ConfigHash.trimmed(config)))
  }

  func causes(_ value: Value) -> [Status.Cause] {
    // Of the first design the schema says that a config is a mapping.
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

  /// A release is one extension's: it becomes another's as little as it moves.
  private static func extensionCauses(_ new: Object, _ old: Object) -> [Status.Cause] {
    let (wanted, former) = (Installation(new).extension, Installation(old).extension)
    guard wanted != former, old.annotations[Installation.standaloneAnnotation] != nil else { return [] }
    return [.invalid("spec.extension.name", .string(wanted), "field is immutable: \(former) is installed by it")]
  }

  /// Where a release lies is chosen once: it cannot move.
  ///
  /// What was put aside before this was checked may stay, and may be set right.
  private static func namespaceCauses(_ new: Object, _ old: Object) -> [Status.Cause] {
    let (wanted, former) = (Installation(new).wantedNamespace, Installation(old).wantedNamespace)
    let place = old.annotations[Installation.standaloneAnnotation] ?? former
    if place.isEmpty || wanted == former || wanted == place { return [] }
    return [.invalid("spec.targetNamespace", .string(wanted), "field is immutable: the release is in \(place)")]
  }

  /// As KubeSphere 4.1's webhook words it (docs/KUBESPHERE.md: Admission).
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

  /// One extension has one Subscription, whatever that is called; where there are two already, each may be changed and go.
  private static func rivalry(_ value: Value, _ others: [Value]) -> Status? {
    let wanted = Installation(Object(value))
    let present = others.map { Installation(Object($0)) }.filter { $0.extension == wanted.extension }
    // The next one may be there before the last has gone.
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
      // Go's reader does not say what it was at.
      let problem = error.problem.english
      let short = problem.rangeOfText(" while ").map { String(problem[..<$0.lowerBound]) }
      return "error converting YAML to JSON: yaml: line \(error.line): \(short ?? problem)"
    }
  }
}
