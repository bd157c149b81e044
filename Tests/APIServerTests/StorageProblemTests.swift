import CSQLite
import Glibc
import Testing

@testable import APIServer

@Suite struct StorageProblemTests {
  @Test(arguments: [
    (SQLITE_FULL, StorageProblem.Kind.diskFull), (SQLITE_READONLY, .readOnly), (SQLITE_READONLY | 5 << 8, .readOnly),
    (SQLITE_PERM, .notPermitted), (SQLITE_CANTOPEN, .cannotOpen), (SQLITE_BUSY, .busy), (SQLITE_LOCKED, .busy),
    (SQLITE_NOMEM, .noMemory), (SQLITE_IOERR | 2 << 8, .inputOutput), (SQLITE_CORRUPT, .damaged),
    (SQLITE_NOTADB, .foreign), (SQLITE_TOOBIG, .tooLarge), (SQLITE_SCHEMA, .changed), (SQLITE_INTERRUPT, .interrupted),
    (SQLITE_MISUSE, .refused),
  ])
  func everyResultCodeHasItsKind(code: Int32, kind: StorageProblem.Kind) {
    #expect(StorageProblem(code: code, "").kind == kind)
  }

  @Test(arguments: [ENOSPC, EDQUOT])
  func aDiskThatIsFullWhereSQLiteMakesRoomIsCalledFull(systemError: Int32) {
    let problem = StorageProblem(code: SQLITE_IOERR | 18 << 8, systemError: systemError, "disk I/O error")

    #expect(problem.kind == .diskFull)
    #expect(problem.description.hasPrefix("the disk is full (disk I/O error); free some space on it"))
  }

  @Test func eachKindHasWordsOfItsOwn() {
    #expect(Set(StorageProblem.Kind.allCases.map(\.words)).count == StorageProblem.Kind.allCases.count)
  }

  @Test(arguments: StorageProblem.Kind.allCases)
  func noAdviceLosesAnything(kind: StorageProblem.Kind) {
    for word in ["empty", "delete the file", "remove", "move it away"] { #expect(!kind.advice.contains(word)) }
  }

  @Test func onlyDamageIsCalledDamage() {
    let damaged = StorageProblem.Kind.allCases.filter { $0.words.contains("damaged") }

    #expect(damaged == [.damaged, .foreign])
  }
}
