import Client
import KubernetesAPI
import Manifest
import Terminal

/// How a command prints what it has found.
enum Format: String, Sendable {
  case table, wide, name, json, yaml

  init(_ invocation: Invocation) {
    self = invocation[.output].flatMap(Format.init(rawValue:)) ?? .table
  }

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

extension String {
  /// This text of several lines as a terminal may show it: every line made harmless, the lines kept.
  var sanitisedLines: String {
    utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
      .map { String(decoding: $0, as: UTF8.self).sanitised }.joined(separator: "\n")
  }
}
