import Extensions
import KubernetesAPI
import Manifest
import Platform

/// A query for a list below `/kapis`, in the query language of the shipped gateway (docs/KUBESPHERE.md: Gateway).
struct ListQuery: Hashable, Sendable {
  /// Counted from 1.
  var page: Int
  /// Objects on a page; `nil` for all.
  var limit: Int?
  var sortBy: String
  var isAscending: Bool
  var labelSelector: String
  private var conditions: [Condition] = []

  /// A parameter that filters objects.
  struct Condition: Hashable, Sendable {
    var name: String
    var value: String
  }

  /// The parameters that filter objects.
  private static let conditions = [
    "name", "names", "uid", "namespace", "label", "annotation", "ownerReference", "ownerKind", "fieldSelector", "q",
    "status", "enabled", "available",
  ]

  init(_ target: Target) {
    // As in the shipped gateway, a value that is not a number is ignored.
    func integer(_ name: String, _ usual: Int) -> Int { target[name].flatMap { Int($0) } ?? usual }
    page = max(1, integer("page", 1))
    let wanted = integer("limit", -1)
    limit = wanted < 0 ? nil : min(max(wanted, 1), 100_000)
    sortBy = target["sortBy"] ?? "creationTimestamp"
    isAscending = target.flag("ascending")
    labelSelector = target["labelSelector"] ?? ""
    conditions = Self.conditions.compactMap { name in target[name].map { Condition(name: name, value: $0) } }
  }

  /// The response: one page of `objects`, and their number in `continue`.
  func answer(_ objects: [Object]) -> Value {
    let found = objects.filter { object in conditions.allSatisfy { $0.holds(of: object) } }.sorted(by: isBefore)
    let size = limit ?? max(found.count, 1)
    let (offset, isBeyondAll) = (page - 1).multipliedReportingOverflow(by: size)
    let start = isBeyondAll ? found.count : min(found.count, offset)
    let shown = found[start..<min(found.count, start + size)]
    return [
      "metadata": [
        "continue": .string(String(found.count)), "remainingItemCount": .integer(found.count - start - shown.count),
      ],
      "items": .sequence(shown.map(\.value)),
    ]
  }

  private func isBefore(_ left: Object, _ right: Object) -> Bool {
    let isByName = sortBy == "name"
    let keys = [left, right].map { isByName ? $0.name : $0.creationTimestamp ?? "" }
    let isLess = keys[0] == keys[1] ? left.name < right.name : keys[0] < keys[1]
    return isAscending ? isLess : !isLess && left != right
  }
}

extension ListQuery.Condition {
  func holds(of object: Object) -> Bool {
    switch name {
    case "name": object.name.containsText(value)
    case "names": value.split(separator: ",").contains { $0 == object.name }
    case "uid": object.uid == value
    case "namespace": object.namespace == value
    case "label": matches(object.labels)
    case "annotation": matches(object.annotations)
    case "ownerReference": owners(of: object).contains { $0["name"]?.string == value }
    case "ownerKind": owners(of: object).contains { $0["kind"]?.string == value }
    case "fieldSelector": matchesFields(object.value)
    case "q": displayNames(of: object).contains { $0.lowercased().containsText(value.lowercased()) }
    case "status": hasStatus(object)
    case "enabled": isInstalled(object) && (object.status["enabled"]?.bool == true) == (value == "true")
    case "available": (object.status["state"]?.string == "Available") == (value == "true")
    default: true
    }
  }

  /// `key=value`, `key!=value` or a key alone; several are separated by commas.
  private func matches(_ texts: [String: String]) -> Bool {
    value.split(separator: ",").allSatisfy { part in
      let sides = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      guard sides.count == 2 else { return texts[sides[0]] != nil }
      return sides[0].hasSuffix("!") ? texts[String(sides[0].dropLast())] != sides[1] : texts[sides[0]] == sides[1]
    }
  }

  /// `path=value`, `path==value` or `path!=value`; a `~` before the value ignores case; several are separated by
  /// commas.
  private func matchesFields(_ object: Value) -> Bool {
    value.split(separator: ",").allSatisfy { part in
      guard let sign = part.firstIndex(of: "=") else { return false }
      let (path, isNegative) = (part[..<sign], part[..<sign].hasSuffix("!"))
      var wanted = part[part.index(after: sign)...]
      if !isNegative, wanted.hasPrefix("=") { wanted = wanted.dropFirst() }
      let found = Self.field(isNegative ? path.dropLast() : path, of: object)
      let text = found?.string ?? found.map(JSON.text) ?? ""
      let isEqual = wanted.hasPrefix("~") ? text.lowercased() == wanted.dropFirst().lowercased() : text == wanted
      return isEqual != isNegative
    }
  }

  /// The value at a path such as `spec.versions[0].version`.
  private static func field(_ path: Substring, of object: Value) -> Value? {
    path.split(separator: ".").reduce(object) { (value: Value?, part) in
      let words = part.split(separator: "[", omittingEmptySubsequences: false)
      return words.dropFirst().reduce(value?[String(words[0])]) { (value: Value?, word) in
        guard word.hasSuffix("]"), let index = Int(word.dropLast()), let items = value?.sequence,
          items.indices.contains(index)
        else { return nil }
        return items[index]
      }
    }
  }

  private func owners(of object: Object) -> [Value] {
    object.value[path: "metadata", "ownerReferences"]?.sequence ?? []
  }

  private func displayNames(of object: Object) -> [String] {
    let name = object.spec["displayName"]
    return name?.string.map { [$0] } ?? name?.mapping?.pairs.compactMap(\.value.string) ?? []
  }

  private func isInstalled(_ object: Object) -> Bool { object.status["state"]?.string.map { !$0.isEmpty } ?? false }

  private func hasStatus(_ object: Object) -> Bool {
    switch value.lowercased() {
    case "installed": isInstalled(object)
    case "notinstalled": !isInstalled(object)
    default: (object.status["state"]?.string ?? "").lowercased() == value.lowercased()
    }
  }
}
