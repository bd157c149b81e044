import NIOCore
import NIOPosix
import Platform

/// The event loops of all servers and upstreams in this process.
package enum ServerLoops {
  /// Sets their number to that of the cores which this process may use; called before the first server starts.
  ///
  /// NIO counts the cores of the machine or the container. If only some of them are allowed (`taskset`,
  /// `CPUAffinity=`), several event loops would compete for the same core.
  package static func fitToCores() {
    guard let status = try? Files.read("/proc/self/status", limit: 1 << 20),
      let cores = allowedCores(String(decoding: status, as: UTF8.self)), cores > 0
    else { return }
    NIOSingletons.groupLoopCountSuggestion = min(cores, System.coreCount)
  }

  /// Counts the bits of the `Cpus_allowed` mask in a process's status (proc(5)).
  static func allowedCores(_ status: String) -> Int? {
    let name = "Cpus_allowed:"
    guard let line = status.split(separator: "\n").first(where: { $0.hasPrefix(name) }) else { return nil }
    return line.dropFirst(name.count).reduce(0) { $0 + ($1.hexDigitValue?.nonzeroBitCount ?? 0) }
  }
}
