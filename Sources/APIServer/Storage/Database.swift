import CSQLite

/// An SQLite database.
///
/// It must not be shared: only the owner that opened it uses it, from one task at a time.
final class Database {
  private let handle: OpaquePointer
  private let path: String

  /// Opens or creates the file at `path`; `:memory:` needs no file.
  init(path: String) throws(StorageError) {
    var handle: OpaquePointer?
    let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX
    let code = sqlite3_open_v2(path, &handle, flags, nil)
    guard code == SQLITE_OK, let handle else {
      // Even a failed open leaves a handle that holds the message.
      let problem = handle.map { Self.problem(of: $0, code) } ?? StorageProblem(.noMemory, "no handle")
      sqlite3_close_v2(handle)
      throw .failed(path: path, problem)
    }
    self.handle = handle
    self.path = path
    sqlite3_extended_result_codes(handle, 1)
    sqlite3_busy_timeout(handle, 2_000)
  }

  deinit {
    sqlite3_close_v2(handle)
  }

  /// Runs statements without results.
  func execute(_ statements: String) throws(StorageError) {
    guard sqlite3_exec(handle, statements, nil, nil, nil) == SQLITE_OK else { throw failure }
  }

  func prepare(_ text: String) throws(StorageError) -> Statement {
    var statement: OpaquePointer?
    guard sqlite3_prepare_v2(handle, text, -1, &statement, nil) == SQLITE_OK, let statement else { throw failure }
    return Statement(statement, of: self)
  }

  /// The first column of the first row, as an integer.
  func integer(_ query: String) throws(StorageError) -> Int {
    let statement = try prepare(query)
    return try statement.step() ? statement.integer(0) : 0
  }

  /// Runs `body` in a transaction, which is rolled back if it throws.
  func transaction(_ body: () throws(StorageError) -> Void) throws(StorageError) {
    try execute("BEGIN IMMEDIATE")
    do {
      try body()
      try execute("COMMIT")
    } catch {
      // The first error is the one to report; a rollback that fails has nothing left to undo.
      try? execute("ROLLBACK")
      throw error
    }
  }

  /// The error of the last call on this database.
  var failure: StorageError {
    .failed(path: path, Self.problem(of: handle, sqlite3_extended_errcode(handle)))
  }

  private static func problem(of handle: OpaquePointer, _ code: Int32) -> StorageProblem {
    StorageProblem(
      code: code, systemError: sqlite3_system_errno(handle), String(cString: sqlite3_errmsg(handle)))
  }
}
