package import Manifest

/// A collection as the server prints it: what `kubectl get` shows.
///
/// For names, states and ages alone this is a fraction of the objects, which need not be sent.
package struct Table: Hashable, Sendable {
  /// What the cells of each row mean; empty when the server knows no tables.
  package var columns: [Column]
  /// The version it was true at.
  package var version: ListVersion

  package init(columns: [Column], version: ListVersion) {
    self.columns = columns
    self.version = version
  }

  package struct Column: Hashable, Sendable {
    package var name: String
    /// Such as `string`, `integer` or `date`.
    package var type: String
    /// 0 for what is always shown, more for what `-o wide` adds.
    package var priority: Int

    package init(_ value: Value) {
      name = value["name"]?.string ?? ""
      type = value["type"]?.string ?? ""
      priority = value["priority"]?.integer ?? 0
    }
  }

  package struct Row: Hashable, Sendable {
    /// In the order of the columns; empty when the server knows no tables and sent the object whole.
    package var cells: [Value]
    /// As much of the object as was asked for.
    package var object: Object

    package init(cells: [Value], object: Object) {
      self.cells = cells
      self.object = object
    }
  }

  /// How much of each object comes with its row.
  package enum Contents: String, Hashable, Sendable {
    case nothing = "None"
    case metadata = "Metadata"
  }
}
