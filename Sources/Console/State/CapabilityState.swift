import Client
import Extensions
import Operations

/// What the console knows of what the cluster's extensions can do, and how it came to know.
struct CapabilityState: Hashable, Sendable {
  /// `nil` until discovery, in this session or an earlier one.
  private(set) var capabilities: Capabilities?
  private var learned: ClockReading?
  /// Set by `--dialect`, which overrides discovery.
  private var isSaid = false
  /// The cluster is being asked.
  private(set) var isBeingLearned = false

  init() {}

  /// What `session` brings along: the dialect that the user named, or what an earlier session cached.
  init(_ session: Session, at now: ClockReading) {
    if let dialect = session.connection.dialect {
      (capabilities, isSaid) = (Capabilities(assuming: dialect), true)
    } else if let kept = session.knowledge {
      capabilities = kept.capabilities
      // The file knows the clock on the wall, which may have been set since; from here on it is only added to.
      let age = now.wall - Double(kept.learned)
      learned = age < 0 ? nil : now + -age
    }
  }

  mutating func learn(_ found: Capabilities, at now: ClockReading) {
    (capabilities, learned, isBeingLearned) = (found, now, false)
  }

  /// Asks the cluster, unless it is being asked already.
  mutating func ask() -> [Request] {
    if isBeingLearned || isSaid { return [] }
    isBeingLearned = true
    return [.connect]
  }

  /// Asks the cluster when nothing is known of it, or only something old.
  mutating func askIfOld(at now: ClockReading) -> [Request] {
    let lifetime = Double(CachedCapabilities.lifetime)
    if let learned, (0..<lifetime).contains(now - learned) { return [] }
    return ask()
  }
}
