import CSQLite

/// A prepared statement, which can be run repeatedly.
///
/// Parameters count from one and columns from zero, as in SQLite.
final class Statement {
  private let handle: OpaquePointer
  private let database: Database

  init(_ handle: OpaquePointer, of database: Database) {
    self.handle = handle
    self.database = database
  }

  deinit {
    sqlite3_finalize(handle)
  }

  enum Argument {
    case integer(Int)
    case text(String)
    case blob([UInt8])
  }

  /// Runs the statement with `arguments` to its end.
  func run(_ arguments: Argument...) throws(StorageError) {
    defer { sqlite3_reset(handle) }
    for (index, argument) in arguments.enumerated() {
      guard bind(argument, at: Int32(index + 1)) == SQLITE_OK else { throw database.failure }
    }
    while try step() {}
  }

  private func bind(_ argument: Argument, at index: Int32) -> Int32 {
    switch argument {
    case .integer(let integer):
      sqlite3_bind_int64(handle, index, Int64(integer))
    case .text(var text):
      text.withUTF8 { bytes in
        bytes.withMemoryRebound(to: CChar.self) { ksx_bind_text(handle, index, $0.baseAddress, Int32($0.count)) }
      }
    case .blob(let bytes):
      bytes.withUnsafeBytes { ksx_bind_blob(handle, index, $0.baseAddress, Int32($0.count)) }
    }
  }

  /// Moves to the next row; false if there is none.
  func step() throws(StorageError) -> Bool {
    switch sqlite3_step(handle) {
    case SQLITE_ROW: return true
    case SQLITE_DONE: return false
    default: throw database.failure
    }
  }

  func integer(_ column: Int32) -> Int { Int(sqlite3_column_int64(handle, column)) }

  func text(_ column: Int32) -> String { String(decoding: blob(column), as: UTF8.self) }

  func blob(_ column: Int32) -> [UInt8] {
    guard let bytes = sqlite3_column_blob(handle, column) else { return [] }
    return Array(UnsafeRawBufferPointer(start: bytes, count: Int(sqlite3_column_bytes(handle, column))))
  }
}
