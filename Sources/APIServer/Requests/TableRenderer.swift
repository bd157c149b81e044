import KubernetesAPI
import Manifest
import Platform

/// Builds the `Table` that `kubectl get` shows: one row for each object.
struct TableRenderer: Sendable {
  var type: ResourceType
  var inclusion: Form.Inclusion
  var now: Timestamp

  func value(_ objects: [StoredObject], _ metadata: Mapping, hasColumns: Bool) -> Value {
    [
      "kind": "Table", "apiVersion": "meta.k8s.io/v1", "metadata": .mapping(metadata),
      "columnDefinitions": hasColumns ? .sequence(columns) : [], "rows": .sequence(objects.map(row)),
    ]
  }

  private var columns: [Value] { [Self.name.definition] + type.columns.map(\.definition) }

  private static let name = {
    var column = ResourceType.Column("Name", "metadata", "name")
    column.format = "name"
    column.description = "The name of the object."
    return column
  }()

  private func row(_ stored: StoredObject) -> Value {
    let object = type.presenting(stored.value)
    var row: Mapping = ["cells": .sequence([.string(stored.key.name)] + type.columns.map { $0.cell(object, at: now) })]
    switch inclusion {
    case .nothing: break
    case .metadata: row["object"] = stored.partial
    case .object: row["object"] = object
    }
    return .mapping(row)
  }
}
