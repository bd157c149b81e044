import Manifest
import Platform

/// Functions for cells of Kubernetes' own kinds that show more than a field, as `kubectl get` shows them
/// (`pkg/printers/internalversion`).
enum CellFunctions {
  static let all: [String: CellFunction] = general.merging(workloads) { $1 }.merging(network) { $1 }
    .merging(others) { $1 }

  private static let general: [String: CellFunction] = [
    "age": { cell in cell.first?.string.map { Timestamp($0)?.age(at: cell.now) ?? "<invalid>" } ?? "" },
    "count": { cell in String(cell.values.joined().reduce(0) { $0 + size($1) }) },
    "sum": { cell in String(cell.values.joined().reduce(0) { $0 + ($1.integer ?? 0) }) },
    "join": { cell in
      cell.values.joined().flatMap { $0.sequence ?? [$0] }.map(word).joined(separator: ", ")
    },
    "shortList": { cell in shortened(cell.values.joined().map(word)) },
    "labels": { cell in cell.first.map(labels) ?? "" },
    "selector": { cell in cell.first.map(selector) ?? "" },
    "lowercase": { cell in cell.first?.string?.lowercased() ?? "" },
    "truth": { cell in
      if case .bool(let isTrue)? = cell.first { isTrue ? "True" : "False" } else { "" }
    },
  ]

  /// The text of a value in a cell.
  static func word(_ value: Value) -> String { value.string ?? GoSyntax.text(value) }

  private static func size(_ value: Value) -> Int { value.mapping?.pairs.count ?? value.sequence?.count ?? 0 }

  /// The labels, such as `app=web,tier=front`.
  static func labels(_ value: Value) -> String {
    (value.mapping?.pairs ?? []).sorted { $0.key < $1.key }.map { "\($0.key)=\(word($0.value))" }.joined(separator: ",")
  }

  /// A label selector (`metav1.LabelSelector`) in query syntax.
  static func selector(_ value: Value) -> String {
    guard value["matchLabels"] != nil || value["matchExpressions"] != nil else { return "" }
    let equal = (value["matchLabels"]?.mapping?.pairs ?? []).map { (key: $0.key, text: "\($0.key)=\(word($0.value))") }
    let others = (value["matchExpressions"]?.sequence ?? []).map { item in
      let key = item["key"]?.string ?? ""
      let values = (item["values"]?.sequence ?? []).map(word).sorted().joined(separator: ",")
      let text =
        switch item["operator"]?.string {
        case "In": "\(key) in (\(values))"
        case "NotIn": "\(key) notin (\(values))"
        case "DoesNotExist": "!\(key)"
        default: key
        }
      return (key: key, text: text)
    }
    return (equal + others).sorted { $0.key < $1.key }.map(\.text).joined(separator: ",")
  }

  /// The first three words, and the number of further ones.
  static func shortened(_ words: [String]) -> String {
    guard words.count > 3 else { return words.joined(separator: ",") }
    return words.prefix(3).joined(separator: ",") + " + \(words.count - 3) more..."
  }

  /// The kind, group and name of an owner, as owners are shown.
  static func qualified(_ reference: Value) -> String {
    let kind = reference["kind"]?.string?.lowercased() ?? ""
    let group = (reference["apiVersion"]?.string ?? "").split(separator: "/")
    return (group.count > 1 ? "\(kind).\(group[0])" : kind) + "/" + (reference["name"]?.string ?? "")
  }
}
