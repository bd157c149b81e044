import Client
package import Extensions
package import Operations
import Platform

/// The files that ksx keeps on this computer.
///
/// The folders are accessible to the user only. No problem with them stops a command: a file that cannot be read counts
/// as missing, and one that cannot be written is skipped.
package struct LocalState: Hashable, Sendable {
  /// The cache directory, such as `~/.cache/ksx`.
  package var cache: String
  /// The state directory, such as `~/.local/state/ksx`.
  package var state: String

  package init(cache: String, state: String) {
    self.cache = cache
    self.state = state
  }

  /// The cached capabilities of the cluster `identity`, however old.
  package func knowledge(of identity: String) -> CachedCapabilities? {
    guard let bytes = try? Files.read(profile(identity), limit: 1 << 16), let known = CachedCapabilities(json: bytes)
    else { return nil }
    return known.cluster == identity ? known : nil
  }

  /// Caches the capabilities of the cluster `identity`.
  package func remember(
    _ capabilities: Capabilities, of identity: String, at now: Int = Timestamp.now().secondsSince1970
  ) {
    try? Files.makeDirectory(cache + "/clusters")
    try? Files.write(CachedCapabilities(capabilities, of: identity, learned: now).json, to: profile(identity))
  }

  private func profile(_ identity: String) -> String {
    "\(cache)/clusters/\(CachedCapabilities.fileName(cluster: identity))"
  }

  /// The history of changes in the cluster `identity`.
  package func history(of identity: String) -> History { History(folder: state, cluster: identity) }
}
