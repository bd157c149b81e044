/// The status of an installation, as the controllers last wrote it.
///
/// It is not what runs: `Operations` determines that and returns an `ExtensionStatus`. `make check` refuses a mention
/// of `observed` in the console and the commands, so that they do not determine it a second time.
package struct Observation: Hashable, Sendable {
  package var state: InstallationState
  /// The version that was last tried, or empty.
  package var attemptedVersion: String
  /// The value of `enabled` that was last applied; `nil` if the cluster does not record it.
  package var appliedEnabled: Bool?
  /// The fingerprint of the config that the controllers last took up, or empty.
  package var configHash: String
}

extension Installation {
  /// The status that the controllers last wrote.
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
