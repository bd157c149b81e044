import Client
import Manifest

@testable import Extensions
@testable import KubernetesAPI

/// Small objects, as a cluster of either dialect would have them.
enum Sample {
  static func installation(
    _ name: String = "whizard", _ version: String = "1.0.0", config: String = "", enabled: Bool = true,
    state: String = "Installed", dialect: Dialect = .installPlan, status: Mapping = [:], metadata: Mapping = [:]
  ) -> Installation {
    var object = Object(
      dialect.installations, name: name,
      [
        "spec": [
          "extension": ["name": .string(name), "version": .string(version)], "enabled": .bool(enabled),
          "config": .string(config),
        ]
      ])
    var fields: Mapping = ["state": .string(state)]
    for pair in status.pairs { fields[pair.key] = pair.value }
    object.value = object.value.setting(["status"], to: .mapping(fields))
    object.value = object.value.setting(["metadata", "resourceVersion"], to: "7")
    object.value = object.value.setting(["metadata", "uid"], to: "u-1")
    for pair in metadata.pairs { object.value = object.value.setting(["metadata", pair.key], to: pair.value) }
    return Installation(object)
  }

  static func version(
    _ version: String, of name: String = "whizard", spec: Mapping = [:], dialect: Dialect = .installPlan
  ) -> ExtensionVersion {
    var fields: Mapping = ["version": .string(version)]
    for pair in spec.pairs { fields[pair.key] = pair.value }
    let object = Object(
      dialect.extensionVersions, name: "\(name)-\(version)", labels: [dialect.extensionLabel: name],
      ["spec": .mapping(fields)])
    return ExtensionVersion(object, dialect: dialect)
  }

  static func `extension`(_ name: String = "whizard", dialect: Dialect = .installPlan) -> Extension {
    Extension(Object(dialect.extensions, name: name), dialect: dialect)
  }

  static func needs(_ name: String, _ version: String = "", required: Bool = true) -> Mapping {
    ["externalDependencies": [["name": .string(name), "version": .string(version), "required": .bool(required)]]]
  }

  static func context(
    _ installations: [Installation] = [], versions: [ExtensionVersion] = [version("1.0.0"), version("1.1.0")],
    dialect: Dialect = .installPlan
  ) -> PlanContext {
    PlanContext(
      capabilities: Capabilities(assuming: dialect), cluster: "production",
      extensions: ["whizard": `extension`(dialect: dialect)],
      installations: Installations(installations),
      versions: Dictionary(uniqueKeysWithValues: versions.map { ($0.version, $0) }))
  }
}

extension Installations {
  /// The installation of an extension, to be changed for a test.
  subscript(name: String) -> Installation? {
    get { of(name) }
    set { if let newValue { insert(newValue) } }
  }
}

extension Plan {
  /// The effects as a person sees them, one line each.
  var text: String {
    effects.map { effect in
      let sign =
        switch effect.sign {
        case .added: "+"
        case .removed: "-"
        case .changed: "~"
        case .note: " "
        }
      return "\(sign) \(effect.text)"
    }.joined(separator: "\n")
  }

  var blocking: [String] { problems.filter(\.isBlocking).map(\.text) }
  var warnings: [String] { problems.filter { !$0.isBlocking }.map(\.text) }
}
