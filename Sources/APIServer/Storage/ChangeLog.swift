/// The latest changes, one for every resource version, so that a watch can continue from its version.
package struct ChangeLog: Sendable {
  /// The most changes, and the most bytes of their objects, that are kept.
  package struct Limit: Hashable, Sendable {
    package var changes: Int
    package var bytes: Int

    package init(changes: Int = 10_000, bytes: Int = 64 << 20) {
      self.changes = changes
      self.bytes = bytes
    }
  }

  private var changes: [StoredChange] = []
  /// Changes before this index are forgotten; they are removed from the array in batches.
  private var start = 0
  private var bytes = 0
  private let limit: Limit
  /// The version of the last change, kept or not.
  private(set) var latest: Int

  init(latest: Int, limit: Limit = Limit()) {
    self.latest = latest
    self.limit = limit
  }

  /// All changes after this version are kept.
  var compactedVersion: Int { latest - (changes.count - start) }

  mutating func append(_ change: StoredChange) {
    precondition(change.version == latest + 1, "a version was skipped")
    changes.append(change)
    latest = change.version
    bytes += change.object.bytes.count
    while changes.count - start > limit.changes || (bytes > limit.bytes && changes.count - start > 1) {
      bytes -= changes[start].object.bytes.count
      start += 1
    }
    guard start > 1_000, start > changes.count / 2 else { return }
    changes.removeFirst(start)
    start = 0
  }

  /// The changes after `version`; `nil` if some of them are forgotten.
  ///
  /// A version in the future belongs to another database and counts as forgotten.
  func changes(after version: Int) -> ArraySlice<StoredChange>? {
    guard version >= compactedVersion, version <= latest else { return nil }
    return changes[min(changes.count, changes.count - (latest - version))...]
  }
}
