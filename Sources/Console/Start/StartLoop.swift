import Glibc
import Platform
package import Terminal

/// Asks on the terminal which cluster to open, from where `start` is; runs on the main thread, like the console itself.
package func askForStart(
  _ start: inout StartScreen, screen options: NcursesScreen.Options = NcursesScreen.Options()
) throws(TerminalError) -> StartAnswer {
  let screen = try NcursesScreen(options)
  defer { screen.close() }
  return answer(&start, on: screen)
}

/// Runs `start` on `screen` until the user has answered.
func answer(_ start: inout StartScreen, on screen: any TerminalScreen) -> StartAnswer {
  while true {
    var surface = Surface(size: screen.size)
    let cursor = start.draw(on: &surface)
    screen.show(surface, cursor: cursor)
    var hasKeys = false
    while let key = screen.nextKey() {
      hasKeys = true
      start.press(key, screen.size)
      if let answer = start.answer { return answer }
    }
    if hasKeys { continue }
    // Without descriptors, as in a test, there is nothing to wait for.
    var polled = screen.descriptors.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
    if polled.isEmpty { return .leave }
    let milliseconds = screen.pollTimeout.map { max(0, $0 / .seconds(1) * 1000) } ?? -1
    poll(&polled, nfds_t(polled.count), Int32(milliseconds))
  }
}
