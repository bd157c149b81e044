import CTerminal
import Glibc
import Testing

@testable import Terminal

@Suite(.serialized) struct SignalTests {
  @Test func aBurstOfSignalsIsOneKeyOfEachKind() throws {
    var ends: [Int32] = [-1, -1]
    try #require(pipe(&ends) == 0)
    defer { ends.forEach { close($0) } }
    let burst = [SIGWINCH, SIGTERM, SIGCONT, SIGWINCH].map { UInt8($0) }
    try #require(fcntl(ends[0], F_SETFL, O_NONBLOCK) == 0 && write(ends[1], burst, burst.count) == burst.count)
    var input = NcursesInput(signals: ends[0], descriptor: -1)

    #expect(input.next() == .resized)
    #expect(input.next() == .closed)
    #expect(input.endingSignal == SIGTERM)
  }

  /// In a process of its own: other tests take and let go of the same signals, and one of these stops a process.
  @Test func noSignalEndsTheProcessBeforeTheTerminalIsGivenBack() async {
    await #expect(processExitsWith: .exitCode(42)) {
      for number in caughtSignals {
        // A shell ignores some of them for what it runs in the background.
        signal(number, SIG_DFL)
        let descriptor = ksx_signals_catch()

        kill(getpid(), number)

        guard signalRead(from: descriptor) == number else { exit(1) }
        ksx_signals_let_go()
      }
      exit(42)
    }
  }

  @Test func aStopFromOutsideIsNoKey() throws {
    var ends: [Int32] = [-1, -1]
    try #require(pipe(&ends) == 0)
    defer { ends.forEach { close($0) } }
    let byte = [UInt8(SIGTSTP)]
    try #require(fcntl(ends[0], F_SETFL, O_NONBLOCK) == 0 && write(ends[1], byte, 1) == 1)
    var signals = CaughtSignals(ends[0])

    let keys = signals.take()
    let stops = [signals.takeStop(), signals.takeStop()]

    #expect(keys == [])
    #expect(stops == [true, false])
  }

  @Test func aTerminalThatTakesNoOutputDoesNotHoldUpTheEnd() async {
    await #expect(processExitsWith: .exitCode(42)) {
      openTerminal()
      dup2(terminal, STDOUT_FILENO)
      takeTerminal()
      var watcher = pthread_t()
      pthread_create(&watcher, nil, endWhenFull, nil)
      // As in a worker of libdispatch, which the console's thread is.
      var all = sigset_t()
      sigfillset(&all)
      pthread_sigmask(SIG_BLOCK, &all, nil)
      _ = ksx_signals_catch()
      let bytes = [UInt8](repeating: 0x78, count: 1 << 20)

      ksx_output_begin()
      var written = 0
      while written < bytes.count {
        written += max(0, bytes[written...].withUnsafeBytes { write(STDOUT_FILENO, $0.baseAddress, $0.count) })
      }
      ksx_output_end()
      ksx_restore_disarm()

      var modes = termios()
      tcgetattr(STDOUT_FILENO, &modes)
      _exit(modes.c_lflag & tcflag_t(ICANON) != 0 ? 42 : 1)
    }
  }

  @Test func tooFewDescriptorsAreKnownBeforeTheyAreMissed() async {
    await #expect(processExitsWith: .exitCode(42)) {
      guard Descriptors.has(20) else { _exit(1) }
      ksx_allow_files(20)
      _exit(Descriptors.has(20) ? 2 : 42)
    }
  }

  @Test func aPlainScreenIsLeftBySignalsAndGivesTheTerminalBack() async {
    await #expect(processExitsWith: .exitCode(42)) {
      openTerminal()
      for number in [SIGHUP, SIGINT, SIGQUIT, SIGTERM] {
        signal(number, SIG_DFL)
        let screen = PlainScreen(input: terminal, output: master)
        if isTypingShown() { _exit(3) }

        raise(number)

        guard screen.nextKey() == .closed else { _exit(1) }
        screen.close()
        if !isTypingShown() { _exit(4) }
      }
      _exit(42)
    }
  }

  @Test func aPlainScreenThatCrashesGivesTheTerminalBack() async {
    await #expect(processExitsWith: .exitCode(42)) {
      openTerminal()
      signal(SIGABRT) { _ in _exit(isTypingShown() ? 42 : 1) }
      let screen = PlainScreen(input: terminal, output: master)

      if isTypingShown() { screen.close() }
      abort()
    }
  }

  @Test func aSignalShowsTypingAgainBeforeItEndsTheProcess() async {
    await #expect(processExitsWith: .exitCode(42)) {
      openTerminal()
      for number in [SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP] {
        // Stands for what ends or stops the process. It goes on, as after `fg`, and nothing that is typed is shown.
        signal(number) { number in if !isTypingShown() { _exit(number) } }
        guard ksx_hide_typing(terminal) == 0, !isTypingShown() else { _exit(100) }

        raise(number)

        if isTypingShown() { _exit(101) }
        ksx_show_typing()
        if !isTypingShown() { _exit(102) }
      }
      _exit(42)
    }
  }

  @Test func aCrashGivesTheTerminalItsModesBack() async {
    await #expect(processExitsWith: .exitCode(42)) {
      openTerminal()
      // Stands for the crash handler that was there before: it sees what the screen left behind.
      signal(SIGABRT) { _ in _exit(isRestored() ? 42 : 1) }
      takeTerminal()

      abort()
    }
  }

  @Test func leavingByExitGivesTheTerminalItsModesBack() async {
    await #expect(processExitsWith: .exitCode(42)) {
      openTerminal()
      atexit { _exit(isRestored() ? 42 : 1) }
      takeTerminal()

      exit(0)
    }
  }

  @Test func aScreenThatWasClosedLeavesTheTerminalAlone() async {
    await #expect(processExitsWith: .exitCode(42)) {
      openTerminal()
      atexit { _exit(isRestored() ? 1 : 42) }
      takeTerminal()
      ksx_restore_disarm()

      exit(0)
    }
  }
}

private let caughtSignals = [
  SIGWINCH, SIGQUIT, SIGALRM, SIGUSR1, SIGUSR2, SIGVTALRM, SIGPROF, SIGIO, SIGPWR, SIGXCPU, SIGTSTP, 40,
]

/// The number of the signal that arrives next, or `nil` when none does for long.
private func signalRead(from descriptor: Int32) -> Int32? {
  var polled = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
  var byte: UInt8 = 0
  // The signal itself ends a wait of the thread that it is handled on.
  while case let count = poll(&polled, 1, 10_000), count != 1 {
    guard count < 0, errno == EINTR else { return nil }
  }
  return read(descriptor, &byte, 1) == 1 ? Int32(byte) : nil
}

// Handlers take nothing along, so the two ends of the terminal have fixed numbers.
private let master: Int32 = 200
private let terminal: Int32 = 201

/// Makes a pseudo terminal, in the words of the kernel, since Glibc hides its own.
private func openTerminal() {
  let (unlock, getNumber): (UInt, UInt) = (0x4004_5431, 0x8004_5430)
  var (isLocked, number): (Int32, Int32) = (0, -1)
  let end = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_NONBLOCK)
  guard ioctl(end, unlock, &isLocked) == 0, ioctl(end, getNumber, &number) == 0 else { _exit(2) }
  dup2(end, master)
  dup2(open("/dev/pts/\(number)", O_RDWR | O_NOCTTY), terminal)
}

/// Asks the process to end when the terminal takes nothing more.
private func endWhenFull(_: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  var polled = pollfd(fd: terminal, events: Int16(POLLOUT), revents: 0)
  while poll(&polled, 1, 0) != 0 { sched_yield() }
  kill(getpid(), SIGTERM)
  return nil
}

/// Does to it what a screen does.
private func takeTerminal() {
  ksx_restore_arm(terminal)
  var modes = termios()
  tcgetattr(terminal, &modes)
  modes.c_lflag = 0
  tcsetattr(terminal, TCSANOW, &modes)
  ksx_restore_with("farewell", 8)
}

/// Whether it has its modes back and was sent the farewell.
private func isRestored() -> Bool {
  var modes = termios()
  var bytes = [UInt8](repeating: 0, count: 64)
  tcgetattr(terminal, &modes)
  let count = read(master, &bytes, bytes.count)
  return modes.c_lflag & tcflag_t(ICANON) != 0 && count > 0 && bytes.starts(with: "farewell".utf8)
}

/// Whether what is typed is shown.
private func isTypingShown() -> Bool {
  var modes = termios()
  return tcgetattr(terminal, &modes) == 0 && modes.c_lflag & tcflag_t(ECHO) != 0
}
