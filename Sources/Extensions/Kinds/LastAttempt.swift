package import Manifest
import Platform

/// The last attempt of a standalone backend's controllers, for an installation whose status has no fields for it.
///
/// It is stored in two conditions after all others: a Subscription's status has only a state and conditions, and a
/// client that waits for a change must know to which attempt the state belongs.
package struct LastAttempt: Hashable, Sendable {
  /// The version of the last attempt.
  package var version: String
  /// The fingerprint of the attempt's config.
  package var configHash: String
  /// The last value of `enabled` that was applied; `nil` if none was since the last attempt.
  package var isEnabled: Bool?

  private static let attempt = "Attempted"
  private static let serving = "Enabled"

  package init(version: String, config: String, isEnabled: Bool?) {
    self.version = version
    configHash = Self.fingerprint(config)
    self.isEnabled = isEnabled
  }

  /// Parses the conditions of a status; `nil` if they do not contain it.
  init?(_ conditions: [Value]) {
    let message = conditions.first { $0["type"]?.string == Self.attempt }?["message"]?.string ?? ""
    let words = message.split(separator: " ").map(String.init)
    guard words.count == 4, words[0] == "version", words[2] == "config" else { return nil }
    (version, configHash) = (words[1], words[3])
    isEnabled = conditions.first { $0["type"]?.string == Self.serving }.map { $0["status"]?.string == "True" }
  }

  /// The conditions that store it, with `time` as their transition time.
  package func conditions(since time: String) -> [Value] {
    func condition(_ type: String, _ isTrue: Bool, _ reason: String, _ message: String) -> Value {
      [
        "type": .string(type), "status": isTrue ? "True" : "False", "reason": .string(reason),
        "message": .string(message), "lastTransitionTime": .string(time),
      ]
    }
    let switched = isEnabled.map { condition(Self.serving, $0, "Switched", $0 ? "it is served" : "it is not served") }
    return [condition(Self.attempt, true, "Recorded", "version \(version) config \(configHash)")]
      + [switched].compactMap { $0 }
  }

  /// The fingerprint of the parsed config, because a cluster that stores it as an object may format it differently.
  static func fingerprint(_ config: String) -> String {
    guard let value = try? YAML.parse(config) else { return ConfigHash.of(config) }
    return ConfigHash.of(JSON.text(value.mapping?.isEmpty == true ? .null : value))
  }
}
