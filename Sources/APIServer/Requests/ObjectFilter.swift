import KubernetesAPI
import Manifest

/// The objects of one resource that a list or a watch is about.
struct ObjectFilter: Sendable {
  var type: ResourceType
  var namespace: String?
  var name: String?
  var excludedNames: [String] = []
  var labels = LabelSelector()
  /// Wanted values of fields that a definition lets select.
  var fields: [FieldTerm] = []

  /// What the field at a path has to be, or must not be.
  struct FieldTerm: Hashable, Sendable {
    var path: JSONPath
    var value: String
    var isNot: Bool
  }

  init(_ path: ResourcePath, _ target: Target) throws(Status) {
    type = path.type
    namespace = path.namespace
    name = path.name
    if let text = target["labelSelector"] { labels = try LabelSelector(text) }
    if let text = target["fieldSelector"] { try select(fields: text) }
  }

  /// Everything of `type`.
  init(_ type: ResourceType) {
    self.type = type
  }

  private mutating func select(fields text: String) throws(Status) {
    for term in text.split(separator: ",") {
      let isNot = term.contains("!=")
      let sides = term.split(whereSeparator: { "=!".contains($0) }).map(String.init)
      if let path = type.selectableFields[sides.first ?? ""] {
        fields.append(FieldTerm(path: path, value: sides.count > 1 ? sides[1] : "", isNot: isNot))
        continue
      }
      guard sides.count == 2 else { throw .badRequest("invalid selector: '\(term)'; can't understand it") }
      switch (sides[0], isNot) {
      case ("metadata.name", false): name = sides[1]
      case ("metadata.name", true): excludedNames.append(sides[1])
      case ("metadata.namespace", false): namespace = sides[1]
      default: throw .badRequest("field label not supported: \(sides[0])")
      }
    }
  }

  /// The selected objects of `table` after `key`, in order; those of other namespaces are not looked at.
  func selection(of table: ObjectTable, after key: ObjectKey? = nil) -> [StoredObject] {
    let scope = type.resource.isNamespaced ? namespace : ""
    return table.objects(in: scope, called: name, after: key).filter(contains)
  }

  func contains(_ object: StoredObject) -> Bool {
    (namespace == nil || namespace == object.key.namespace) && (name == nil || name == object.key.name)
      && !excludedNames.contains(object.key.name) && labels.matches(object.labels)
      && (fields.isEmpty || holds(for: type.value(of: object)))
  }

  private func holds(for object: Value) -> Bool {
    fields.allSatisfy { field in
      let value = field.path.values(in: object).first
      return ((value.map { $0.string ?? JSON.text($0) } ?? "") == field.value) != field.isNot
    }
  }

  /// Whether a damaged object could be one of them; its labels are not known.
  func mayContain(_ object: DamagedObject) -> Bool {
    (namespace == nil || namespace == object.key.namespace) && (name == nil || name == object.key.name)
      && !excludedNames.contains(object.key.name)
  }

  /// What `change` looks like to a watch that sees only the selected objects.
  func view(of change: StoredChange) -> WatchedChange? {
    guard change.collection == type.collection else { return nil }
    let isSelected = contains(change.object)
    let wasSelected = change.previous.map(contains) ?? (change.kind == .modified)
    switch change.kind {
    case .deleted:
      return isSelected || wasSelected ? WatchedChange(kind: .deleted, object: change.object) : nil
    case .added, .modified:
      if isSelected { return WatchedChange(kind: wasSelected ? .modified : .added, object: change.object) }
      guard wasSelected else { return nil }
      // Gone, as far as this reader can tell: shown as it was while it was selected.
      let former = change.previous.map { StoredObject($0.value, version: change.version) }
      return WatchedChange(kind: .deleted, object: former ?? change.object)
    }
  }
}

/// A change as it is sent to one watch.
struct WatchedChange: Sendable {
  var kind: StoredChange.Kind
  var object: StoredObject
}
