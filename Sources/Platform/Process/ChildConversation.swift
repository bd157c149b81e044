import Glibc

/// Writes a child's input, reads its output, and waits for its end.
///
/// Used only on the thread that runs it.
struct ChildConversation {
  private let process: ChildProcess
  private let pid: pid_t
  private var pipes: SpawnPipes
  private var written = 0
  private var output = BoundedBytes()
  private var errors = BoundedBytes()
  private let start = ContinuousClock.now
  /// Why and when the child was asked to end.
  private var reason: ChildProcess.End?
  private var asked: ContinuousClock.Instant?
  private var end: ChildProcess.End?
  private var lastSign = ContinuousClock.now

  init(_ process: ChildProcess, pid: pid_t, pipes: SpawnPipes) {
    self.process = process
    self.pid = pid
    self.pipes = pipes
    output.limit = process.outputLimit
    errors.limit = process.outputLimit
  }

  mutating func run(isCancelled: () -> Bool) -> ChildProcess.Outcome {
    if process.input.isEmpty { closeInput() }
    while end == nil || isTalking {
      exchange()
      reap()
      if reason == nil, isCancelled() { stop(.cancelled) }
      if reason == nil, let timeout = process.timeout, ContinuousClock.now - start > timeout { stop(.timedOut) }
      if let asked, end == nil, ContinuousClock.now - asked > .seconds(2) { send(SIGKILL) }
    }
    pipes.closeOwnEnds()
    return ChildProcess.Outcome(end: reason ?? end ?? .exited(0), output: output.bytes, errors: errors.bytes)
  }

  /// Whether more output may arrive; a grandchild that keeps a pipe open is waited for only 200 ms.
  private var isTalking: Bool {
    (pipes.output >= 0 || pipes.errors >= 0) && ContinuousClock.now - lastSign < .milliseconds(200)
  }

  /// Waits a moment until a pipe is ready, then reads or writes.
  private mutating func exchange() {
    var polls = [
      pollfd(fd: pipes.input, events: Int16(POLLOUT), revents: 0),
      pollfd(fd: pipes.output, events: Int16(POLLIN), revents: 0),
      pollfd(fd: pipes.errors, events: Int16(POLLIN), revents: 0),
    ]
    let isSilent = pipes.output < 0 && pipes.errors < 0
    poll(&polls, 3, isSilent ? 2 : 25)
    if polls[0].revents != 0 { feed() }
    if polls[1].revents != 0, !readAvailable(from: pipes.output, into: \.output) { close(&pipes.output) }
    if polls[2].revents != 0, !readAvailable(from: pipes.errors, into: \.errors) { close(&pipes.errors) }
  }

  private mutating func feed() {
    let count = process.input[written...].withUnsafeBytes { write(pipes.input, $0.baseAddress, $0.count) }
    if count > 0 { written += count }
    let isClosed = count < 0 && errno != EAGAIN && errno != EINTR
    if isClosed || written == process.input.count { closeInput() }
  }

  private mutating func closeInput() { close(&pipes.input) }

  /// False at the end of the pipe.
  private mutating func readAvailable(from pipe: Int32, into output: WritableKeyPath<Self, BoundedBytes>) -> Bool {
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    let count = read(pipe, &buffer, buffer.count)
    guard count > 0 else { return count < 0 && (errno == EAGAIN || errno == EINTR) }
    lastSign = .now
    self[keyPath: output].add(buffer[..<count])
    process.whenPrinted?(Array(buffer[..<count]))
    return true
  }

  private func close(_ descriptor: inout Int32) {
    if descriptor >= 0 { Glibc.close(descriptor) }
    descriptor = -1
  }

  private mutating func reap() {
    guard end == nil else { return }
    var status: Int32 = 0
    let result = waitpid(pid, &status, WNOHANG)
    guard result == pid || (result < 0 && errno == ECHILD) else { return }
    lastSign = .now
    let signal = status & 0x7F
    end = signal == 0 ? .exited(Int(status >> 8 & 0xFF)) : .killed(signal: Int(signal))
  }

  private mutating func stop(_ reason: ChildProcess.End) {
    guard end == nil else { return }
    self.reason = reason
    asked = .now
    send(SIGTERM)
  }

  private func send(_ signal: Int32) {
    kill(process.hasTerminal ? pid : -pid, signal)
  }
}

/// Keeps the beginning and the end of bytes that may be too many.
struct BoundedBytes {
  var limit = Int.max
  private var head: [UInt8] = []
  private var tail: [UInt8] = []
  private var isCut = false

  mutating func add(_ bytes: ArraySlice<UInt8>) {
    let room = max(0, limit / 2 - head.count)
    head += bytes.prefix(room)
    tail += bytes.dropFirst(room)
    // Dropping in large steps keeps this cheap.
    if tail.count > limit {
      isCut = true
      tail.removeFirst(tail.count - limit / 2)
    }
  }

  var bytes: [UInt8] { isCut ? head + Array("\n…\n".utf8) + tail : head + tail }
}
