import Glibc
import Manifest
import Platform

/// The database of the objects and of their latest changes.
///
/// Two tables written in one transaction: what is, and what happened. WAL with `synchronous=NORMAL`:
/// what was written survives the death of the process; a power cut may cost the last moments, never
/// the consistency.
final class ObjectDatabase {
  let path: String
  private let lock: FileLock?
  private let reserve: DiskReserve?
  private let database: Database
  private let insertObject: Statement
  private let deleteObject: Statement
  private let insertChange: Statement
  private let forgetChanges: Statement
  private var forgotten = 0
  /// Since when the schemas of definitions are what they are.
  var schemaDates: SchemaDates

  /// "ksxd", so that a foreign database is not taken for ours.
  private static let applicationID = 0x6B73_7864
  private static let layout = 1

  init(path: String) throws(StorageError) {
    self.path = path
    let isOnDisk = path != ":memory:"
    lock = isOnDisk ? try Self.lock(path) : nil
    reserve = isOnDisk ? DiskReserve(beside: path) : nil
    database = try Self.open(path)
    schemaDates = SchemaDates(database)
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
    // The objects include Secrets: no other user may read the file, nor those that SQLite puts beside it.
    let mask = umask(0o077)
    defer { umask(mask) }
    let database = try Database(path: path)
    // The file is ours alone (`FileLock`), so the index of its log can be in memory: one file less that wants room.
    try database.execute("PRAGMA locking_mode = EXCLUSIVE; PRAGMA temp_store = MEMORY")
    let isNew = try claim(database, path)
    try database.execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL")
    // A full disk must not keep what is there from being read: nothing is written unless it has to be.
    if isNew { try layOut(database) }
    return database
  }

  /// Makes sure that the file is one of ours and whole; whether its tables are still to be made.
  private static func claim(_ database: Database, _ path: String) throws(StorageError) -> Bool {
    let owner = try database.integer("PRAGMA application_id")
    let tables = try database.integer("SELECT count(*) FROM sqlite_schema")
    guard owner == applicationID || (owner == 0 && tables == 0) else {
      throw .unusable(path: path, reason: "belongs to another program; give ksxd a directory of its own with --data")
    }
    let written = try database.integer("PRAGMA user_version")
    guard written <= layout else {
      throw .unusable(path: path, reason: "was written by a newer ksxd; use that one, or another directory with --data")
    }
    let check = try database.prepare("PRAGMA quick_check(1)")
    guard try check.step(), check.text(0) == "ok" else {
      throw .failed(path: path, StorageProblem(.damaged, check.text(0)))
    }
    return tables < 2
  }

  /// Makes the tables, all of them or none.
  private static func layOut(_ database: Database) throws(StorageError) {
    try database.transaction { () throws(StorageError) in
      try database.execute(
        """
        PRAGMA application_id = \(applicationID);
        PRAGMA user_version = \(layout);
        CREATE TABLE IF NOT EXISTS objects (
          collection TEXT NOT NULL, namespace TEXT NOT NULL, name TEXT NOT NULL, version INTEGER NOT NULL,
          body BLOB NOT NULL, PRIMARY KEY (collection, namespace, name));
        CREATE TABLE IF NOT EXISTS history (
          version INTEGER PRIMARY KEY, kind TEXT NOT NULL, collection TEXT NOT NULL, body BLOB NOT NULL);
        """)
    }
  }

  /// Writes `change`, and forgets changes up to a version once enough of them have gathered.
  ///
  /// On a full disk what makes it less full still goes through, with the room that is kept for it.
  func record(_ change: StoredChange, forgettingUpTo oldest: Int) throws(StorageError) {
    do throws(StorageError) {
      try write(change, forgettingUpTo: oldest)
    } catch {
      guard error.isDiskFull, change.kind == .deleted || change.object.isBeingDeleted else { throw error }
      try writeWithReserve(change, forgettingUpTo: oldest)
    }
  }

  private func writeWithReserve(_ change: StoredChange, forgettingUpTo oldest: Int) throws(StorageError) {
    reserve?.release()
    defer { reserve?.fill() }
    // What the log says goes into the tables as far as there is room, and the log begins anew in the blocks it has.
    try? database.execute("PRAGMA wal_checkpoint(RESTART)")
    try write(change, forgettingUpTo: oldest)
  }

  private func write(_ change: StoredChange, forgettingUpTo oldest: Int) throws(StorageError) {
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
      if oldest >= forgotten + 256 { try forgetChanges.run(.integer(oldest)) }
    }
    if oldest >= forgotten + 256 { forgotten = oldest }
  }

  /// Everything that was kept; the objects of `kinds`, collections that ksxd knows itself, are held to their shape.
  func load(_ limit: ChangeLog.Limit, knowing kinds: Set<String> = []) throws(StorageError) -> ObjectRegistry {
    var objects: [String: [StoredObject]] = [:]
    var damaged: [String: [ObjectKey: DamagedObject]] = [:]
    let rows = try database.prepare("SELECT collection, version, body, namespace, name FROM objects")
    while try rows.step() {
      let (collection, bytes) = (rows.text(0), rows.blob(2))
      let key = ObjectKey(namespace: rows.text(3), name: rows.text(4))
      do throws(SyntaxError) {
        let object = try StoredObject(
          checking: bytes, version: rows.integer(1), hasMappings: kinds.contains(collection))
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

  /// `current` are the objects that are there, by their versions: most of the history has them once more.
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
        // Damaged: nothing up to here can be replayed, and watches from before list again.
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

  /// The object in a row, which need not be read again when it is known.
  private static func object(_ bytes: [UInt8], version: Int, among current: [Int: StoredObject]) -> StoredObject? {
    if let known = current[version], known.bytes == bytes { return known }
    return try? StoredObject(checking: bytes, version: version, hasMappings: false)
  }

  /// A fresh database begins at a version that grows with the clock.
  ///
  /// A client that knew an earlier database in this place then holds a version that is too old, and
  /// lists anew, instead of taking new versions for old ones.
  private static var firstVersion: Int { max(1, time(nil) - 1_600_000_000) }
}
