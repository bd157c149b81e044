import Client
import Extensions
import HTTP
import KubernetesAPI
import Manifest
import Testing

extension ApplyTests {
  @discardableResult
  func apply(
    _ name: String, as manager: String, _ data: Mapping, labels: Mapping = [:], query: String = ""
  ) async throws -> Answer {
    try await apply(map(name, data, labels), as: manager, to: "\(maps)/\(name)", query: query)
  }

  @discardableResult
  func apply(_ value: Value, as manager: String, at name: String = "one") async throws -> Answer {
    try await apply(value, as: manager, to: "\(maps)/\(name)")
  }

  func apply(_ value: Value, as manager: String, to target: String, query: String = "") async throws -> Answer {
    try await cluster.raw(
      .patch, "\(target)?fieldManager=\(manager)\(query)", value, type: "application/apply-patch+yaml")
  }

  func map(_ name: String, _ data: Mapping, _ labels: Mapping = [:]) -> Value {
    var value = Object(.configMaps, name: name).value
    if !data.isEmpty { value = value.setting(["data"], to: .mapping(data)) }
    return labels.isEmpty ? value : value.setting(["metadata", "labels"], to: .mapping(labels))
  }

  func read(_ name: String) async throws -> Answer { try await cluster.raw(.get, "\(maps)/\(name)") }

  /// What `manager` owns by one kind of operation; `nil` when nothing.
  func owned(_ answer: Answer, _ manager: String, _ operation: String) -> Value? {
    answer["metadata", "managedFields"]?.sequence?.first {
      $0["manager"] == .string(manager) && $0["operation"] == .string(operation)
    }?["fieldsV1"]
  }
}
