import KubernetesAPI
import Manifest

/// Selects the objects of one resource for a list or a watch.
struct ObjectFilter: Sendable {
  var type: ResourceType
  var namespace: String?
  var name: String?
  /// The terms of the field selector for `metadata.name` and `metadata.namespace`.
  private var keyTerms: [FieldSelector.Term] = []
  var labels = LabelSelector()
  /// The terms of the field selector for the type's `selectableFields`.
  private var fieldTerms: [(field: ResourceType.SelectableField, term: FieldSelector.Term)] = []

  /// Whether it has a field selector.
  var selectsFields: Bool { !fieldTerms.isEmpty || !keyTerms.isEmpty }

  init(_ path: ResourcePath, _ target: Target) throws(Status) {
    type = path.type
    namespace = path.namespace
    name = path.name
    if let text = target["labelSelector"] { labels = try LabelSelector(text) }
    if let text = target["fieldSelector"] { try select(try FieldSelector(text)) }
  }

  /// Selects all objects of `type`.
  init(_ type: ResourceType) {
    self.type = type
  }

  private mutating func select(_ selector: FieldSelector) throws(Status) {
    for term in selector.terms {
      if let field = type.selectableFields[term.field] {
        fieldTerms.append((field, term))
        continue
      }
      guard ["metadata.name", "metadata.namespace"].contains(term.field) else {
        throw .badRequest("field label not supported: \(term.field)")
      }
      keyTerms.append(term)
      // Only this name or namespace is searched.
      guard !term.isNot, !term.value.isEmpty else { continue }
      if term.field == "metadata.name" { name = name ?? term.value } else { namespace = namespace ?? term.value }
    }
  }

  /// The selected objects of `table` after `key`, in order; other namespaces are not searched.
  func selection(of table: ObjectTable, after key: ObjectKey? = nil) -> [StoredObject] {
    let scope = type.resource.isNamespaced ? namespace : ""
    return table.objects(in: scope, called: name, after: key).filter(contains)
  }

  func contains(_ object: StoredObject) -> Bool {
    matches(object.key) && labels.matches(object.labels)
      && (fieldTerms.isEmpty || fieldsMatch(in: type.value(of: object)))
  }

  private func matches(_ key: ObjectKey) -> Bool {
    (namespace == nil || namespace == key.namespace) && (name == nil || name == key.name)
      && keyTerms.allSatisfy { $0.fits($0.field == "metadata.name" ? key.name : key.namespace) }
  }

  private func fieldsMatch(in object: Value) -> Bool {
    fieldTerms.allSatisfy { field, term in term.fits(field.text(in: object)) }
  }

  /// Whether a damaged object may be selected; its labels are not known.
  func mayContain(_ object: DamagedObject) -> Bool { matches(object.key) }

  /// `change` as seen by a watch of the selected objects; `nil` if it concerns none of them.
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
      // The object is no longer selected: the watch sees its deletion, with its last selected state.
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
