import Client
package import Extensions
package import Operations
import Platform

/// What ksx keeps on this computer between two runs.
///
/// The folders are the user's alone. Nothing here may stop a command: what cannot be read is not
/// there, and what cannot be written is told and then forgotten.
package struct LocalState: Hashable, Sendable {
  /// The cache directory, such as `~/.cache/ksx`.
  package var cache: String
  /// The state directory, such as `~/.local/state/ksx`.
  package var state: String

  package init(cache: String, state: String) {
    self.cache = cache
    self.state = state
  }

  /// What was cached of the cluster known as `identity`, however old.
  package func knowledge(of identity: String) -> CachedCapabilities? {
    guard let bytes = try? Files.read(profile(identity), limit: 1 << 16), let known = CachedCapabilities(json: bytes)
    else { return nil }
    return known.cluster == identity ? known : nil
  }

  /// Caches what was found, so that it need not be asked for again.
  package func remember(
    _ capabilities: Capabilities, of identity: String, at now: Int = Timestamp.now().secondsSince1970
  ) {
    try? Files.makeDirectory(cache + "/clusters")
    try? Files.write(CachedCapabilities(capabilities, of: identity, learned: now).json, to: profile(identity))
  }

  private func profile(_ identity: String) -> String {
    "\(cache)/clusters/\(CachedCapabilities.fileName(cluster: identity))"
  }

  /// What was changed in the cluster known as `identity`.
  package func history(of identity: String) -> History { History(folder: state, cluster: identity) }
}
