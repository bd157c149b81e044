import Manifest

/// The shape that every object must have: the fields that clients read of every kind.
enum StoredShape {
  private enum Kind: String {
    case text = "a text"
    case number = "a whole number"
    case texts = "a mapping of texts"
    case list = "a list of texts"
    case mappings = "a list of mappings"
    case mapping = "a mapping"

    func fits(_ value: Value) -> Bool {
      switch self {
      case .text: value.string != nil
      case .number: if case .integer = value { true } else { false }
      case .texts: value.mapping?.pairs.allSatisfy { $0.value.string != nil || $0.value == .null } == true
      case .list: value.sequence?.allSatisfy { $0.string != nil } == true
      case .mappings: value.sequence?.allSatisfy { $0.mapping != nil } == true
      case .mapping: value.mapping != nil
      }
    }
  }

  private static let metadata: [(String, Kind)] = [
    ("name", .text), ("generateName", .text), ("namespace", .text), ("uid", .text), ("selfLink", .text),
    ("resourceVersion", .text), ("creationTimestamp", .text), ("deletionTimestamp", .text),
    ("generation", .number), ("deletionGracePeriodSeconds", .number), ("labels", .texts), ("annotations", .texts),
    ("finalizers", .list), ("ownerReferences", .mappings),
  ]

  /// The first error in `object`; `nil` if there is none.
  ///
  /// All fields but the name may be missing or null.
  static func flaw(in object: Value, requiresMappings: Bool) -> String? {
    guard object.mapping != nil else { return "the object is not a mapping" }
    for key in ["apiVersion", "kind"] {
      if let flaw = flaw(object[key], key, .text) { return flaw }
    }
    if let flaw = flaw(object["metadata"], "metadata", .mapping) { return flaw }
    for (key, kind) in metadata {
      if let flaw = flaw(object[path: "metadata", key], "metadata." + key, kind) { return flaw }
    }
    guard object[path: "metadata", "name"]?.string?.isEmpty == false else { return "the object has no name" }
    guard requiresMappings else { return nil }
    return ["spec", "status"].lazy.compactMap { flaw(object[$0], $0, .mapping) }.first
  }

  private static func flaw(_ value: Value?, _ name: String, _ kind: Kind) -> String? {
    guard let value, value != .null, !kind.fits(value) else { return nil }
    return "\(name) is not \(kind.rawValue)"
  }
}
