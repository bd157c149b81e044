package import Manifest
import Platform

/// What the controllers of a standalone backend were last at, where the status of an installation has no fields for it.
///
/// They keep it in two conditions behind all others: a Subscription's status has a word for the state and conditions, and
/// what waits for a change must know which attempt that word is about.
package struct StatusAccount: Hashable, Sendable {
  /// The version of the last attempt.
  package var version: String
  /// The fingerprint of its config.
  package var configHash: String
  /// Whether it was last switched on or off; `nil` since the last attempt.
  package var isEnabled: Bool?

  private static let attempt = "Attempted"
  private static let serving = "Enabled"

  package init(version: String, config: String, isEnabled: Bool?) {
    self.version = version
    configHash = Self.fingerprint(config)
    self.isEnabled = isEnabled
  }

  /// Reads it from the conditions of a status; `nil` where they have none.
  init?(_ conditions: [Value]) {
    let message = conditions.first { $0["type"]?.string == Self.attempt }?["message"]?.string ?? ""
    let words = message.split(separator: " ").map(String.init)
    guard words.count == 4, words[0] == "version", words[2] == "config" else { return nil }
    (version, configHash) = (words[1], words[3])
    isEnabled = conditions.first { $0["type"]?.string == Self.serving }.map { $0["status"]?.string == "True" }
  }

  /// The conditions that say it, since `time`.
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

  /// Of what a config says, for a cluster that keeps it as an object may write it in another way than it was sent.
  static func fingerprint(_ config: String) -> String {
    guard let value = try? YAML.parse(config) else { return ConfigHash.of(config) }
    return ConfigHash.of(JSON.text(value.mapping?.isEmpty == true ? .null : value))
  }
}
