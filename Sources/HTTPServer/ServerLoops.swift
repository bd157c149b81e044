import NIOCore
import NIOPosix
import Platform

/// The event loops on which all servers and their upstreams of this process run.
package enum ServerLoops {
  /// Makes as many as there are cores that this process may use; called before the first server starts.
  ///
  /// NIO counts the cores of the machine or the container. Where only some of them are allowed (`taskset`, `CPUAffinity=`),
  /// several loops on one core would only wait for each other.
  package static func fitToCores() {
    guard let status = try? Files.read("/proc/self/status", limit: 1 << 20),
      let cores = allowedCores(String(decoding: status, as: UTF8.self)), cores > 0
    else { return }
    NIOSingletons.groupLoopCountSuggestion = min(cores, System.coreCount)
  }

  /// How many bits the mask of `Cpus_allowed` has in a process's status, as proc(5) describes it.
  static func allowedCores(_ status: String) -> Int? {
    let name = "Cpus_allowed:"
    guard let line = status.split(separator: "\n").first(where: { $0.hasPrefix(name) }) else { return nil }
    return line.dropFirst(name.count).reduce(0) { $0 + ($1.hexDigitValue?.nonzeroBitCount ?? 0) }
  }
}
