import Glibc
import Platform

/// The database of the objects and of their latest changes.
///
/// Two tables written in one transaction: what is, and what happened. WAL with `synchronous=NORMAL`:
/// what was written survives the death of the process; a power cut may cost the last moments, never
/// the consistency.
final class Journal {
  private let path: String
  private let lock: FileLock?
  private let database: Database
  private let insertObject: Statement
  private let deleteObject: Statement
  private let insertChange: Statement
  private let forgetChanges: Statement
  private var forgotten = 0

  /// "ksxd", so that a foreign database is not taken for ours.
  private static let applicationID = 0x6B73_7864
  private static let layout = 1

  init(path: String) throws(StorageError) {
    self.path = path
    lock = path == ":memory:" ? nil : try Self.lock(path)
    database = try Self.open(path)
    insertObject = try database.prepare("INSERT OR REPLACE INTO objects VALUES (?, ?, ?, ?, ?)")
    deleteObject = try database.prepare("DELETE FROM objects WHERE collection = ? AND namespace = ? AND name = ?")
    insertChange = try database.prepare("INSERT INTO history VALUES (?, ?, ?, ?)")
    forgetChanges = try database.prepare("DELETE FROM history WHERE version <= ?")
  }

  private static func lock(_ path: String) throws(StorageError) -> FileLock {
    do throws(FileLock.Failure) {
      return try FileLock(beside: path)
    } catch {
      switch error {
      case .isHeld:
        throw .unusable(path: path, reason: "is in use by another ksxd; stop it, or choose a directory with --data")
      case .unusable(let problem): throw .unusable(path: path, reason: "\(problem)")
      }
    }
  }

  private static func open(_ path: String) throws(StorageError) -> Database {
    // The objects include Secrets: nobody else reads the file, nor the ones SQLite puts beside it.
    let mask = umask(0o077)
    defer { umask(mask) }
    let database = try Database(path: path)
    do {
      try database.execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL")
      try claim(database, path)
    } catch .failed(let reason) {
      throw .unusable(
        path: path,
        reason: "is damaged or no database of ksxd (\(reason)); move it away to start with an empty one")
    }
    return database
  }

  private static func claim(_ database: Database, _ path: String) throws(StorageError) {
    let owner = try database.integer("PRAGMA application_id")
    let tables = try database.integer("SELECT count(*) FROM sqlite_schema")
    guard owner == applicationID || (owner == 0 && tables == 0) else {
      throw .unusable(path: path, reason: "belongs to another program; give ksxd a directory of its own with --data")
    }
    let written = try database.integer("PRAGMA user_version")
    guard written <= layout else {
      throw .unusable(path: path, reason: "was written by a newer ksxd; use that one, or move the file away")
    }
    let check = try database.prepare("PRAGMA quick_check(1)")
    guard try check.step(), check.text(0) == "ok" else { throw .failed(check.text(0)) }
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

  /// Writes `change`, and forgets changes up to a version once enough of them have gathered.
  func record(_ change: Change, forgettingUpTo oldest: Int) throws(StorageError) {
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
      guard oldest >= forgotten + 256 else { return }
      try forgetChanges.run(.integer(oldest))
      forgotten = oldest
    }
  }

  /// Everything that was kept.
  func load(_ limit: History.Limit) throws(StorageError) -> (tables: [String: ObjectTable], history: History) {
    var objects: [String: [StoredObject]] = [:]
    let rows = try database.prepare("SELECT collection, version, body FROM objects")
    while try rows.step() {
      guard let object = StoredObject(bytes: rows.blob(2), version: rows.integer(1)) else { throw damaged }
      objects[rows.text(0), default: []].append(object)
    }
    return (objects.mapValues(ObjectTable.init), try loadHistory(limit))
  }

  private func loadHistory(_ limit: History.Limit) throws(StorageError) -> History {
    let oldest = try database.integer("SELECT min(version) FROM history")
    var history = History(latest: oldest > 0 ? oldest - 1 : Self.firstVersion, limit: limit)
    var known: [ObjectReference: StoredObject] = [:]
    let rows = try database.prepare("SELECT version, kind, collection, body FROM history ORDER BY version")
    while try rows.step() {
      guard let kind = Change.Kind(rawValue: rows.text(1)),
        let object = StoredObject(bytes: rows.blob(3), version: rows.integer(0))
      else { throw damaged }
      // A gap means that nothing before it can be replayed.
      if object.version != history.latest + 1 { history = History(latest: object.version - 1, limit: limit) }
      let reference = ObjectReference(collection: rows.text(2), key: object.key)
      history.append(
        Change(kind: kind, collection: reference.collection, object: object, previous: known[reference]))
      known[reference] = kind == .deleted ? nil : object
    }
    return history
  }

  /// A fresh database begins at a version that grows with the clock.
  ///
  /// A client that knew an earlier database in this place then holds a version that is too old, and
  /// lists anew, instead of taking new versions for old ones.
  private static var firstVersion: Int { max(1, time(nil) - 1_600_000_000) }

  private var damaged: StorageError {
    .unusable(path: path, reason: "holds something that is no object; move it away to start with an empty one")
  }
}
