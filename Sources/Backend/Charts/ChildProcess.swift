import Glibc

/// A program run to its end, its output in files of a scratch folder.
///
/// Files rather than pipes: nobody has to read while it runs, and no thread waits.
struct ChildProcess {
  enum Ending: Hashable {
    case exited(Int32), killed(signal: Int32), timedOut, notStarted(reason: String)
  }

  var path: String
  var arguments: [String]
  var environment: [String]
  var folder: ScratchFolder

  func run(timeout: Duration) async -> Ending {
    var pid: pid_t = 0
    let code = spawn(&pid)
    guard code == 0 else { return .notStarted(reason: String(cString: strerror(code))) }
    let deadline = ContinuousClock.now + timeout
    while true {
      var status: Int32 = 0
      let waited = waitpid(pid, &status, WNOHANG)
      if waited == pid { return Self.ending(status) }
      if waited < 0, errno != EINTR { return .notStarted(reason: String(cString: strerror(errno))) }
      // A sleep that ends early says that the task was cancelled.
      let isCancelled = (try? await Task.sleep(for: .milliseconds(10))) == nil
      if isCancelled || ContinuousClock.now >= deadline {
        kill(-pid, SIGKILL)
        waitpid(pid, &status, 0)
        return .timedOut
      }
    }
  }

  private static func ending(_ status: Int32) -> Ending {
    let signal = status & 0x7f
    return signal == 0 ? .exited(status >> 8 & 0xff) : .killed(signal: signal)
  }

  private func spawn(_ pid: inout pid_t) -> Int32 {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 1, folder.path + "/stdout", O_WRONLY | O_CREAT, 0o600)
    posix_spawn_file_actions_addopen(&actions, 2, folder.path + "/stderr", O_WRONLY | O_CREAT, 0o600)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var signals = sigset_t()
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)
    // A group of its own, so that its children end with it.
    posix_spawnattr_setpgroup(&attributes, 0)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK))
    return withCStrings([path] + arguments) { arguments in
      withCStrings(environment) { environment in
        posix_spawn(&pid, path, &actions, &attributes, arguments, environment)
      }
    }
  }
}

private func withCStrings<Result>(
  _ strings: [String], _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Result
) -> Result {
  var pointers = strings.map { strdup($0) } + [nil]
  defer { for pointer in pointers { free(pointer) } }
  return pointers.withUnsafeMutableBufferPointer { buffer in
    guard let base = buffer.baseAddress else { fatalError("an array with a terminator is empty") }
    return body(base)
  }
}
