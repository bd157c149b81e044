import Glibc
import Testing

@testable import Terminal

/// Lines for screen readers.
@Suite struct PlainScreenTests {
  private let keys = Pipe()
  private let words = Pipe()

  private struct Pipe {
    var ends: [Int32] = [0, 0]

    init() { pipe(&ends) }

    func read() -> String {
      var bytes = [UInt8](repeating: 0, count: 4096)
      let count = Glibc.read(ends[0], &bytes, bytes.count)
      return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
    }

    func write(_ text: String) { _ = text.withCString { Glibc.write(ends[1], $0, strlen($0)) } }
  }

  private var screen: PlainScreen { PlainScreen(input: keys.ends[0], output: words.ends[1]) }

  private func surface(_ lines: String...) -> Surface {
    var surface = Surface(size: Size(rows: 6, columns: 60))
    for (row, line) in lines.enumerated() { surface.write(line, row: row, in: surface.bounds) }
    return surface
  }

  @Test func onlyWhatIsNewIsSaidAndNothingIsPlaced() {
    let screen = screen
    screen.show(surface(" NAME      │ STATE", ">Grafana   │ on", " Jenkins"), cursor: nil)
    #expect(words.read() == "NAME STATE\n>Grafana on\nJenkins\n")

    screen.show(surface(" NAME      │ STATE", " Grafana   │ on", ">Jenkins"), cursor: nil)
    #expect(words.read() == ">Jenkins\n")
  }

  @Test func aTerminalThatWasLentIsTakenOverAgain() throws {
    // In the words of the kernel, since Glibc hides its own.
    let (unlock, getNumber): (UInt, UInt) = (0x4004_5431, 0x8004_5430)
    var (isLocked, number): (Int32, Int32) = (0, -1)
    let main = open("/dev/ptmx", O_RDWR | O_NOCTTY)
    try #require(ioctl(main, unlock, &isLocked) == 0 && ioctl(main, getNumber, &number) == 0)
    let terminal = open("/dev/pts/\(number)", O_RDWR | O_NOCTTY)
    defer {
      close(terminal)
      close(main)
    }
    func readsLines() -> Bool {
      var modes = termios()
      return tcgetattr(terminal, &modes) == 0 && modes.c_lflag & tcflag_t(ICANON) != 0
    }
    let screen = PlainScreen(input: terminal, output: words.ends[1])
    var readLines = false

    screen.lend { readLines = readsLines() }

    #expect(readLines)
    #expect(!readsLines())
    screen.close()
    #expect(readsLines())
  }

  @Test func keysAreReadWithoutATerminal() {
    let screen = screen
    keys.write("j\u{1B}[B\r")

    #expect(
      [screen.nextKey(), screen.nextKey(), screen.nextKey(), screen.nextKey()] == [.character("j"), .down, .enter, nil])
    close(keys.ends[1])
    #expect(screen.nextKey() == .closed)
  }
}
