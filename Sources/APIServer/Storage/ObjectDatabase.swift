import Glibc
import Manifest
import Platform

/// The database of the objects and of their latest changes.
///
/// A transaction writes two tables: the objects and the history. WAL with `synchronous=NORMAL`: a write survives a
/// crash of the process; a power failure may lose the latest writes, but never consistency.
final class ObjectDatabase {
  let path: String
  private let lock: FileLock?
  private let reserve: DiskReserve?
  private let database: Database
  private let insertObject: Statement
  private let deleteObject: Statement
  private let insertChange: Statement
  private let forgetChanges: Statement
  private var compactedVersion = 0
  /// The resource versions at which the schemas of definitions last changed.
  var schemaVersions: SchemaVersions

  /// `ksxd` in ASCII, which marks a database as one of this program.
  private static let applicationID = 0x6B73_7864
  private static let layoutVersion = 1

  init(path: String) throws(StorageError) {
    self.path = path
    let isOnDisk = path != ":memory:"
    lock = isOnDisk ? try Self.lock(path) : nil
    reserve = isOnDisk ? DiskReserve(beside: path) : nil
    database = try Self.open(path)
    schemaVersions = SchemaVersions(database)
    insertObject = try database.prepare("INSERT OR REPLACE INTO objects VALUES (?, ?, ?, ?, ?)")
    deleteObject = try database.prepare("DELETE FROM objects WHERE collection = ? AND namespace = ? AND name = ?")
    insertChange = try database.prepare("INSERT INTO history VALUES (?, ?, ?, ?)")
    forgetChanges = try database.prepare("DELETE FROM history WHERE version <= ?")
    reserve?.fill()
  }

  private static func lock(_ path: String) throws(StorageError) -> FileLock {
    do throws(FileLock.Failure) {
      return try FileLock(beside: path)
    } catch {
      switch error {
      case .isHeld: throw .inUse(path: path)
      case .unusable(let problem): throw .unusable(path: path, reason: "\(problem)")
      }
    }
  }

  private static func open(_ path: String) throws(StorageError) -> Database {
    // The objects include Secrets: no other user may read the file, nor the files that SQLite creates beside it.
    let mask = umask(0o077)
    defer { umask(mask) }
    let database = try Database(path: path)
    // `FileLock` makes this the only process with the file, so the WAL index can be in memory, which needs no disk
    // space.
    try database.execute("PRAGMA locking_mode = EXCLUSIVE; PRAGMA temp_store = MEMORY")
    let isNew = try claim(database, path)
    try database.execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL")
    // Objects must be readable on a full disk, so nothing is written unless it has to be.
    if isNew { try createTables(database) }
    return database
  }

  /// Throws unless the file is an intact database of ksxd or empty; true if its tables must be created.
  private static func claim(_ database: Database, _ path: String) throws(StorageError) -> Bool {
    let owner = try database.integer("PRAGMA application_id")
    let tables = try database.integer("SELECT count(*) FROM sqlite_schema")
    guard owner == applicationID || (owner == 0 && tables == 0) else {
      throw .unusable(path: path, reason: "belongs to another program; give ksxd a directory of its own with --data")
    }
    let written = try database.integer("PRAGMA user_version")
    guard written <= layoutVersion else {
      throw .unusable(path: path, reason: "was written by a newer ksxd; use that one, or another directory with --data")
    }
    let check = try database.prepare("PRAGMA quick_check(1)")
    guard try check.step(), check.text(0) == "ok" else {
      throw .failed(path: path, StorageProblem(.damaged, check.text(0)))
    }
    return tables < 2
  }

  /// Creates all tables or none.
  private static func createTables(_ database: Database) throws(StorageError) {
    try database.transaction { () throws(StorageError) in
      try database.execute(
        """
        PRAGMA application_id = \(applicationID);
        PRAGMA user_version = \(layoutVersion);
        CREATE TABLE IF NOT EXISTS objects (
          collection TEXT NOT NULL, namespace TEXT NOT NULL, name TEXT NOT NULL, version INTEGER NOT NULL,
          body BLOB NOT NULL, PRIMARY KEY (collection, namespace, name));
        CREATE TABLE IF NOT EXISTS history (
          version INTEGER PRIMARY KEY, kind TEXT NOT NULL, collection TEXT NOT NULL, body BLOB NOT NULL);
        """)
    }
  }

  /// Writes `change`, and deletes the changes up to and including `version`, at least 256 at a time.
  ///
  /// On a full disk, deletions and writes to objects that are being deleted use the reserve.
  func record(_ change: StoredChange, compactingTo version: Int) throws(StorageError) {
    do throws(StorageError) {
      try write(change, compactingTo: version)
    } catch {
      guard error.isDiskFull, change.kind == .deleted || change.object.isBeingDeleted else { throw error }
      try writeWithReserve(change, compactingTo: version)
    }
  }

  private func writeWithReserve(_ change: StoredChange, compactingTo version: Int) throws(StorageError) {
    reserve?.release()
    defer { reserve?.fill() }
    // Copies as much of the WAL into the tables as fits, so that the WAL starts again in the blocks it has.
    try? database.execute("PRAGMA wal_checkpoint(RESTART)")
    try write(change, compactingTo: version)
  }

  private func write(_ change: StoredChange, compactingTo version: Int) throws(StorageError) {
    let key = change.object.key
    try database.transaction { () throws(StorageError) in
      if change.kind == .deleted {
        try deleteObject.run(.text(change.collection), .text(key.namespace), .text(key.name))
      } else {
        try insertObject.run(
          .text(change.collection), .text(key.namespace), .text(key.name), .integer(change.version),
          .blob(change.object.bytes))
      }
      try insertChange.run(
        .integer(change.version), .text(change.kind.rawValue), .text(change.collection), .blob(change.object.bytes))
      if version >= compactedVersion + 256 { try forgetChanges.run(.integer(version)) }
    }
    if version >= compactedVersion + 256 { compactedVersion = version }
  }

  /// Loads all objects and the history; in `ownCollections`, which ksxd itself defines, `spec` and `status` must
  /// be mappings.
  func load(_ limit: ChangeLog.Limit, ownCollections: Set<String> = []) throws(StorageError) -> ObjectRegistry {
    var objects: [String: [StoredObject]] = [:]
    var damaged: [String: [ObjectKey: DamagedObject]] = [:]
    let rows = try database.prepare("SELECT collection, version, body, namespace, name FROM objects")
    while try rows.step() {
      let (collection, bytes) = (rows.text(0), rows.blob(2))
      let key = ObjectKey(namespace: rows.text(3), name: rows.text(4))
      do throws(SyntaxError) {
        let object = try StoredObject(
          checking: bytes, version: rows.integer(1), requiresMappings: ownCollections.contains(collection))
        guard object.key == key else {
          throw SyntaxError(line: 1, column: 1, problem: "this is \(object.key.name), another object")
        }
        objects[collection, default: []].append(object)
      } catch {
        damaged[collection, default: [:]][key] = DamagedObject(key, bytes: bytes, problem: "\(error)")
      }
    }
    let current = Dictionary(objects.values.joined().map { ($0.version, $0) }, uniquingKeysWith: { $1 })
    return ObjectRegistry(
      tables: objects.mapValues(ObjectTable.init), history: try loadHistory(limit, current), damaged: damaged)
  }

  /// `current` has the current objects by version, which most changes in the history contain as well.
  private func loadHistory(
    _ limit: ChangeLog.Limit, _ current: [Int: StoredObject]
  ) throws(StorageError) -> ChangeLog {
    let oldest = try database.integer("SELECT min(version) FROM history")
    var history = ChangeLog(latest: oldest > 0 ? oldest - 1 : Self.firstVersion, limit: limit)
    var known: [ObjectReference: StoredObject] = [:]
    let rows = try database.prepare("SELECT version, kind, collection, body FROM history ORDER BY version")
    while try rows.step() {
      let version = rows.integer(0)
      guard let kind = StoredChange.Kind(rawValue: rows.text(1)),
        let object = Self.object(rows.blob(3), version: version, among: current)
      else {
        // Damaged: no change up to here can be replayed, and watches from earlier versions list again.
        history = ChangeLog(latest: version, limit: limit)
        continue
      }
      // A gap means that nothing before it can be replayed.
      if object.version != history.latest + 1 { history = ChangeLog(latest: object.version - 1, limit: limit) }
      let reference = ObjectReference(collection: rows.text(2), key: object.key)
      history.append(
        StoredChange(kind: kind, collection: reference.collection, object: object, previous: known[reference]))
      known[reference] = kind == .deleted ? nil : object
    }
    return history
  }

  /// The object in a row; the one in `current` if it is the same, which need not be parsed again.
  private static func object(_ bytes: [UInt8], version: Int, among current: [Int: StoredObject]) -> StoredObject? {
    if let known = current[version], known.bytes == bytes { return known }
    return try? StoredObject(checking: bytes, version: version, requiresMappings: false)
  }

  /// A new database begins at a version that grows with the clock.
  ///
  /// A client of an earlier database at this path then has a version that is too old, and lists again instead of taking
  /// new versions for old ones.
  private static var firstVersion: Int { max(1, time(nil) - 1_600_000_000) }
}
