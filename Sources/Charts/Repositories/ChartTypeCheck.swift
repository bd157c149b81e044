import Manifest
import Packages

/// Checks `Chart.yaml` against helm's Go types: strings, lists of strings, booleans.
struct ChartTypeCheck {
  /// The first field with another type, and what it should be; `nil` if there is none.
  private(set) var problem: String?

  /// Checks `Chart.yaml`, and the `dependencies` that helm uses.
  init(_ description: Value, dependencies: [Value]) {
    for key in ["keywords", "sources"] { expectScalars(description[key], "\(key)") }
    expect(description["deprecated"], "deprecated", "true or false") { $0.bool != nil }
    expect(description["annotations"], "annotations", "a mapping of words") { annotations in
      annotations.mapping?.pairs.allSatisfy { Self.isScalar($0.value) } == true
    }
    for key in ["maintainers", "dependencies"] {
      expect(description[key], key, "a list of mappings") { $0.sequence?.allSatisfy { $0.mapping != nil } == true }
    }
    for maintainer in description["maintainers"]?.sequence ?? [] {
      for key in ["name", "email", "url"] { expectScalar(maintainer[key], "maintainers: \(key)") }
    }
    checkDependencies(dependencies)
  }

  private mutating func checkDependencies(_ dependencies: [Value]) {
    var names: Set<String> = []
    for dependency in dependencies {
      expect(dependency, "dependencies", "a list of mappings") { $0.mapping != nil }
      if dependency == .null { note("dependencies has an entry that says nothing") }
      for key in ["name", "version", "repository", "condition", "alias"] {
        expectScalar(dependency[key], "dependencies: \(key)")
      }
      expectScalars(dependency["tags"], "dependencies: tags")
      expect(dependency["import-values"], "dependencies: import-values", "a list") { $0.sequence != nil }
      let alias = Chart.text(dependency["alias"])
      if !alias.utf8.allSatisfy(Self.isInAlias) { note("the alias \(alias) has more than letters, digits, _ and -") }
      let name = alias.isEmpty ? Chart.text(dependency["name"]) : alias
      if !names.insert(name).inserted { note("two dependencies are called \(name)") }
    }
  }

  private static func isInAlias(_ byte: UInt8) -> Bool {
    switch byte {
    case 48...57, 65...90, 97...122, UInt8(ascii: "_"), UInt8(ascii: "-"): true
    default: false
    }
  }

  private static func isScalar(_ value: Value) -> Bool { value.mapping == nil && value.sequence == nil }

  private mutating func expectScalar(_ value: Value?, _ key: String) { expect(value, key, "a word", Self.isScalar) }

  private mutating func expectScalars(_ value: Value?, _ key: String) {
    expect(value, key, "a list of words") { $0.sequence?.allSatisfy(Self.isScalar) == true }
  }

  /// A missing or null field is allowed.
  private mutating func expect(_ value: Value?, _ key: String, _ what: String, _ isValid: (Value) -> Bool) {
    if let value, value != .null, !isValid(value) { note("\(key) is not \(what)") }
  }

  private mutating func note(_ text: String) { problem = problem ?? text }
}
