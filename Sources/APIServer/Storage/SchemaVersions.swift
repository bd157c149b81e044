import Manifest
import Platform

/// The resource versions at which the schemas of definitions last changed, stored beside the objects.
///
/// A change of only the labels of a definition stores it anew, but does not outdate its objects. Each entry has a
/// digest of the schemas: one that a crash or an earlier ksxd left behind is for other schemas, and is ignored.
struct SchemaVersions {
  private let database: Database
  private var entries: [String: (version: Int, digest: String)] = [:]

  init(_ database: Database) {
    self.database = database
    // The table is created by the first write: objects must be readable on a full disk.
    guard let rows = try? database.prepare("SELECT collection, version, digest FROM schemas") else { return }
    while (try? rows.step()) == true { entries[rows.text(0)] = (rows.integer(1), rows.text(2)) }
  }

  /// The resource version at which the schemas of the definition `stored` last changed.
  func version(of stored: StoredObject) -> Int {
    guard let entry = entries[stored.key.name], entry.digest == Self.digest(stored) else { return stored.version }
    return min(entry.version, stored.version)
  }

  /// Stores `version` as the one at which the schemas in `stored` last changed.
  mutating func keep(_ version: Int, of stored: StoredObject) throws(StorageError) {
    let name = stored.key.name
    // Without an entry, the version of the definition itself counts, which is right for most.
    if version == stored.version, entries[name] == nil { return }
    let digest = Self.digest(stored)
    if let entry = entries[name], entry == (version, digest) { return }
    try database.execute(
      "CREATE TABLE IF NOT EXISTS schemas (collection TEXT PRIMARY KEY, version INTEGER NOT NULL, digest TEXT NOT NULL)"
    )
    let insert = try database.prepare("INSERT OR REPLACE INTO schemas VALUES (?, ?, ?)")
    try insert.run(.text(name), .integer(version), .text(digest))
    entries[name] = (version, digest)
  }

  private static func digest(_ stored: StoredObject) -> String {
    SHA256.hex(Array(JSON.text(stored.value[path: "spec", "versions"] ?? .null).utf8))
  }
}
