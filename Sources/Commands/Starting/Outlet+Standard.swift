import Extensions
import Glibc
import Platform
import Terminal

extension Outlet {
  /// The standard streams of this process, which exits with `failureStatus` if it cannot write.
  static func standard(failureStatus: Int32 = 1) -> Outlet {
    var outlet = Outlet(
      print: { write($0, to: STDOUT_FILENO, failureStatus) },
      note: { write($0.utf8.last == 10 ? $0 : $0 + "\n", to: STDERR_FILENO, failureStatus) },
      printsToTerminal: isatty(STDOUT_FILENO) == 1,
      input: { () throws(CommandError) in isatty(STDIN_FILENO) == 1 ? nil : try allInput() })
    outlet.isPlain = PlainText.isWanted
    if isatty(STDIN_FILENO) == 1, isatty(STDERR_FILENO) == 1 {
      outlet.ask = { question in
        write(question, to: STDERR_FILENO)
        return line()
      }
      if isatty(STDOUT_FILENO) == 1 { outlet.edit = { runEditor($0) } }
      outlet.askSecretly = { question in
        write(question, to: STDERR_FILENO)
        defer { write("\n", to: STDERR_FILENO) }
        return HiddenLine.read()
      }
    }
    return outlet
  }

  /// `VISUAL` and `EDITOR` may be commands with options, so a shell runs them.
  private static func runEditor(_ path: String) -> Bool {
    let environment = Environment.current
    let editor = environment["VISUAL"] ?? environment["EDITOR"] ?? "vi"
    return system("\(editor) \(Shell.quoted(path))") == 0
  }

  /// Writes everything, or exits.
  private static func write(_ text: String, to descriptor: Int32, _ failureStatus: Int32 = 1) {
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      if count <= 0 { end(errno, descriptor, failureStatus) }
      bytes = bytes.dropFirst(count)
    }
  }

  /// Exits because the output cannot be written, with a message unless the reader has closed the pipe, as in `ksx list
  /// | head`: SIGPIPE then ends the process, as it does kubectl, and shells report 141.
  private static func end(_ problem: Int32, _ descriptor: Int32, _ failureStatus: Int32) -> Never {
    if problem == EPIPE {
      signal(SIGPIPE, SIG_DFL)
      raise(SIGPIPE)
    }
    if descriptor == STDOUT_FILENO, problem != EPIPE {
      write("ksx: the standard output cannot be written: \(String(cString: strerror(problem)))\n", to: STDERR_FILENO)
    }
    exit(failureStatus)
  }

  private static func allInput() throws(CommandError) -> String {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = read(STDIN_FILENO, &buffer, buffer.count)
      if count < 0, errno == EINTR { continue }
      if count < 0 { throw CommandError("the standard input cannot be read: \(String(cString: strerror(errno)))") }
      if count == 0 { return try text(bytes) }
      bytes += buffer[..<count]
      if bytes.count > 4 << 20 { throw CommandError("the standard input is longer than 4 MB") }
    }
  }

  private static func text(_ bytes: [UInt8]) throws(CommandError) -> String {
    do { return try String(textOf: bytes) } catch { throw CommandError("the standard input, \(error)") }
  }

  /// Reads a line without its newline; `nil` at the end of the input.
  private static func line() -> String? {
    var bytes: [UInt8] = []
    var byte: UInt8 = 0
    while read(STDIN_FILENO, &byte, 1) == 1 {
      if byte == UInt8(ascii: "\n") { return String(decoding: bytes, as: UTF8.self) }
      bytes.append(byte)
    }
    return nil
  }
}
