import KubernetesAPI
import Manifest

/// The labels of a release's objects: one names the extension, and another marks objects of an agent.
struct OwnerMark: Hashable, Sendable {
  var key: String
  var value: String
  /// In the host cluster an extension and its agent are in the same namespace.
  var isAgent = false

  static let agentLabel = "ksx.dev/agent"

  func owns(_ object: Object) -> Bool {
    object.labels[key] == value && (object.labels[Self.agentLabel] != nil) == isAgent
  }

  /// `object` with the labels.
  func put(on object: Value) -> Value {
    let labelled = object.setting(["metadata", "labels", key], to: .string(value))
    return isAgent ? labelled.setting(["metadata", "labels", Self.agentLabel], to: "true") : labelled
  }

  /// A description, for the user, of the owner of an object that this mark does not own.
  func owner(of object: Object) -> String {
    switch object.labels[key] ?? "" {
    case "": "was not made by it"
    case value: isAgent ? "belongs to \(value) itself" : "belongs to the agent of \(value)"
    case let other: "belongs to \(other)"
    }
  }
}
