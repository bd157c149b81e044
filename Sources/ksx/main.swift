import Commands
import Glibc
import Platform
import Terminal

StandardStreams.occupy()
// This code must not wait for anything: otherwise all of it would run on another thread than the first one, which is too
// late to set up the heap.
Memory.shareHeap()
// With fewer descriptors the runtime's threads and libcurl crash or hang.
guard Descriptors.has(12) else { _exit(Program.fail(TerminalError.noDescriptor.description)) }
CoreDump.forbid()
Task.detached { await run() }
while true { pause() }

/// Does what the command line asks for, and ends the process.
///
/// All output is written by then. `exit` would tear down the libraries, which takes longer than some commands, and would
/// destroy OpenSSL's locks under requests that are still in progress.
@concurrent func run() async -> Never {
  switch await Program.begin() {
  case .leave(let status): _exit(status)
  case .openConsole(let connection, let localState, let manner, let places):
    _exit(openConsole(at: connection, localState: localState, manner, places: places))
  case .choose(let beginning): _exit(await choose(beginning))
  }
}
