package import HTTP

/// What happens to the dependents of a deleted object.
package enum Propagation: String, Hashable, Sendable {
  /// Dependents are deleted after their owner.
  case background = "Background"
  /// Dependents are deleted first; until then the owner keeps its `deletionTimestamp`.
  case foreground = "Foreground"
  /// Dependents are kept, without the owner reference.
  case orphan = "Orphan"
}

/// The `resourceVersion` of a list, from which a watch continues.
package struct ListVersion: Hashable, Sendable {
  package var resourceVersion: String

  package init(resourceVersion: String) { self.resourceVersion = resourceVersion }
}

/// Selects objects of a collection by label and field selectors in Kubernetes' syntax.
package struct Selector: Hashable, Sendable {
  package var labels: String
  package var fields: String

  package init(labels: String = "", fields: String = "") {
    self.labels = labels
    self.fields = fields
  }
}

extension Query {
  /// Adds `labelSelector` and `fieldSelector`, unless they are empty.
  package mutating func add(_ selector: Selector) {
    add("labelSelector", selector.labels)
    add("fieldSelector", selector.fields)
  }
}
