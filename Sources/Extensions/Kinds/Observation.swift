/// What the controllers last wrote of an installation, as it stands in its status.
///
/// It is not what runs: `Operations` works that out, and hands out an `ExtensionStatus`. `make check` refuses a mention
/// of `observed` in the console and the commands, which would decide the same a second time.
package struct Observation: Hashable, Sendable {
  package var state: InstallationState
  /// The version that was last tried, or empty.
  package var attemptedVersion: String
  /// Whether it was last switched on or off; `nil` where the cluster keeps no account of it.
  package var appliedEnabled: Bool?
  /// The fingerprint of the config that was last taken, or empty.
  package var configHash: String
}

extension Installation {
  /// What the controllers last wrote.
  package var observed: Observation {
    get {
      Observation(
        state: state, attemptedVersion: attemptedVersion, appliedEnabled: appliedEnabled, configHash: configHash)
    }
    set {
      state = newValue.state
      attemptedVersion = newValue.attemptedVersion
      appliedEnabled = newValue.appliedEnabled
      configHash = newValue.configHash
    }
  }
}
