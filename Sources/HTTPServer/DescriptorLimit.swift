import Glibc
import NIOCore

/// The file descriptors that this process may have open.
package enum DescriptorLimit {
  /// Descriptors kept for files, databases, pipes of child processes and outgoing connections.
  private static let reserve = 96

  /// Raises the limit to what the system allows, at most to `wanted`; the usual 1,024 is meant for programs that use
  /// `select`.
  ///
  /// Throws if there are too few to serve at all, because NIO's event loops would crash.
  package static func raise(to wanted: Int = 65_536) throws(ServerError) {
    var limit = rlimit()
    if getrlimit(resource, &limit) == 0, limit.rlim_cur < min(rlim_t(wanted), limit.rlim_max) {
      limit.rlim_cur = min(rlim_t(wanted), limit.rlim_max)
      // If this fails, the limit stays as it is, and the listeners' shares are computed from that.
      _ = setrlimit(resource, &limit)
    }
    try check(Self.limit)
  }

  /// Throws if the limit is so low that the runtime's own threads would crash before a command could report it.
  package static func checkRuntime() throws(ServerError) {
    if limit < 12 { try raise() }
  }

  /// Throws if `limit` is too low for the event loops (one for each processor, with three descriptors), the listeners,
  /// the database and the files that are written at the start.
  static func check(_ limit: Int, processors: Int = System.coreCount) throws(ServerError) {
    let needed = 32 + 4 * processors
    guard limit >= needed else { throw .tooFewFiles(limit: limit, needed: needed) }
  }

  /// How many connections each of `listeners` may have, at most `wanted`, leaving room for the others.
  static func share(of listeners: Int, wanted: Int, among limit: Int = DescriptorLimit.limit) -> Int {
    max(4, min(wanted, (limit - reserve) / max(1, listeners)))
  }

  private static var limit: Int {
    var limit = rlimit()
    return getrlimit(resource, &limit) == 0 ? Int(clamping: limit.rlim_cur) : 1_024
  }

  private static let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
}
