import CNcurses
import CTerminal
import Glibc

/// The terminal, through ncurses.
///
/// ncurses keeps the terminal in global variables, so there is at most one instance, and only the thread
/// that created it may use it. From `init` to `close` the terminal is in another mode; a crash, `exit` and
/// `close` all restore it.
package final class NcursesScreen: TerminalScreen {
  /// Optional abilities of a screen.
  package struct Options: Sendable {
    /// Whether clicks and the wheel are reported; the user then selects text with the shift key.
    package var hasMouse = true
    /// Whether the theme needs true colour; used only if COLORTERM says that the terminal has it.
    package var wantsTrueColor = false
    /// The descriptor for standard error while the screen is open, so that no other output appears on it.
    package var standardError: Int32?

    /// The options, with their defaults.
    package init(hasMouse: Bool = true, wantsTrueColor: Bool = false, standardError: Int32? = nil) {
      self.hasMouse = hasMouse
      self.wantsTrueColor = wantsTrueColor
      self.standardError = standardError
    }
  }

  private let device: NcursesDevice
  private let signals: Int32
  private var painter: CellPainter
  private var input: NcursesInput
  private var shown: Surface?
  private var shownCursor: Point?
  private var isOpen = true

  /// Takes over the terminal on standard input and output.
  package convenience init(_ options: Options = Options()) throws(TerminalError) {
    guard isatty(STDIN_FILENO) == 1, isatty(STDOUT_FILENO) == 1 else { throw .notATerminal }
    try self.init(.standard(options))
  }

  init(_ device: NcursesDevice) throws(TerminalError) {
    guard ksx_screen_claim() == 1 else { throw .taken }
    // The handler must be installed before newterm, which otherwise installs its own, which does not wake `poll`.
    signals = device.isTerminal ? ksx_signals_catch() : -1
    guard signals >= 0 || !device.isTerminal else {
      ksx_screen_release()
      throw .noDescriptor
    }
    let depth: ColorDepth
    do throws(TerminalError) {
      depth = try device.open()
    } catch {
      if signals >= 0 { ksx_signals_let_go() }
      ksx_screen_release()
      throw error
    }
    self.device = device
    painter = CellPainter(depth: depth)
    input = NcursesInput(signals: signals, descriptor: device.isTerminal ? STDIN_FILENO : -1)
    fitToTerminal()
  }

  deinit {
    close()
  }

  /// Restores the terminal; further calls have no effect.
  package func close() {
    guard isOpen else { return }
    isOpen = false
    device.close()
    if signals >= 0 { ksx_signals_let_go() }
    ksx_screen_release()
  }

  package var endingSignal: Int32? { input.endingSignal }

  package func setCrashMessage(_ words: String) { ksx_say_when_crashed(words) }

  package var size: Size {
    Size(rows: Int(ksx_rows()), columns: Int(ksx_columns()))
  }

  package var descriptors: [Int32] {
    device.isTerminal ? (input.isClosed ? [signals] : [STDIN_FILENO, signals]) : []
  }

  package var pollTimeout: Duration? { input.pollTimeout }

  /// Passes ncurses the rows that have changed since the last call; ncurses decides which bytes to send.
  package func show(_ surface: Surface, cursor: Point?) {
    guard isOpen, surface != shown || cursor != shownCursor else { return }
    device.beginOutput()
    defer { device.endOutput() }
    let window = ksx_stdscr()
    for row in 0..<min(surface.size.rows, size.rows) {
      if let shown, shown.size == surface.size, shown.row(row) == surface.row(row) { continue }
      let cells = painter.cells(surface.row(row))
      wmove(window, Int32(row), 0)
      wadd_wchnstr(window, cells, Int32(cells.count))
    }
    leaveok(window, cursor == nil)
    if let cursor { wmove(window, Int32(cursor.row), Int32(cursor.column)) }
    if (cursor == nil) != (shownCursor == nil) { curs_set(cursor == nil ? 0 : 1) }
    wnoutrefresh(window)
    doupdate()
    (shown, shownCursor) = (surface, cursor)
  }

  package func nextKey() -> Key? {
    guard isOpen else { return nil }
    // ncurses may write output before it reads a key.
    device.beginOutput()
    let key = input.next()
    device.endOutput()
    if input.takeStop() {
      stop()
      return key ?? .resized
    }
    if key == .resized { refit() }
    return key
  }

  package func redraw() {
    shown = nil
    clearok(ksx_stdscr(), true)
  }

  package func copy(_ text: String) {
    guard isOpen else { return }
    device.copy(text)
  }

  package func lend(to work: () -> Void) {
    guard isOpen else { return work() }
    device.lend(to: work)
    input.forgetInterrupts()
    // The other program may have changed the size, the screen and the cursor.
    fitToTerminal()
    curs_set(shownCursor == nil ? 0 : 1)
  }

  package func suspend() {
    lend(to: ksx_stop)
  }

  /// Stops as another process requested, and draws the screen again when the program is continued.
  private func stop() {
    let (surface, cursor) = (shown, shownCursor)
    suspend()
    if let surface, surface.size == size { show(surface, cursor: cursor) }
  }

  /// Reads the terminal's size again, and draws the last surface if it still fits.
  private func refit() {
    let (surface, cursor) = (shown, shownCursor)
    device.resume()
    fitToTerminal()
    if let surface, surface.size == size { show(surface, cursor: cursor) }
  }

  private func fitToTerminal() {
    if let size = device.size, size != self.size { resizeterm(Int32(size.rows), Int32(size.columns)) }
    redraw()
  }
}
