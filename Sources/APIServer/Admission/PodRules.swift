import KubernetesAPI
import Manifest

/// Validates the pods of a workload beyond their types, with the API server's messages.
struct PodRules {
  private(set) var causes: [Status.Cause] = []
  private let volumes: Set<Value>

  private static let variableRule =
    "a valid environment variable name must consist of alphabetic characters, digits, '_', '-', or '.', and must not "
    + "start with a digit (e.g. 'my.env-name',  or 'MY_ENV.NAME',  or 'MyEnvName1', regex used for validation is "
    + "'[-._a-zA-Z][-._a-zA-Z0-9]*')"

  /// Validates `pod`, the pod spec at `path` in the object.
  init(_ pod: Value, at path: String) {
    volumes = Set((pod["volumes"]?.sequence ?? []).compactMap { $0["name"] })
    for key in ["initContainers", "containers"] {
      for (index, container) in (pod[key]?.sequence ?? []).enumerated() {
        check(container, at: "\(path).\(key)[\(index)]")
      }
    }
  }

  private mutating func check(_ container: Value, at path: String) {
    for (index, variable) in (container["env"]?.sequence ?? []).enumerated() {
      guard let name = variable["name"]?.string, !name.isEmpty, !Self.isVariable(name) else { continue }
      causes.append(.invalid("\(path).env[\(index)].name", .string(name), Self.variableRule))
    }
    checkMounts(container, at: path)
    checkResources(container["resources"] ?? [:], at: path + ".resources")
  }

  private static func isVariable(_ name: String) -> Bool {
    name.first?.isNumber == false
      && name.utf8.allSatisfy { ScalarSet.word.contains(UInt32($0)) || "-.".utf8.contains($0) }
  }

  private mutating func checkMounts(_ container: Value, at path: String) {
    var paths: Set<Value> = []
    for (index, mount) in (container["volumeMounts"]?.sequence ?? []).enumerated() {
      let field = "\(path).volumeMounts[\(index)]"
      if let name = mount["name"], !volumes.contains(name) {
        causes.append(
          Status.Cause(
            reason: "FieldValueNotFound", message: "Not found: \(GoSyntax.text(name))", field: field + ".name"))
      }
      if let mountPath = mount["mountPath"], !paths.insert(mountPath).inserted {
        causes.append(.invalidValue(field + ".mountPath", mountPath, "must be unique"))
      }
    }
  }

  private mutating func checkResources(_ resources: Value, at path: String) {
    for kind in ["limits", "requests"] {
      for pair in resources[kind]?.mapping?.pairs ?? [] where Quantity.number(pair.value) ?? 0 < 0 {
        let problem = "must be greater than or equal to 0"
        causes.append(.invalidValue("\(path).\(kind)[\(pair.key)]", .string(Quantity.text(pair.value)), problem))
      }
    }
    for pair in resources["requests"]?.mapping?.pairs ?? [] {
      guard let limit = resources["limits"]?[pair.key].flatMap(Quantity.number),
        let request = Quantity.number(pair.value), request > limit
      else { continue }
      let problem = "must be less than or equal to \(pair.key) limit"
      causes.append(.invalidValue(path + ".requests", .string(Quantity.text(pair.value)), problem))
    }
  }
}

extension Quantity {
  private static let factors: [(suffix: String, factor: Double)] = [
    ("Ki", 0x1p10), ("Mi", 0x1p20), ("Gi", 0x1p30), ("Ti", 0x1p40), ("Pi", 0x1p50), ("Ei", 0x1p60), ("n", 1e-9),
    ("u", 1e-6), ("m", 1e-3), ("k", 1e3), ("M", 1e6), ("G", 1e9), ("T", 1e12), ("P", 1e15), ("E", 1e18),
  ]

  /// The amount as a floating-point number, exact enough to be compared.
  static func number(_ value: Value) -> Double? {
    guard let text = value.string else { return value.double }
    guard let (suffix, factor) = factors.first(where: { text.hasSuffix($0.suffix) }) else { return Double(text) }
    return Double(text.dropLast(suffix.count)).map { $0 * factor }
  }

  /// The amount as a text.
  static func text(_ value: Value) -> String { value.string ?? JSON.text(value) }
}
