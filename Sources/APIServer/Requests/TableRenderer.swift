import KubernetesAPI
import Manifest
import Platform

/// Builds the `Table` that `kubectl get` shows: one row for each object.
struct TableRenderer: Sendable {
  var type: ResourceType
  var inclusion: Representation.Inclusion
  var version = Representation.TableVersion.stable
  var now: Timestamp

  func value(_ objects: [StoredObject], _ metadata: Mapping, hasColumns: Bool) -> Value {
    [
      "kind": "Table", "apiVersion": .string("meta.k8s.io/\(version.rawValue)"), "metadata": .mapping(metadata),
      "columnDefinitions": hasColumns ? .sequence(columns) : [], "rows": .sequence(objects.map(row)),
    ]
  }

  private var columns: [Value] { allColumns.map(\.definition) }

  /// The columns of the type, after the column `Name` unless they include it.
  private var allColumns: [ResourceType.Column] {
    type.columns.contains { $0.title == "Name" } ? type.columns : [Self.nameColumn] + type.columns
  }

  private static let nameColumn = {
    var column = ResourceType.Column("Name", CellTemplate("{metadata.name}"))
    column.format = "name"
    column.description = "The name of the object."
    return column
  }()

  private func row(_ stored: StoredObject) -> Value {
    let object = type.value(of: stored)
    var row: Mapping = ["cells": .sequence(allColumns.map { $0.cell(object, at: now) })]
    switch inclusion {
    case .nothing: break
    case .metadata: row["object"] = stored.partial
    case .object: row["object"] = object
    }
    return .mapping(row)
  }
}
