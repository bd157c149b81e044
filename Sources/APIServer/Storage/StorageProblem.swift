import CSQLite
import Glibc

/// An error of the database, and advice for it.
///
/// Each kind of SQLite's result codes has a message of its own: a full disk is not damage, and no advice loses an
/// object.
package struct StorageProblem: Hashable, Sendable, CustomStringConvertible {
  /// What a result code means for the user who runs ksxd.
  package enum Kind: CaseIterable, Hashable, Sendable {
    case diskFull, readOnly, notPermitted, cannotOpen, busy, noMemory, inputOutput, damaged, foreign, tooLarge, changed
    case interrupted, refused
  }

  package let kind: Kind
  /// SQLite's message.
  package let detail: String

  package init(_ kind: Kind, _ detail: String) {
    self.kind = kind
    self.detail = detail
  }

  /// Reads an extended result code; `systemError` is the errno that SQLite met, or zero.
  init(code: Int32, systemError: Int32 = 0, _ detail: String) {
    let kind = Self.kinds[code & 0xFF] ?? .refused
    let isFull = [ENOSPC, EDQUOT].contains(systemError)
    // When SQLite extends a file on a full disk, it reports an I/O error.
    self.init(isFull && [.inputOutput, .cannotOpen].contains(kind) ? .diskFull : kind, detail)
  }

  private static let kinds: [Int32: Kind] = [
    SQLITE_FULL: .diskFull, SQLITE_READONLY: .readOnly, SQLITE_PERM: .notPermitted, SQLITE_AUTH: .notPermitted,
    SQLITE_CANTOPEN: .cannotOpen, SQLITE_BUSY: .busy, SQLITE_LOCKED: .busy, SQLITE_PROTOCOL: .busy,
    SQLITE_NOMEM: .noMemory, SQLITE_IOERR: .inputOutput, SQLITE_CORRUPT: .damaged, SQLITE_NOTADB: .foreign,
    SQLITE_FORMAT: .foreign, SQLITE_TOOBIG: .tooLarge, SQLITE_NOLFS: .tooLarge, SQLITE_SCHEMA: .changed,
    SQLITE_INTERRUPT: .interrupted, SQLITE_ABORT: .interrupted,
  ]

  /// `the disk is full (database or disk is full); free some space on it: …`.
  package var description: String { "\(kind.words) (\(detail)); \(kind.advice)" }
}

extension StorageProblem.Kind {
  /// The message, which follows the path of the file.
  package var words: String {
    switch self {
    case .diskFull: "the disk is full"
    case .readOnly: "the file may only be read"
    case .notPermitted: "the file may not be used"
    case .cannotOpen: "the file cannot be opened"
    case .busy: "another program holds the file"
    case .noMemory: "there is no memory left"
    case .inputOutput: "the disk cannot be read or written"
    case .damaged: "the file is damaged"
    case .foreign: "the file is no database, or its beginning is damaged"
    case .tooLarge: "the file or one object is too large"
    case .changed: "another program has changed the file"
    case .interrupted: "the work was interrupted"
    case .refused: "the database refused"
    }
  }

  /// Advice, which never loses an object.
  package var advice: String {
    switch self {
    case .diskFull: "free some space on it: what was kept is whole, and can be read and deleted meanwhile"
    case .readOnly: "make the file and its directory writable for this user, or choose a directory with --data"
    case .notPermitted: "let this user read and write the file, or choose a directory with --data"
    case .cannotOpen: "check that its directory is there and may be written, and how many files may be open (ulimit -n)"
    case .busy: "end that program, then try again; or choose a directory with --data"
    case .noMemory: "end other programs or raise the limit (ulimit -v), then start ksxd again: the file is whole"
    case .inputOutput: "look at the kernel's log, and copy the directory to another disk before anything else"
    case .damaged, .foreign:
      "keep it, and what lies beside it: `sqlite3 FILE .recover` writes out what can still be read; "
        + "--data names another directory for the meantime"
    case .tooLarge: "make the object smaller; what was kept is whole"
    case .changed: "start ksxd again, and leave the file to it"
    case .interrupted: "try again"
    case .refused: "start ksxd again, and report these words if they come back: what was kept is whole"
    }
  }
}
