import Client
import Extensions
import Glibc
import Platform

/// The backend of one's own: a process that this program attaches to, or starts.
struct Standalone: Sendable {
  let socket: String
  let log: String
  var dialect: String?
  /// How long it may take to answer after its start.
  var patience = Duration.seconds(20)
  /// Whether a backend that had to be started is given a moment to read its marketplace.
  var waitsForMarketplace = false
  private let environment: Environment

  init(_ environment: Environment) {
    let places = XDG(environment)
    self.environment = environment
    socket = places.runtime + "/ksxd.sock"
    log = places.state + "/ksxd.log"
  }

  var server: String { "unix://" + socket }

  var cluster: Cluster { Cluster(transport: CurlTransport(base: server)) }

  /// Returns once the backend answers.
  ///
  /// Two consoles may start at once: the second backend finds the socket taken and ends, which is well
  /// as long as one of them answers.
  func attach(_ outlet: Outlet) async throws(CommandError) {
    try checkDirectory()
    if await isAnswering() { return }
    let program = try program()
    let beginning = logLength
    let child = try start(program)
    outlet.note("started the standalone backend (\(program), log \(log))")
    let deadline = ContinuousClock.now + patience
    while ContinuousClock.now < deadline {
      if await isAnswering() { return await fillMarketplace() }
      var status: Int32 = 0
      if waitpid(child, &status, WNOHANG) == child {
        if await isAnswering() { return await fillMarketplace() }
        throw CommandError("the standalone backend ended at once: \(tail(from: beginning)) (log \(log))")
      }
      try? await Task.sleep(for: .milliseconds(30))
    }
    throw CommandError(
      "the standalone backend does not answer on \(socket) after \(patience.components.seconds) s: \(tail(from: beginning)) (log \(log))"
    )
  }

  /// A backend that has just begun is reading its marketplace: a command that came at once would see
  /// some of it, or nothing.
  private func fillMarketplace() async {
    guard waitsForMarketplace else { return }
    var count = 0
    let deadline = ContinuousClock.now + .seconds(8)
    while ContinuousClock.now < deadline {
      let found = (try? await cluster.list(Dialect.installPlan.extensions, skipping: Extension.unread)) ?? []
      let isComplete = found.allSatisfy { !Extension($0, dialect: .installPlan).recommendedVersion.isEmpty }
      if isComplete, !found.isEmpty, found.count == count { return }
      count = found.count
      try? await Task.sleep(for: .milliseconds(250))
    }
  }

  private var directory: String { Files.parent(of: socket) ?? "/" }

  private func checkDirectory() throws(CommandError) {
    guard Files.isPrivateDirectory(directory) == false else { return }
    throw CommandError(
      "\(directory) is no directory of this user, so who answers there is not known; remove it, or set XDG_RUNTIME_DIR to a short path of your own"
    )
  }

  private func isAnswering() async -> Bool {
    // In a directory of another user anyone may answer, also when it was made while this one looked.
    guard Files.exists(socket), Files.isPrivateDirectory(directory) == true else { return false }
    return (try? await cluster.document("/version")) != nil
  }

  /// `ksxd` beside this program, else on the `PATH`.
  private func program() throws(CommandError) -> String {
    let own = realpath("/proc/self/exe", nil).map { path in
      defer { free(path) }
      return String(cString: path)
    }
    if let beside = own.flatMap(Files.parent(of:)).map({ $0 + "/ksxd" }), access(beside, X_OK) == 0 { return beside }
    if let found = environment.locate("ksxd") { return found }
    throw CommandError(
      "--standalone needs the program ksxd, which is neither beside ksx nor on the PATH; build it with scripts/run or swift build"
    )
  }

  /// Starts it in a session of its own, so that it outlives this terminal; it says things to its log.
  private func start(_ program: String) throws(CommandError) -> pid_t {
    do {
      try Files.makeDirectory(directory)
      try Files.makeDirectory(Files.parent(of: log) ?? "/")
    } catch {
      throw CommandError(error)
    }
    var words = [program, "serve", "--socket", socket, "--exit-with-clients"]
    if let dialect { words += ["--dialect", dialect] }
    var pid: pid_t = 0
    let code = Detached.spawn(words, environment: environment, log: log, &pid)
    guard code == 0 else { throw CommandError("\(program) cannot be started: \(String(cString: strerror(code)))") }
    return pid
  }

  private var logLength: Int { (try? Files.read(log))?.count ?? 0 }

  /// The last lines it said since `beginning`, as one.
  private func tail(from beginning: Int) -> String {
    let bytes = ((try? Files.read(log)) ?? []).dropFirst(beginning)
    let lines = String(decoding: bytes, as: UTF8.self).lines.filter { !$0.isEmpty }.suffix(3)
    return lines.isEmpty ? "it said nothing" : lines.joined(separator: " / ")
  }
}

/// Processes that do not end with this one.
private enum Detached {
  static func spawn(_ words: [String], environment: Environment, log: String, _ pid: inout pid_t) -> Int32 {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, log, O_WRONLY | O_CREAT | O_APPEND, 0o600)
    posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO)
    keepOpenFilesToOurselves()
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

  /// `POSIX_SPAWN_SETSID` of glibc's spawn.h, which shows it only to `_GNU_SOURCE`.
  private static let newSession: Int16 = 0x80

  /// Whoever waits for the pipes we were given to close must not wait for the backend.
  private static func keepOpenFilesToOurselves() {
    for name in (try? Files.names(in: "/proc/self/fd")) ?? [] {
      if let descriptor = Int32(name), descriptor > STDERR_FILENO { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
    }
  }

  /// `texts` as C has them: an array of pointers with nothing at its end.
  private static func withCStrings<Result>(
    _ texts: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
  ) -> Result {
    let pointers = texts.map { strdup($0) }
    defer { pointers.forEach { free($0) } }
    return body(pointers + [nil])
  }
}
