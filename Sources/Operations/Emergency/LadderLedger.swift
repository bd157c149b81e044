package import Client
import Manifest

/// What the ladder has changed of one extension, written before it is changed: `enable` brings it back from here,
/// for any user who runs it, and after whatever came in between.
package struct LadderLedger: Sendable {
  private let values: KeptValues

  package init(_ cluster: Cluster, of name: String, folder: String, identity: String) {
    values = KeptValues(cluster, name: "ksx-emergency.\(name)", folder: folder, identity: identity)
  }

  /// What was changed, by rung.
  package func entries() async throws(ClusterError) -> [Rung: [LadderEntry]] {
    let (there, here) = try await values.read()
    var entries: [Rung: [LadderEntry]] = [:]
    for rung in Rung.allCases {
      let all = Self.merged(Self.entries(there[rung.rawValue]), Self.entries(here[rung.rawValue]))
      if !all.isEmpty { entries[rung] = all }
    }
    return entries
  }

  /// Keeps `entries` with those that are kept already; without any copy nothing may be taken away, so that is thrown.
  ///
  /// Returns what the user must know where the cluster did not take them.
  package func add(_ entries: [LadderEntry], _ rung: Rung) async throws(ClusterError) -> String? {
    let all = Self.merged(try await self.entries()[rung] ?? [], entries)
    return try await values.keep(rung.rawValue, .sequence(all.map(\.value)))
  }

  /// Forgets what `rung` changed, once it is back.
  package func remove(_ rung: Rung) async throws(ClusterError) { try await values.forget(rung.rawValue) }

  private static func entries(_ value: Value?) -> [LadderEntry] {
    value?.sequence?.compactMap(LadderEntry.init) ?? []
  }

  /// What was kept of an object first counts.
  private static func merged(_ first: [LadderEntry], _ more: [LadderEntry]) -> [LadderEntry] {
    first + more.filter { entry in !first.contains { $0.isSame(as: entry) } }
  }
}
