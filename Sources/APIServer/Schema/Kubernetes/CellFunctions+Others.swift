import Manifest
import Platform

extension CellFunctions {
  static let others: [String: CellFunction] = [
    "eventSource": { eventSource($0.object) },
    "accessModes": { cell in accessModes(cell.first?.sequence ?? []) },
    "claimStatus": { cell in
      cell.object[path: "metadata", "deletionTimestamp"] != nil
        ? "Terminating" : cell.object[path: "status", "phase"]?.string ?? ""
    },
    "volumeClaim": { cell in
      cell.object[path: "spec", "claimRef"].map { "\(word($0["namespace"] ?? ""))/\(word($0["name"] ?? ""))" } ?? ""
    },
    "serviceAccounts": { cell in serviceAccounts(cell.object["subjects"]?.sequence ?? []) },
    "defaultMark": { cell in
      let annotations = cell.object[path: "metadata", "annotations"]
      let keys = ["storageclass.kubernetes.io/is-default-class", "storageclass.beta.kubernetes.io/is-default-class"]
      return keys.contains { annotations?[$0] == "true" } ? " (default)" : ""
    },
    "conditionWords": { cell in conditionWords(cell.first?.sequence ?? []) },
    "componentStatus": { cell in
      let condition = (cell.object["conditions"]?.sequence ?? []).first { $0["type"] == "Healthy" }
      switch condition?["status"] {
      case "True": return "Healthy"
      case "False": return "Unhealthy"
      default: return "Unknown"
      }
    },
    "quotaRequests": { quota($0.object, ofLimits: false) },
    "quotaLimits": { quota($0.object, ofLimits: true) },
  ]

  private static func eventSource(_ event: Value) -> String {
    let component = event[path: "source", "component"]?.string ?? event["reportingComponent"]?.string ?? ""
    let host = event[path: "source", "host"]?.string ?? event["reportingInstance"]?.string ?? ""
    return host.isEmpty ? component : "\(component), \(host)"
  }

  private static let shortModes = [
    "ReadWriteOnce": "RWO", "ReadOnlyMany": "ROX", "ReadWriteMany": "RWX", "ReadWriteOncePod": "RWOP",
  ]

  private static func accessModes(_ modes: [Value]) -> String {
    let order = ["ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany", "ReadWriteOncePod"]
    return order.filter { modes.contains(.string($0)) }.compactMap { shortModes[$0] }.joined(separator: ",")
  }

  private static func serviceAccounts(_ subjects: [Value]) -> String {
    subjects.filter { $0["kind"] == "ServiceAccount" }
      .map { "\(word($0["namespace"] ?? ""))/\(word($0["name"] ?? ""))" }.joined(separator: ", ")
  }

  private static func conditionWords(_ conditions: [Value]) -> String {
    conditions.compactMap { $0["type"]?.string }.joined(separator: ",")
  }

  /// The use and the limit of each resource, such as `pods: 1/10`.
  private static func quota(_ quota: Value, ofLimits: Bool) -> String {
    let allowed = (quota[path: "status", "hard"]?.mapping?.pairs ?? []).sorted { $0.key < $1.key }
    return allowed.filter { $0.key.hasPrefix("limits.") == ofLimits }.map { pair in
      "\(pair.key): \(word(quota[path: "status", "used"]?[pair.key] ?? "0"))/\(word(pair.value))"
    }.joined(separator: ", ")
  }
}
