package import Manifest
import Platform

/// What a PATCH changes, in one of the forms the API takes.
///
/// A merge patch can be written as a literal: `cluster.patch(.pods, "a", ["metadata": …])`.
package enum Patch: Hashable, Sendable {
  /// Merge patch (RFC 7386): what is named becomes so, and `null` removes.
  ///
  /// A `resourceVersion` in it makes the server refuse a lost race with 409.
  case merge(Value)
  /// JSON patch (RFC 6902): steps of which all are taken or none.
  case json([Step])
  /// Server-side apply: of the object's fields, these are to be so and are mine; it is created if it is not there.
  ///
  /// A field with another owner is refused with 409, which names the owner; `force` takes it over.
  case apply(Object, force: Bool = false)

  /// One operation of a JSON patch; a place is given by its keys, without the escapes of a pointer.
  package enum Step: Hashable, Sendable {
    /// Sets a field, or puts a value into a list before the place, `-` being the end.
    case add(_ place: [String], Value)
    case remove(_ place: [String])
    /// Sets what must be there already.
    case replace(_ place: [String], Value)
    case move(from: [String], to: [String])
    case copy(from: [String], to: [String])
    /// Refuses the whole patch unless the value is there.
    case test(_ place: [String], Value)
  }

  package var contentType: String {
    switch self {
    case .merge: "application/merge-patch+json"
    case .json: "application/json-patch+json"
    case .apply: "application/apply-patch+yaml"
    }
  }

  /// JSON in each form: every JSON document is YAML too.
  package var body: Value {
    switch self {
    case .merge(let value): value
    case .json(let steps): .sequence(steps.map(\.value))
    case .apply(let object, _): object.value
    }
  }

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
    case .add(let place, let value): ["op": "add", "path": Self.pointer(place), "value": value]
    case .remove(let place): ["op": "remove", "path": Self.pointer(place)]
    case .replace(let place, let value): ["op": "replace", "path": Self.pointer(place), "value": value]
    case .move(let from, let to): ["op": "move", "from": Self.pointer(from), "path": Self.pointer(to)]
    case .copy(let from, let to): ["op": "copy", "from": Self.pointer(from), "path": Self.pointer(to)]
    case .test(let place, let value): ["op": "test", "path": Self.pointer(place), "value": value]
    }
  }

  /// A JSON pointer (RFC 6901).
  private static func pointer(_ place: [String]) -> Value {
    .string(place.map { "/" + $0.replacingText("~", with: "~0").replacingText("/", with: "~1") }.joined())
  }
}
