import Commands
import Glibc
import Platform
import Terminal

StandardStreams.occupy()
// Nothing here may be `await`ed: the whole file would then run on a second thread, which is too late for this.
Memory.shareHeap()
// With fewer descriptors the runtime's threads and libcurl crash or hang.
guard Descriptors.has(12) else { _exit(Program.fail(TerminalError.noDescriptor.description)) }
CoreDump.forbid()
switch MainThread.wait(for: { await Program.begin() }) {
// All output is written by now. `exit` would tear down the libraries, which takes longer than some commands, and would
// destroy OpenSSL's locks under requests that are still in progress.
case .leave(let status): _exit(status)
case .openConsole(let connection, let localState, let manner, let clusterChoices):
  _exit(openConsole(at: connection, localState: localState, manner, clusterChoices: clusterChoices))
case .choose(let beginning): _exit(choose(beginning))
}
