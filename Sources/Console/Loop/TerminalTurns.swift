import Glibc
import Terminal

/// Credential plugins that want to ask on the terminal, each waiting for its turn.
///
/// A plugin runs on a task of its own; the thread that owns the screen gives it away and waits.
package final class TerminalTurns: Sendable {
  private struct Turn: Mail {
    var begin: CheckedContinuation<Void, Never>
    var end: Mailbox<End>
  }

  /// A plugin has done with the terminal.
  private struct End: Mail {}

  private let waiting = Mailbox<Turn>()

  /// A terminal for which no plugin waits.
  package init() {}

  /// Readable while a plugin waits.
  var descriptor: Int32 { waiting.descriptor }

  /// Runs `body` when the terminal is free for it.
  package func lend(to body: @Sendable () async -> Void) async {
    let end = Mailbox<End>()
    await withCheckedContinuation { waiting.post(Turn(begin: $0, end: end)) }
    await body()
    end.post(End())
  }

  /// Gives `screen` away to all that wait, one after the other; false when there are none.
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
