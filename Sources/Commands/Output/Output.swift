import Client
import KubernetesAPI
import Manifest

/// How a command prints what it has found.
enum Output: String, CaseIterable, Sendable {
  case table, wide, name, json, yaml

  /// Whether objects are printed as the cluster has them, so that nothing of them may be left out.
  var isWhole: Bool { self == .json || self == .yaml }

  /// `value` as JSON or YAML.
  func text(_ value: Value) -> String {
    self == .yaml ? YAML.text(value) : JSON.prettyText(value) + "\n"
  }

  /// Objects as kubectl prints several.
  func text(_ objects: [Object]) -> String {
    text(["apiVersion": "v1", "kind": "List", "items": .sequence(objects.map(\.value))])
  }
}

extension Value {
  /// A document of ksx's own: docs/OUTPUT.md says what each kind promises.
  static func ours(_ kind: String, _ fields: Mapping) -> Value {
    .mapping(
      Mapping([.init(key: "apiVersion", value: "ksx.dev/v1"), .init(key: "kind", value: .string(kind))] + fields.pairs))
  }
}

/// Whether a change is carried out, or only shown.
enum DryRun: String, CaseIterable, Sendable {
  /// It is carried out.
  case none
  /// The plan is shown.
  case client
  /// The plan is shown, and the server says whether it would agree.
  case server
}
