import Glibc
import NIOCore

/// The file descriptors that this process may have open.
package enum DescriptorLimit {
  /// What is kept for files, databases, pipes of child processes and connections to elsewhere.
  private static let reserve = 96

  /// Asks for as many as the system allows, at most `wanted`: the usual 1,024 are for programs that use `select`.
  ///
  /// Refuses where there are too few to serve at all: NIO's event loops would end the process in a crash.
  package static func raise(to wanted: Int = 65_536) throws(ServerError) {
    var limit = rlimit()
    if getrlimit(resource, &limit) == 0, limit.rlim_cur < min(rlim_t(wanted), limit.rlim_max) {
      limit.rlim_cur = min(rlim_t(wanted), limit.rlim_max)
      // What is refused leaves what there is, which the shares of the listeners take into account.
      _ = setrlimit(resource, &limit)
    }
    try check(Self.limit)
  }

  /// Refuses where even the runtime's own threads would end in a crash, which no command comes to say.
  package static func checkRuntime() throws(ServerError) {
    if limit < 12 { try raise() }
  }

  /// Refuses `limit` where it is too low for the event loops, of which each processor has one with three descriptors,
  /// and for the listeners, the database and the files that are written at the start.
  static func check(_ limit: Int, processors: Int = System.coreCount) throws(ServerError) {
    let needed = 32 + 4 * processors
    guard limit >= needed else { throw .tooFewFiles(limit: limit, needed: needed) }
  }

  /// How many connections each of `listeners` may have, at most `wanted`, so that the others keep their room.
  static func share(of listeners: Int, wanted: Int, among limit: Int = DescriptorLimit.limit) -> Int {
    max(4, min(wanted, (limit - reserve) / max(1, listeners)))
  }

  private static var limit: Int {
    var limit = rlimit()
    return getrlimit(resource, &limit) == 0 ? Int(clamping: limit.rlim_cur) : 1_024
  }

  private static let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
}
