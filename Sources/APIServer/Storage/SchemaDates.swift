import Manifest
import Platform

/// Since which version of the store the schemas of definitions are what they are, kept beside the objects.
///
/// A definition whose labels alone change is stored anew, and the objects that it describes are not older for it. Each date
/// stands with a digest of the schemas it is of: one that a crash or an earlier ksxd left behind is of others, and does not count.
struct SchemaDates {
  private let database: Database
  private var dates: [String: (version: Int, digest: String)] = [:]

  init(_ database: Database) {
    self.database = database
    // It is made when something is to be written: a full disk must not keep what is there from being read.
    guard let rows = try? database.prepare("SELECT collection, version, digest FROM schemas") else { return }
    while (try? rows.step()) == true { dates[rows.text(0)] = (rows.integer(1), rows.text(2)) }
  }

  /// Since when the schemas of the definition that is stored as `stored` are what they are.
  func version(of stored: StoredObject) -> Int {
    guard let date = dates[stored.key.name], date.digest == Self.digest(stored) else { return stored.version }
    return min(date.version, stored.version)
  }

  /// Keeps that the schemas in `stored` are what they are since `version`.
  mutating func keep(_ version: Int, of stored: StoredObject) throws(StorageError) {
    let name = stored.key.name
    // Most definitions are what they were when they came, and what is stored says that.
    if version == stored.version, dates[name] == nil { return }
    let digest = Self.digest(stored)
    if let date = dates[name], date == (version, digest) { return }
    try database.execute(
      "CREATE TABLE IF NOT EXISTS schemas (collection TEXT PRIMARY KEY, version INTEGER NOT NULL, digest TEXT NOT NULL)"
    )
    let insert = try database.prepare("INSERT OR REPLACE INTO schemas VALUES (?, ?, ?)")
    try insert.run(.text(name), .integer(version), .text(digest))
    dates[name] = (version, digest)
  }

  private static func digest(_ stored: StoredObject) -> String {
    SHA256.hex(Array(JSON.text(stored.value[path: "spec", "versions"] ?? .null).utf8))
  }
}
