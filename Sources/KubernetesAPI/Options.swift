package import HTTP

/// What becomes of the objects that a deleted one owns.
package enum Propagation: String, Hashable, Sendable {
  /// They are deleted afterwards.
  case background = "Background"
  /// They are deleted first; until then the object stays, marked as being deleted.
  case foreground = "Foreground"
  /// They stay, without an owner.
  case orphan = "Orphan"
}

/// The `resourceVersion` a list was true at: where a watch goes on.
package struct ListVersion: Hashable, Sendable {
  package var resourceVersion: String

  package init(resourceVersion: String) { self.resourceVersion = resourceVersion }
}

/// Which objects of a collection: label and field selectors as Kubernetes writes them.
package struct Selector: Hashable, Sendable {
  package var labels: String
  package var fields: String

  package init(labels: String = "", fields: String = "") {
    self.labels = labels
    self.fields = fields
  }
}

extension Query {
  /// Adds the parameters that say which objects.
  package mutating func add(_ selector: Selector) {
    add("labelSelector", selector.labels)
    add("fieldSelector", selector.fields)
  }
}
