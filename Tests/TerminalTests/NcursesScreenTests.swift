import Glibc
import Testing

@testable import Terminal

/// The bytes that ncurses sends for a frame, without a terminal: it writes to a file in memory.
@Suite(.serialized) struct NcursesScreenTests {
  private static let size = Size(rows: 24, columns: 80)

  @Test func aFrameThatChangedNothingCostsNothing() throws {
    let screen = try RecordedScreen(Self.size)
    screen.show(list(selected: 3))

    #expect(screen.show(list(selected: 3)) == "")
  }

  @Test func aCursorMoveInAListStaysUnderSixtyBytes() throws {
    let screen = try RecordedScreen(Self.size)
    screen.show(list(selected: 0))

    for row in 1..<20 {
      let sent = screen.show(list(selected: row))
      #expect(sent.utf8.count <= 60)
      #expect(sent.contains("> extension-\(row)"))
    }
  }

  @Test func aFullPaintStaysUnderFourThousandBytes() throws {
    let screen = try RecordedScreen(Self.size)

    #expect(screen.show(list(selected: 0)).utf8.count <= 4000)
  }

  @Test func redrawPaintsEverythingAgain() throws {
    let screen = try RecordedScreen(Self.size)
    screen.show(list(selected: 0))

    screen.redraw()

    #expect(screen.show(list(selected: 0)).contains("extension-12"))
  }

  @Test func wideAndCombinedCharactersAreSentWhole() throws {
    let screen = try RecordedScreen(Self.size)
    var surface = Surface(size: Self.size)
    surface.write("可观测 e\u{301} 🚀", row: 0, in: surface.bounds)

    #expect(screen.show(surface).contains("可观测 e\u{301} 🚀"))
  }

  @Test func noEscapeSequenceOfATextIsSent() throws {
    let screen = try RecordedScreen(Self.size)
    var surface = Surface(size: Self.size)
    surface.write("evil\u{1B}]0;title\u{07}\u{9B}2J", row: 0, in: surface.bounds)

    #expect(screen.show(surface).contains("evil\u{FFFD}]0;title\u{FFFD}\u{FFFD}2J"))
  }

  @Test func theCursorIsShownWhereItIsAskedFor() throws {
    let screen = try RecordedScreen(Self.size)
    screen.show(list(selected: 0))

    let sent = screen.show(list(selected: 0), cursor: Point(row: 4, column: 9))

    #expect(sent.contains("\u{1B}[5;10H"))
    #expect(screen.show(list(selected: 0)).contains("\u{1B}[?25l"))
  }

  @Test(arguments: ["vt100", "linux", "xterm", "screen", "tmux-256color"])
  func everyUsualTerminalShowsTheText(name: String) throws {
    let screen = try RecordedScreen(Self.size, name: name)

    #expect(screen.show(list(selected: 1)).contains("> extension-1"))
  }

  @Test func anUnknownTerminalIsAnError() {
    #expect(throws: TerminalError.unknownTerminal("no-such-terminal")) {
      try RecordedScreen(Self.size, name: "no-such-terminal")
    }
  }

  @Test func aTerminalThatCannotPlaceTextIsAnError() {
    #expect(throws: TerminalError.tooSimple("dumb")) { try RecordedScreen(Self.size, name: "dumb") }
  }

  @Test func thereIsOneScreenAtATime() throws {
    let screen = try RecordedScreen(Self.size)

    #expect(throws: TerminalError.taken) { try RecordedScreen(Self.size) }
    #expect(screen.show(list(selected: 0)).isEmpty == false)
  }

  @Test func terminalsAreTriedInOrder() {
    #expect(
      NcursesDevice.terminalNames("xterm-kitty", color: "truecolor", wantsTrueColor: false)
        == ["xterm-kitty", "xterm-256color", "xterm", "vt100"])
    #expect(NcursesDevice.terminalNames("tmux", color: "24bit", wantsTrueColor: true).first == "tmux-direct")
    #expect(NcursesDevice.terminalNames("", color: "", wantsTrueColor: true).first == "xterm-256color")
  }

  @Test func coloursComeAsCloseAsTheTerminalCan() {
    let orange = Color.rgb(red: 255, green: 135, blue: 0)

    #expect(ColorDepth.direct.index(of: orange) == 0xFF8700)
    #expect(ColorDepth.palette.index(of: orange) == 208)
    #expect(ColorDepth.palette.index(of: .palette(9)) == 9)
    #expect(ColorDepth.eight.index(of: .palette(9)) == 1)
    #expect(ColorDepth.eight.index(of: .rgb(red: 0, green: 200, blue: 0)) == 2)
    #expect(ColorDepth.none.index(of: orange) == -1)
    #expect(ColorDepth.palette.index(of: nil) == -1)
  }

  /// A list as the console draws it.
  private func list(selected: Int) -> Surface {
    var surface = Surface(size: Self.size)
    for row in 0..<24 {
      let style = row == selected ? Style(attributes: .reverse) : .plain
      surface.write(
        (row == selected ? "> " : "  ") + "extension-\(row)", row: row, in: surface.bounds, style: style)
      surface.write(
        "Installed", at: Point(row: row, column: 30), in: surface.bounds, style: Style(foreground: .palette(2)))
      surface.write("1.\(row).0  可观测  marketplace", at: Point(row: row, column: 45), in: surface.bounds)
    }
    return surface
  }
}

/// An `NcursesScreen` whose terminal is a file in memory.
private final class RecordedScreen {
  private let screen: NcursesScreen
  private let descriptor: Int32
  private let output: UnsafeMutablePointer<FILE>
  private let input: UnsafeMutablePointer<FILE>
  private var read: off_t = 0

  init(_ size: Size, name: String = "xterm-256color") throws {
    descriptor = try #require(Self.file())
    output = try #require(fdopen(descriptor, "w+"))
    input = try #require(fopen("/dev/null", "r"))
    screen = try NcursesScreen(.file(output, input: input, name: name, size: size))
  }

  deinit {
    screen.close()
    fclose(output)
    fclose(input)
  }

  /// Shows `surface` and returns what was sent for it.
  @discardableResult
  func show(_ surface: Surface, cursor: Point? = nil) -> String {
    read = lseek(descriptor, 0, SEEK_END)
    screen.show(surface, cursor: cursor)
    let end = lseek(descriptor, 0, SEEK_END)
    var bytes = [UInt8](repeating: 0, count: Int(end - read))
    let count = pread(descriptor, &bytes, bytes.count, read)
    return String(decoding: bytes[..<count], as: UTF8.self)
  }

  func redraw() { screen.redraw() }

  /// An unnamed file.
  private static func file() -> Int32? {
    guard let file = tmpfile() else { return nil }
    defer { fclose(file) }
    return dup(fileno(file))
  }
}
