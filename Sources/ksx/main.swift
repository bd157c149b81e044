import Commands
import Glibc
import Platform
import Terminal

StandardStreams.occupy()
CoreDump.forbid()
switch await Program.begin() {
// Nothing is buffered, and tearing down the libraries would take longer than some commands.
case .leave(let status): _exit(status)
case .openConsole(let connection, let localState): exit(openConsole(at: connection, localState: localState))
}
