import Glibc
import Testing

@testable import Terminal

@Suite struct CoreDumpTests {
  @Test func memoryStaysOutOfCoreDumpsAndChildrenAreFree() {
    let wasForbidden = CoreDump.isForbidden
    defer { if !wasForbidden { CoreDump.allow() } }

    CoreDump.forbid()

    #expect(CoreDump.isForbidden)
    // The child says whether it may be dumped (PR_GET_DUMPABLE is 3).
    let status = system(
      "command -v python3 >/dev/null || exit 1; exec python3 -c 'import ctypes; exit(ctypes.CDLL(None).prctl(3))'")
    #expect(status >> 8 & 0xFF == 1)
  }
}
