import Extensions
import Packages

extension ExtensionHistory {
  /// The newest entry that was Installed and is not the current one: the target of a rollback.
  package var lastGood: Entry? {
    let newest = entries.first { !$0.version.isEmpty }
    guard let asked = present ?? newest.map({ PresentRequest(version: $0.version, digests: [$0.digest]) }) else {
      return nil
    }
    // What was there before an uninstall is no way back of what was installed since.
    return entries.prefix { !$0.hasRemoved }.first {
      $0.wasInstalled == true && !$0.version.isEmpty && !asked.isOf($0)
    }
  }

  /// The version and the config that the spec asks for now.
  struct PresentRequest: Hashable, Sendable {
    var version: String
    /// The fingerprints under which that config may have been recorded.
    var digests: Set<String>

    /// An entry that is known from helm alone has no config.
    func isOf(_ entry: Entry) -> Bool {
      VersionText(entry.version) == VersionText(version) && (entry.digest.isEmpty || digests.contains(entry.digest))
    }
  }

  /// What the spec of `installation` asks for.
  func asked(by installation: Installation) -> PresentRequest {
    let config = installation.config
    var asked = PresentRequest(
      version: installation.version, digests: [ConfigHash.of(config), ConfigHash.of(ConfigHash.trimmed(config))])
    // A config that is stored as an object was recorded under the fingerprint of its text.
    let newest = entries.first { VersionText($0.version) == VersionText(installation.version) && !$0.digest.isEmpty }
    if installation.configForm == .object, let newest { asked.digests.insert(newest.digest) }
    return asked
  }
}
