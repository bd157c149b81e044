import Glibc

/// The file descriptors that this process may have open.
package enum DescriptorLimit {
  /// What is kept for files, databases, pipes of child processes and connections to elsewhere.
  private static let reserve = 96

  /// Asks for as many as the system allows, at most `wanted`: the usual 1,024 are for programs that use `select`.
  package static func raise(to wanted: Int = 65_536) {
    var limit = rlimit()
    guard getrlimit(resource, &limit) == 0 else { return }
    let target = min(rlim_t(wanted), limit.rlim_max)
    guard limit.rlim_cur < target else { return }
    limit.rlim_cur = target
    // What is refused leaves what there is, which the shares of the listeners take into account.
    _ = setrlimit(resource, &limit)
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
