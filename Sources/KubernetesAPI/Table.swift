package import Manifest

/// A collection as the server prints it: what `kubectl get` shows.
///
/// For names, states and ages it is much smaller than the objects, which need not be sent.
package struct Table: Hashable, Sendable {
  /// The columns of every row; empty if the server does not support tables.
  package var columns: [Column]
  /// The resource version of the collection.
  package var version: ListVersion

  package init(columns: [Column], version: ListVersion) {
    self.columns = columns
    self.version = version
  }

  package struct Column: Hashable, Sendable {
    package var name: String
    /// Such as `string`, `integer` or `date`.
    package var type: String
    /// 0 for columns that are always shown, more for those that `-o wide` adds.
    package var priority: Int

    package init(_ value: Value) {
      name = value["name"]?.string ?? ""
      type = value["type"]?.string ?? ""
      priority = value["priority"]?.integer ?? 0
    }
  }

  package struct Row: Hashable, Sendable {
    /// In the order of the columns; empty if the server does not support tables and sent the whole object.
    package var cells: [Value]
    /// The part of the object that `Contents` requests.
    package var object: Object

    package init(cells: [Value], object: Object) {
      self.cells = cells
      self.object = object
    }
  }

  /// How much of each object a row contains.
  package enum Contents: String, Hashable, Sendable {
    case nothing = "None"
    case metadata = "Metadata"
  }
}
