import CNcurses
import CTerminal
import Glibc
import Platform

/// The terminal that ncurses writes to: opens, lends and closes it.
///
/// Used only by the screen that owns it.
final class NcursesDevice {
  private let options: NcursesScreen.Options
  private let input: UnsafeMutablePointer<FILE>
  private let output: UnsafeMutablePointer<FILE>
  private let fixedSize: Size?
  private let names: [String]
  private var handle: OpaquePointer?
  /// The sequences for modes that ncurses does not set itself, if the terminal has them.
  private var extras: (on: String, off: String) = ("", "")

  /// Whether this is a real terminal; tests use a file in memory.
  var isTerminal: Bool { fixedSize == nil }

  private init(
    names: [String], options: NcursesScreen.Options,
    files: (input: UnsafeMutablePointer<FILE>, output: UnsafeMutablePointer<FILE>), size: Size?
  ) {
    self.options = options
    self.names = names
    (input, output) = files
    fixedSize = size
  }

  /// The terminal on standard input and output.
  static func standard(_ options: NcursesScreen.Options) -> NcursesDevice {
    let term = getenv("TERM").map { String(cString: $0) } ?? ""
    let color = getenv("COLORTERM").map { String(cString: $0) } ?? ""
    return NcursesDevice(
      names: terminalNames(term, color: color, wantsTrueColor: options.wantsTrueColor), options: options,
      files: (ksx_stdin(), ksx_stdout()), size: nil)
  }

  /// A terminal of the type `name` that writes to a file.
  static func file(_ output: UnsafeMutablePointer<FILE>, input: UnsafeMutablePointer<FILE>, name: String, size: Size)
    -> NcursesDevice
  {
    NcursesDevice(
      names: [name], options: NcursesScreen.Options(hasMouse: false), files: (input, output), size: size)
  }

  /// The terminfo descriptions to try, best first.
  static func terminalNames(_ term: String, color: String, wantsTrueColor: Bool) -> [String] {
    var names = [term, "xterm-256color", "xterm", "vt100"]
    if wantsTrueColor, color == "truecolor" || color == "24bit" {
      let isMultiplexer = term.hasPrefix("tmux") || term.hasPrefix("screen")
      names.insert(isMultiplexer ? "tmux-direct" : "xterm-direct", at: 0)
    }
    return names.filter { !$0.isEmpty }
  }

  /// The present size of the terminal, if it reports one.
  var size: Size? {
    if let fixedSize { return fixedSize }
    var (rows, columns): (Int32, Int32) = (0, 0)
    guard ksx_window_size(STDOUT_FILENO, &rows, &columns) == 0, rows > 0, columns > 0 else { return nil }
    return Size(rows: Int(rows), columns: Int(columns))
  }

  func open() throws(TerminalError) -> ColorDepth {
    // Sets the character set, which ncurses uses.
    _ = Locale.isUTF8
    // Otherwise LINES and COLUMNS in the environment would override the size that the terminal reports.
    use_env(false)
    use_tioctl(true)
    if isTerminal { ksx_restore_arm(STDOUT_FILENO) }
    try openFirst()
    setModes()
    extras = isTerminal ? Self.extras(hasMouse: options.hasMouse) : ("", "")
    NcursesInput.defineKeys()
    prepareRestoration()
    enter()
    guard has_colors() else { return .none }
    start_color()
    use_default_colors()
    return ColorDepth(colors: Int(ksx_colors()))
  }

  private func openFirst() throws(TerminalError) {
    // newterm returns on errors, where initscr would end the process.
    for name in names {
      guard let handle = newterm(name, output, input) else { continue }
      self.handle = handle
      set_term(handle)
      ksx_distrust_margin()
      guard ksx_capability("cup") == nil else { return }
      endwin()
      delscreen(handle)
      ksx_restore_disarm()
      throw .tooSimple(name)
    }
    ksx_restore_disarm()
    throw .unknownTerminal(names.first ?? "")
  }

  func close() {
    beginOutput()
    leave()
    if ksx_capability("smcup") == nil { clearFooter() }
    endwin()
    endOutput()
    if isTerminal { ksx_restore_disarm() }
    ksx_stderr_return()
    if let handle { delscreen(handle) }
  }

  /// Sets the screen's modes again, after another process stopped this one.
  func resume() {
    beginOutput()
    defer { endOutput() }
    reset_prog_mode()
    enter()
  }

  func lend(to work: () -> Void) {
    def_prog_mode()
    leave()
    endwin()
    ksx_stderr_return()
    work()
    resume()
    beginOutput()
    wrefresh(ksx_stdscr())
    endOutput()
  }

  private func setModes() {
    let window = ksx_stdscr()
    raw()
    noecho()
    nonl()
    keypad(window, true)
    nodelay(window, true)
    intrflush(window, false)
    set_escdelay(25)
    curs_set(0)
    // Otherwise ncurses stops in the middle of a frame if a key is waiting.
    typeahead(-1)
  }

  /// Begins output; if the terminal accepts no more bytes, a signal that ends the program discards the rest.
  func beginOutput() { if isTerminal { ksx_output_begin() } }
  func endOutput() { if isTerminal { ksx_output_end() } }

  /// Bracketed paste, if terminfo has it; and mouse reports in decimal numbers, without which columns end at 223.
  private static func extras(hasMouse: Bool) -> (on: String, off: String) {
    var result = (on: "", off: "")
    if ksx_capability("BE") != nil { result = ("\u{1B}[?2004h", "\u{1B}[?2004l") }
    if hasMouse, ksx_capability("kmous") != nil {
      result = (result.on + "\u{1B}[?1000h\u{1B}[?1006h", result.off + "\u{1B}[?1006l\u{1B}[?1000l")
    }
    return result
  }

  private func enter() {
    guard isTerminal else { return }
    if let descriptor = options.standardError { ksx_stderr_divert(descriptor) }
    send(extras.on)
  }

  private func leave() {
    guard isTerminal else { return }
    send(extras.off)
  }

  /// Copies by OSC 52, which also works over SSH.
  ///
  /// A terminal without an alternate screen would probably print the sequence, so it is not sent there.
  func copy(_ text: String) {
    guard isTerminal, ksx_capability("smcup") != nil else { return }
    beginOutput()
    send("\u{1B}]52;c;\(Base64.encode(Array(text.utf8)))\u{07}")
    endOutput()
  }

  /// Clears the last row: without an alternate screen the shell's prompt would appear among the keys there.
  private func clearFooter() {
    let window = ksx_stdscr()
    wmove(window, ksx_rows() - 1, 0)
    wclrtoeol(window)
    wrefresh(window)
  }

  private func send(_ text: String) {
    let bytes = Array(text.utf8)
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { write(STDOUT_FILENO, $0.baseAddress, $0.count) }
      guard count > 0 else { return }
      rest = rest.dropFirst(count)
    }
  }

  private func prepareRestoration() {
    var text = restoration
    text.withUTF8 { bytes in
      bytes.withMemoryRebound(to: CChar.self) { ksx_restore_with($0.baseAddress, $0.count) }
    }
  }

  /// The sequences that leave the alternate screen and reset colours, keypad, paste and mouse, as far as they were on.
  private var restoration: String {
    let capabilities = ["rmcup", "cnorm", "sgr0", "op", "rmkx"]
    return capabilities.compactMap { ksx_capability($0).map { String(cString: $0) } }.joined()
      + extras.off
  }
}
