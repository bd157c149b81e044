import CNcurses
import CTerminal
import Glibc

/// The terminal, through ncurses.
///
/// ncurses keeps the terminal in global variables, so there is at most one of these, and only the thread
/// that made it may use it. From `init` to `close` the terminal is in another mode; a crash, `exit` and
/// `close` all give it back as it was.
package final class NcursesScreen: TerminalScreen {
  /// What a screen may be asked for besides showing text.
  package struct Options: Sendable {
    /// Whether clicks and the wheel are reported; selecting text then takes the shift key.
    package var hasMouse = true
    /// Whether the theme needs true colour; used only where COLORTERM says that the terminal has it.
    package var wantsTrueColor = false
    /// Where standard error goes while the screen is up, so that nothing writes across it.
    package var standardError: Int32?

    /// The options, each with its usual value.
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
    // The handler must be there before newterm, which otherwise installs its own, which does not wake `poll`.
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

  /// Gives the terminal back; doing it twice does no harm.
  package func close() {
    guard isOpen else { return }
    isOpen = false
    device.close()
    if signals >= 0 { ksx_signals_let_go() }
    ksx_screen_release()
  }

  package var endingSignal: Int32? { input.endingSignal }

  package func sayWhenCrashed(_ words: String) { ksx_say_when_crashed(words) }

  package var size: Size {
    Size(rows: Int(ksx_rows()), columns: Int(ksx_columns()))
  }

  package var descriptors: [Int32] {
    device.isTerminal ? (input.isClosed ? [signals] : [STDIN_FILENO, signals]) : []
  }

  package var patience: Duration? { input.patience }

  /// Hands ncurses the rows that changed since the last call; it decides which bytes that costs.
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
    // Asked for a key, ncurses may paint first.
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
    // Something else may have changed the size, the screen and the cursor.
    fitToTerminal()
    curs_set(shownCursor == nil ? 0 : 1)
  }

  package func suspend() {
    lend(to: ksx_stop)
  }

  /// Stops as another process asked, and paints the screen again when it is continued: nothing else does.
  private func stop() {
    let (surface, cursor) = (shown, shownCursor)
    suspend()
    if let surface, surface.size == size { show(surface, cursor: cursor) }
  }

  /// Looks at the terminal again, and paints what it showed when that still fits: nothing else does.
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
