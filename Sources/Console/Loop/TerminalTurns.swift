import Glibc
import Terminal

/// A queue of credential plugins that need the terminal.
///
/// A plugin runs in a task of its own; the thread that owns the screen lends it the terminal and waits.
package final class TerminalTurns: Sendable {
  private struct Turn: Mail {
    var begin: CheckedContinuation<Void, Never>
    var end: Mailbox<End>
  }

  /// Reports that a plugin no longer needs the terminal.
  private struct End: Mail {}

  private let waiting = Mailbox<Turn>()

  /// A queue without waiting plugins.
  package init() {}

  /// Readable while a plugin waits.
  var descriptor: Int32 { waiting.descriptor }

  /// Runs `body` when the terminal is available.
  package func lend(to body: @Sendable () async -> Void) async {
    let end = Mailbox<End>()
    await withCheckedContinuation { waiting.post(Turn(begin: $0, end: end)) }
    await body()
    end.post(End())
  }

  /// Lends `screen` to all waiting plugins, one after another; returns `false` if there are none.
  func giveAway(_ screen: any TerminalScreen) -> Bool {
    let turns = waiting.take()
    guard !turns.isEmpty else { return false }
    screen.lend {
      for turn in turns {
        turn.begin.resume()
        while turn.end.take().isEmpty {
          var polled = [pollfd(fd: turn.end.descriptor, events: Int16(POLLIN), revents: 0)]
          poll(&polled, 1, -1)
        }
      }
    }
    return true
  }
}
