import Glibc

/// The pipes between this process and a child.
struct SpawnPipes {
  /// This process's ends; -1 if the child has the terminal instead.
  var input: Int32 = -1
  var output: Int32 = -1
  var errors: Int32 = -1
  private var childEnds: [Int32] = []
  /// The descriptors that become those of the child with the number `to`.
  private var duplications: [(from: Int32, to: Int32)] = []

  init(hasTerminal: Bool) throws(SystemError) {
    output = try add(asReader: true, to: 1)
    guard !hasTerminal else { return }
    input = try add(asReader: false, to: 0)
    errors = try add(asReader: true, to: 2)
  }

  /// Makes a pipe to the child's descriptor `number`, and returns this process's end of it.
  private mutating func add(asReader isReader: Bool, to number: Int32) throws(SystemError) -> Int32 {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { throw SystemError("making a pipe") }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    let (ownEnd, childEnd) = isReader ? (ends[0], ends[1]) : (ends[1], ends[0])
    _ = fcntl(ownEnd, F_SETFL, O_NONBLOCK)
    childEnds.append(childEnd)
    duplications.append((childEnd, number))
    return ownEnd
  }

  func add(to fileActions: inout posix_spawn_file_actions_t) {
    for pair in duplications { posix_spawn_file_actions_adddup2(&fileActions, pair.from, pair.to) }
  }

  func closeChildEnds() {
    for end in childEnds { close(end) }
  }

  func closeOwnEnds() {
    for end in [input, output, errors] where end >= 0 { close(end) }
  }
}

/// Starts programs one at a time: no other child may be started between the creation of a pipe and the
/// moment at which it is marked as not inherited.
enum Spawn {
  private static let lock = Locked(0)

  static func start(_ process: ChildProcess) throws(SystemError) -> (pid: pid_t, pipes: SpawnPipes) {
    guard let name = process.arguments.first, let path = process.environment.locate(name) else {
      throw SystemError("running \(process.arguments.first ?? "nothing")", code: ENOENT)
    }
    let result = lock.withLock { _ in Result { () throws(SystemError) in try start(process, at: path) } }
    return try result.get()
  }

  private static func start(
    _ process: ChildProcess, at path: String
  ) throws(SystemError) -> (pid: pid_t, pipes: SpawnPipes) {
    let pipes = try SpawnPipes(hasTerminal: process.hasTerminal)
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    pipes.add(to: &actions)
    var attributes = attributes(hasTerminal: process.hasTerminal)
    defer { posix_spawnattr_destroy(&attributes) }
    let variables = process.environment.variables.map { "\($0.key)=\($0.value)" }
    var pid: pid_t = 0
    let code = withCStrings(process.arguments) { arguments in
      withCStrings(variables) { variables in posix_spawn(&pid, path, &actions, &attributes, arguments, variables) }
    }
    pipes.closeChildEnds()
    guard code == 0 else {
      pipes.closeOwnEnds()
      throw SystemError("running \(process.arguments[0])", code: code)
    }
    return (pid, pipes)
  }

  /// No signal is ignored or blocked in the child, even if this process does so.
  private static func attributes(hasTerminal: Bool) -> posix_spawnattr_t {
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    var all = sigset_t()
    sigfillset(&all)
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigdefault(&attributes, &all)
    posix_spawnattr_setsigmask(&attributes, &none)
    var flags = Int32(POSIX_SPAWN_SETSIGDEF) | Int32(POSIX_SPAWN_SETSIGMASK)
    // A process group of its own, so that its children end with it; but only the terminal's group may read from that.
    if !hasTerminal { flags |= Int32(POSIX_SPAWN_SETPGROUP) }
    posix_spawnattr_setflags(&attributes, Int16(flags))
    return attributes
  }

  private static func withCStrings<Result>(
    _ strings: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
  ) -> Result {
    let pointers = strings.map { strdup($0) }
    defer { for pointer in pointers { free(pointer) } }
    return body(pointers + [nil])
  }
}
