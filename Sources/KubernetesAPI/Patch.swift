package import Manifest
import Platform

/// The content of a PATCH request, in one of the API's formats.
///
/// A merge patch can be written as a literal: `cluster.patch(.pods, "a", ["metadata": …])`.
package enum Patch: Hashable, Sendable {
  /// Merge patch (RFC 7386): sets the fields it names; `null` removes a field.
  ///
  /// With a `resourceVersion` in it, the server refuses the patch with 409 if the object has changed since.
  case merge(Value)
  /// JSON patch (RFC 6902): operations of which all are applied or none.
  case json([Step])
  /// Server-side apply: sets the object's fields and owns them; creates the object if it does not exist.
  ///
  /// A field that another manager owns is refused with 409, which names that manager; `force` takes it over.
  case apply(Object, force: Bool = false)

  /// One operation of a JSON patch; a path is a list of keys, not an escaped JSON pointer.
  package enum Step: Hashable, Sendable {
    /// Sets a field, or inserts a value into a list before an index; the index `-` appends.
    case add(_ path: [String], Value)
    case remove(_ path: [String])
    /// Sets a field that must exist.
    case replace(_ path: [String], Value)
    case move(from: [String], to: [String])
    case copy(from: [String], to: [String])
    /// Refuses the whole patch unless the field has this value.
    case test(_ path: [String], Value)
  }

  package var contentType: String {
    switch self {
    case .merge: "application/merge-patch+json"
    case .json: "application/json-patch+json"
    case .apply: "application/apply-patch+yaml"
    }
  }

  /// The body, always as JSON: every JSON document is valid YAML too.
  package var body: Value {
    switch self {
    case .merge(let value): value
    case .json(let steps): .sequence(steps.map(\.value))
    case .apply(let object, _): object.value
    }
  }

  /// Whether an apply takes over fields of other managers.
  package var isForced: Bool { if case .apply(_, force: true) = self { true } else { false } }
}

extension Patch: ExpressibleByDictionaryLiteral {
  package init(dictionaryLiteral elements: (String, Value)...) {
    self = .merge(.mapping(Mapping(elements.map { Mapping.Pair(key: $0, value: $1) })))
  }
}

extension Patch.Step {
  fileprivate var value: Value {
    switch self {
    case .add(let path, let value): ["op": "add", "path": Self.pointer(path), "value": value]
    case .remove(let path): ["op": "remove", "path": Self.pointer(path)]
    case .replace(let path, let value): ["op": "replace", "path": Self.pointer(path), "value": value]
    case .move(let from, let to): ["op": "move", "from": Self.pointer(from), "path": Self.pointer(to)]
    case .copy(let from, let to): ["op": "copy", "from": Self.pointer(from), "path": Self.pointer(to)]
    case .test(let path, let value): ["op": "test", "path": Self.pointer(path), "value": value]
    }
  }

  /// A JSON pointer (RFC 6901).
  private static func pointer(_ path: [String]) -> Value {
    .string(path.map { "/" + $0.replacingText("~", with: "~0").replacingText("/", with: "~1") }.joined())
  }
}
