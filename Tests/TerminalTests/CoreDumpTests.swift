import Glibc
import Testing

@testable import Terminal

@Suite(.serialized) struct CoreDumpTests {
  private static let hasPython = system("command -v python3 >/dev/null") == 0

  @Test func memoryStaysOutOfCoreDumps() {
    let wasForbidden = CoreDump.isForbidden
    defer { if !wasForbidden { CoreDump.allow() } }

    CoreDump.forbid()

    #expect(CoreDump.isForbidden)
  }

  @Test(.enabled(if: hasPython, "python3 is missing, which asks the kernel about itself"))
  func aStartedProgramIsDumpable() {
    let wasForbidden = CoreDump.isForbidden
    defer { if !wasForbidden { CoreDump.allow() } }
    CoreDump.forbid()

    // PR_GET_DUMPABLE is 3; 40 tells the answer 1 from a failure of Python.
    let status = system("exec python3 -c 'import ctypes; exit(40 + ctypes.CDLL(None).prctl(3))'")

    #expect(status >> 8 & 0xFF == 41)
  }
}
