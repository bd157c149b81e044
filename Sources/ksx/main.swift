import Commands
import Glibc
import Platform
import Terminal

StandardStreams.occupy()
// Without these the runtime's own threads and libcurl end in a crash, or wait for ever.
guard Descriptors.has(12) else { _exit(Program.fail(TerminalError.noDescriptor.description)) }
CoreDump.forbid()
switch await Program.begin() {
// All is written by then. Tearing down the libraries would take longer than some commands, and would take the locks of
// OpenSSL away from requests that are still on their way.
case .leave(let status): _exit(status)
case .openConsole(let connection, let localState, let manner, let places):
  _exit(openConsole(at: connection, localState: localState, manner, places: places))
case .choose(let beginning): _exit(choose(beginning))
}
