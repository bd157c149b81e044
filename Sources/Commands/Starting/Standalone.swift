import Client
import Extensions
import Glibc
import HTTP
import Platform

/// The standalone backend: a process that ksx connects to, and starts if it is not running.
struct Standalone: Sendable {
  let socket: String
  let log: String
  var dialect: String?
  /// How long the backend may take to respond after its start.
  var startTimeout = Duration.seconds(20)
  /// How long a backend that accepts connections may take to answer `/readyz`; whole seconds.
  var probeTimeout = Duration.seconds(10)
  /// Whether to wait until the backend has read its marketplace.
  var waitsForMarketplace = false
  /// The longest time to wait for the marketplace.
  var marketplaceTimeout = Duration.seconds(10)
  private let environment: Environment

  init(_ environment: Environment) {
    let directories = XDG(environment)
    self.environment = environment
    socket = directories.socket
    log = directories.state + "/ksxd.log"
  }

  var server: String { "unix://" + socket }

  var cluster: Cluster { Cluster(transport: transport) }

  private var transport: CurlTransport { CurlTransport(base: server) }

  /// A transport with a short timeout: a backend that accepts a connection and does not answer was stopped, or hangs.
  private var probe: CurlTransport {
    var connection = Connection(server: server)
    connection.requestTimeout = Int(probeTimeout.components.seconds)
    return CurlTransport(connection)
  }

  /// Returns when the backend responds; with `waitsForMarketplace`, waits at most `marketplaceTimeout` until it has
  /// also read its marketplace.
  func attach(_ outlet: Outlet) async throws(CommandError) {
    try checkDirectory()
    switch await state() {
    case .absent: try await start(outlet)
    case .hung: throw hung
    case .loading, .ready: break
    }
    guard waitsForMarketplace, await !isReady(within: marketplaceTimeout) else { return }
    outlet.note("the marketplace is still being read: what is shown may not be all there is")
  }

  /// The state of the backend.
  private enum State {
    case absent, hung, loading, ready
  }

  private var hung: CommandError {
    CommandError(
      "the standalone backend takes connections on \(socket) and has not answered for \(probeTimeout.components.seconds) s: it was stopped, or hangs; continue or end its process (ksxd serve --socket \(socket)) and try again"
        as Sentence
    )
  }

  private func state() async -> State {
    // In another user's directory any server may answer, also if the directory was created during this check.
    guard Files.exists(socket), Files.ensurePrivateDirectory(directory) == true else { return .absent }
    do {
      return try await probe.send(HTTPRequest(.get, "/readyz")).status == 200 ? .ready : .loading
    } catch {
      if case .timedOut = error { return .hung }
      return .absent
    }
  }

  /// Waits until the backend has read its marketplace; before that, a command would see only a part of it, or nothing.
  private func isReady(within time: Duration) async -> Bool {
    let deadline = ContinuousClock.now + time
    while await state() != .ready {
      guard ContinuousClock.now < deadline else { return false }
      try? await Task.sleep(for: .milliseconds(20))
    }
    return true
  }

  /// Starts the backend, unless another process is starting it.
  private func start(_ outlet: Outlet) async throws(CommandError) {
    let program = try program()
    let deadline = ContinuousClock.now + startTimeout
    try makeDirectories()
    let lock = try await startLock(until: deadline)
    defer { withExtendedLifetime(lock) {} }
    guard lock != nil else { throw noResponse(since: logLength) }
    // The previous holder of the lock may have started it.
    var isReported = false
    while await state() == .absent {
      let beginning = logLength
      let child = try spawn(program)
      if !isReported { outlet.note("started the standalone backend (\(program), log \(log))") }
      isReported = true
      switch await outcome(of: child, until: deadline) {
      case .answering: return
      case .silent: throw noResponse(since: beginning)
      case .ended(EX_TEMPFAIL) where ContinuousClock.now < deadline:
        // The previous backend is still exiting.
        try? await Task.sleep(for: .milliseconds(100))
      case .ended:
        throw CommandError("the standalone backend ended at once: \(tail(from: beginning)) (log \(log))" as Sentence)
      }
    }
  }

  private var directory: String { Files.parent(of: socket) ?? "/" }

  private func checkDirectory() throws(CommandError) {
    guard Files.ensurePrivateDirectory(directory) == false else { return }
    throw CommandError(
      "\(directory) is not a directory of yours, so a server in it cannot be trusted; remove it, or set XDG_RUNTIME_DIR to a short path of your own"
        as Sentence
    )
  }

  private func makeDirectories() throws(CommandError) {
    do {
      try Files.makeDirectory(directory)
      try Files.makeDirectory(Files.parent(of: log) ?? "/")
    } catch {
      throw CommandError(error)
    }
    try checkDirectory()
  }

  /// The lock that only one process holds, to start the backend; `nil` if another process holds it until `deadline`.
  func startLock(until deadline: ContinuousClock.Instant) async throws(CommandError) -> FileLock? {
    while true {
      do throws(FileLock.Failure) {
        return try FileLock(beside: socket)
      } catch {
        if case .unusable(let problem) = error { throw CommandError(problem) }
        guard ContinuousClock.now < deadline else { return nil }
      }
      try? await Task.sleep(for: .milliseconds(20))
    }
  }

  /// The result of starting the backend.
  private enum Outcome {
    case answering, silent, ended(Int32)
  }

  private func outcome(of child: pid_t, until deadline: ContinuousClock.Instant) async -> Outcome {
    while ContinuousClock.now < deadline {
      if [.loading, .ready].contains(await state()) { return .answering }
      var status: Int32 = 0
      if waitpid(child, &status, WNOHANG) == child {
        // Another process may have started it in the meantime.
        return [.loading, .ready].contains(await state()) ? .answering : .ended(status >> 8 & 0xFF)
      }
      try? await Task.sleep(for: .milliseconds(30))
    }
    return .silent
  }

  private func noResponse(since beginning: Int) -> CommandError {
    let logTail = tail(from: beginning)
    return CommandError(
      "the standalone backend does not answer on \(socket) after \(startTimeout.components.seconds) s: \(logTail) (log \(log))"
        as Sentence
    )
  }

  /// Returns the path of `ksxd` in the folder of this program, else on the `PATH`.
  private func program() throws(CommandError) -> String {
    let own = realpath("/proc/self/exe", nil).map { path in
      defer { free(path) }
      return String(cString: path)
    }
    if let beside = own.flatMap(Files.parent(of:)).map({ $0 + "/ksxd" }), access(beside, X_OK) == 0 { return beside }
    if let found = environment.locate("ksxd") { return found }
    throw CommandError(
      "--standalone needs the program ksxd, which is neither beside ksx nor on the PATH; build it with scripts/run or swift build"
        as Sentence
    )
  }

  /// Starts the backend in a session of its own, so that it outlives this terminal; its output is appended to its log.
  private func spawn(_ program: String) throws(CommandError) -> pid_t {
    var words = [program, "serve", "--socket", socket, "--exit-with-clients"]
    if let dialect { words += ["--dialect", dialect] }
    var pid: pid_t = 0
    let code = Detached.spawn(words, environment: environment, log: log, &pid)
    guard code == 0 else {
      throw CommandError("\(program) cannot be started: \(String(cString: strerror(code)))" as Sentence)
    }
    return pid
  }

  private var logLength: Int { (try? Files.read(log))?.count ?? 0 }

  /// The last lines of its log since `beginning`, joined; if there are none, writes to the log to find out whether the
  /// disk is full.
  private func tail(from beginning: Int) -> String {
    let bytes = ((try? Files.read(log)) ?? []).dropFirst(beginning)
    let lines = String(decoding: bytes, as: UTF8.self).lines.filter { !$0.isEmpty }.suffix(3)
    if !lines.isEmpty { return lines.joined(separator: " / ") }
    // On a full disk it cannot write to its log.
    do { try Files.append([UInt8(ascii: "\n")], to: log) } catch { return error.description }
    return "it said nothing"
  }
}

/// Starts processes that outlive this one.
private enum Detached {
  static func spawn(_ words: [String], environment: Environment, log: String, _ pid: inout pid_t) -> Int32 {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, log, O_WRONLY | O_CREAT | O_APPEND, 0o600)
    posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO)
    setCloseOnExec()
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var signals = sigset_t()
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)
    posix_spawnattr_setflags(&attributes, newSession | Int16(POSIX_SPAWN_SETSIGMASK))
    let variables = environment.variables.map { "\($0.key)=\($0.value)" }
    return withCStrings(words) { arguments in
      withCStrings(variables) { posix_spawn(&pid, words[0], &actions, &attributes, arguments, $0) }
    }
  }

  /// `POSIX_SPAWN_SETSID` of glibc's spawn.h, which is only declared with `_GNU_SOURCE`.
  private static let newSession: Int16 = 0x80

  /// Otherwise a process that waits until our standard streams are closed would also wait for the backend.
  private static func setCloseOnExec() {
    for name in (try? Files.names(in: "/proc/self/fd")) ?? [] {
      if let descriptor = Int32(name), descriptor > STDERR_FILENO { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
    }
  }

  /// Calls `body` with `texts` as a null-terminated array of C strings.
  private static func withCStrings<Result>(
    _ texts: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
  ) -> Result {
    let pointers = texts.map { strdup($0) }
    defer { pointers.forEach { free($0) } }
    return body(pointers + [nil])
  }
}
