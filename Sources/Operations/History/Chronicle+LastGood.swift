import Extensions
import Packages

extension Chronicle {
  /// The newest that reached Installed and is not what there is now: where a rollback goes.
  package var lastGood: Entry? {
    let newest = entries.first { !$0.version.isEmpty }
    guard let asked = present ?? newest.map({ Asked(version: $0.version, digests: [$0.digest]) }) else { return nil }
    return entries.first { $0.wasInstalled == true && !$0.version.isEmpty && !asked.isOf($0) }
  }

  /// The version that is asked for now, and its config.
  struct Asked: Hashable, Sendable {
    var version: String
    /// The fingerprints under which that config may have been noted.
    var digests: Set<String>

    /// What helm alone knows of comes without a config.
    func isOf(_ entry: Entry) -> Bool {
      VersionText(entry.version) == VersionText(version) && (entry.digest.isEmpty || digests.contains(entry.digest))
    }
  }

  /// What `installation` asks for.
  func asked(by installation: Installation) -> Asked {
    let config = installation.config
    var asked = Asked(
      version: installation.version, digests: [ConfigHash.of(config), ConfigHash.of(ConfigHash.trimmed(config))])
    // What is kept as an object was noted as it was written.
    let newest = entries.first { VersionText($0.version) == VersionText(installation.version) && !$0.digest.isEmpty }
    if installation.configForm == .object, let newest { asked.digests.insert(newest.digest) }
    return asked
  }
}
