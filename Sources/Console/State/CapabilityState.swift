import Client
import Extensions
import Operations

/// The known capabilities of the cluster, and how they became known.
struct CapabilityState: Hashable, Sendable {
  /// The capabilities; `nil` until they are discovered, in this session or an earlier one.
  private(set) var capabilities: Capabilities?
  /// When the capabilities were discovered; `nil` if that is not known.
  private var learned: ClockReading?
  /// Whether `--dialect` sets the capabilities, which overrides discovery.
  private var isAssumed = false
  /// Whether discovery is in progress.
  private(set) var isBeingLearned = false

  init() {}

  /// Starts with the dialect that the user named, or with the capabilities cached by an earlier session.
  init(_ session: Session, at now: ClockReading) {
    if let dialect = session.connection.dialect {
      (capabilities, isAssumed) = (Capabilities(assuming: dialect), true)
    } else if let kept = session.knowledge {
      capabilities = kept.capabilities
      // The file contains wall-clock time, and that clock may have been set since; from here on the age only grows.
      let age = now.wall - Double(kept.learned)
      learned = age < 0 ? nil : now + -age
    }
  }

  mutating func learn(_ found: Capabilities, at now: ClockReading) {
    (capabilities, learned, isBeingLearned) = (found, now, false)
  }

  /// Starts discovery, unless it is in progress already.
  mutating func discover() -> [Request] {
    if isBeingLearned || isAssumed { return [] }
    isBeingLearned = true
    return [.connect]
  }

  /// Starts discovery if the capabilities are unknown or too old.
  mutating func discoverIfOld(at now: ClockReading) -> [Request] {
    let lifetime = Double(CachedCapabilities.lifetime)
    if let learned, (0..<lifetime).contains(now - learned) { return [] }
    return discover()
  }
}
