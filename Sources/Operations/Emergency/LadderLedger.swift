package import Client
import Manifest

/// The record of what the ladder has changed of one extension, written before the change.
///
/// `enable` restores the objects from it, for any user and at any later time.
package struct LadderLedger: Sendable {
  private let values: KeptValues

  package init(_ cluster: Cluster, of name: String, folder: String, identity: String) {
    values = KeptValues(cluster, name: "ksx-emergency.\(name)", folder: folder, identity: identity)
  }

  /// Reads what was changed, by rung.
  package func entries() async throws(ClusterError) -> [Rung: [LadderEntry]] {
    let (there, here) = try await values.read()
    var entries: [Rung: [LadderEntry]] = [:]
    for rung in Rung.allCases {
      let all = Self.merged(Self.entries(there[rung.rawValue]), Self.entries(here[rung.rawValue]))
      if !all.isEmpty { entries[rung] = all }
    }
    return entries
  }

  /// Adds `entries` to the record; throws if no copy can be stored, because then nothing may be taken away.
  ///
  /// Returns a warning for the user if the cluster did not accept the record.
  package func add(_ entries: [LadderEntry], _ rung: Rung) async throws(ClusterError) -> String? {
    let all = Self.merged(try await self.entries()[rung] ?? [], entries)
    return try await values.keep(rung.rawValue, .sequence(all.map(\.value)))
  }

  /// Deletes the record of `rung`, once its objects are restored.
  package func remove(_ rung: Rung) async throws(ClusterError) { try await values.forget(rung.rawValue) }

  private static func entries(_ value: Value?) -> [LadderEntry] {
    value?.sequence?.compactMap(LadderEntry.init) ?? []
  }

  /// The first record of an object counts, because later ones show it changed.
  private static func merged(_ first: [LadderEntry], _ more: [LadderEntry]) -> [LadderEntry] {
    first + more.filter { entry in !first.contains { $0.isSame(as: entry) } }
  }
}
