import Glibc
package import Platform
package import Terminal

/// Asks on the terminal which cluster to open; runs on the main thread, like the console itself.
package func askForStart(
  _ choices: [StartChoice], reason: Sentence, settings: Settings,
  screen options: NcursesScreen.Options = NcursesScreen.Options()
) throws(TerminalError) -> StartAnswer {
  let screen = try NcursesScreen(options)
  defer { screen.close() }
  return answer(StartScreen(choices, reason: reason, settings), on: screen)
}

/// Runs `start` on `screen` until the user has answered.
func answer(_ start: StartScreen, on screen: any TerminalScreen) -> StartAnswer {
  var start = start
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
    let patience = screen.patience.map { max(0, $0 / .seconds(1) * 1000) } ?? -1
    poll(&polled, nfds_t(polled.count), Int32(patience))
  }
}
