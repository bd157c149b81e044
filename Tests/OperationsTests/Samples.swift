import Client
import Extensions
import KubernetesAPI
import Manifest

/// Installations as a cluster has them.
enum Sample {
  static func installation(
    _ state: String, wanted: String = "1.1.0", tried: String = "1.1.0", config: String = "", message: String = "",
    history: [String] = [], time: String = "", isEnabled: Bool = true, name: String = "whizard",
    clusters: [String] = [], keepsObjects: Bool = false
  ) -> Installation {
    let kept = keepsObjects ? try? YAML.parse(config) : .string(config)
    return Installation(
      Object(
        Dialect.installPlan.installations, name: name,
        [
          "spec": [
            "extension": ["name": "whizard", "version": .string(wanted)], "enabled": .bool(isEnabled),
            "config": kept ?? .null,
            "clusterScheduling": ["placement": ["clusters": .sequence(clusters.map(Value.string))]],
          ],
          "status": [
            "state": .string(state), "version": .string(tried), "enabled": true,
            "conditions": [["message": .string(message), "lastTransitionTime": .string(time)]],
            "stateHistory": .sequence(history.map { ["state": .string($0), "lastTransitionTime": "t"] }),
          ],
        ]))
  }

  static func `extension`(
    installed: String = "", state: String = "", recommended: String = "1.1.0"
  ) -> Extension {
    let status: Value = [
      "state": .string(state), "installedVersion": .string(installed), "recommendedVersion": .string(recommended),
      "versions": [["version": "1.0.0"], ["version": "1.1.0"]],
    ]
    return Extension(
      Object(Dialect.installPlan.extensions, name: "whizard", ["status": status]), dialect: .installPlan)
  }

  /// An extension of the first design, of which the cluster says what runs.
  static func `extension`(running: String, _ word: String) -> Extension {
    let status: Value = ["state": .string(word), "subscribedVersion": .string(running)]
    let dialect = Dialect.subscription
    return Extension(Object(dialect.extensions, name: "whizard", ["status": status]), dialect: dialect)
  }
}
