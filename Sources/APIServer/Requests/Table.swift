import KubernetesAPI
import Manifest
import Platform

/// Objects as rows, the way `kubectl get` shows them.
struct Table: Sendable {
  var type: ResourceType
  var inclusion: Form.Inclusion
  var now: Timestamp

  func value(_ objects: [StoredObject], _ metadata: Mapping, hasColumns: Bool) -> Value {
    [
      "kind": "Table", "apiVersion": "meta.k8s.io/v1", "metadata": .mapping(metadata),
      "columnDefinitions": hasColumns ? .sequence(columns) : [], "rows": .sequence(objects.map(row)),
    ]
  }

  private var columns: [Value] {
    let name = Self.column("Name", "string", format: "name")
    return [name] + type.columns.map { Self.column($0.title, $0.type) } + [Self.column("Age", "string")]
  }

  private static func column(_ title: String, _ type: String, format: String = "") -> Value {
    [
      "name": .string(title), "type": .string(type), "format": .string(format), "description": .string(title),
      "priority": 0,
    ]
  }

  private func row(_ stored: StoredObject) -> Value {
    let object = Object(stored.value)
    let age = object.creationTimestamp.flatMap { Timestamp($0)?.age(at: now) } ?? "<unknown>"
    var cells: [Value] = [.string(object.name)]
    cells += type.columns.map { Self.cell(object.value[path: $0.path]) }
    cells.append(.string(age))
    var row: Mapping = ["cells": .sequence(cells)]
    switch inclusion {
    case .nothing: break
    case .metadata: row["object"] = stored.partial
    case .object: row["object"] = object.value
    }
    return .mapping(row)
  }

  private static func cell(_ value: Value?) -> Value {
    switch value {
    case nil, .null: ""
    case .sequence?, .mapping?: .string(JSON.text(value ?? .null))
    case let value?: value
    }
  }
}
