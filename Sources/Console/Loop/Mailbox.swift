import Client
import Glibc
import Platform

/// Messages on their way to the console, from any task.
///
/// The only lock between the network and the screen is in here. One byte is in the pipe exactly
/// while there are messages, so that the loop can wait for the keyboard and for messages in one
/// call.
package final class Mailbox<Message: Sendable>: Sendable {
  /// Readable while there are messages.
  package let descriptor: Int32
  private let bell: Int32
  private let messages = Locked<[Message]>([])

  /// An empty mailbox.
  package init() {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { fatalError("no file descriptor is left for the mailbox") }
    for end in ends {
      _ = fcntl(end, F_SETFL, O_NONBLOCK)
      _ = fcntl(end, F_SETFD, FD_CLOEXEC)
    }
    (descriptor, bell) = (ends[0], ends[1])
  }

  deinit {
    close(descriptor)
    close(bell)
  }

  /// Adds `message` and wakes whoever waits.
  package func post(_ message: Message) {
    messages.withLock { messages in
      // Rung under the lock: a byte written after `take` would make the next wait return for nothing.
      if messages.isEmpty { _ = write(bell, "!", 1) }
      messages.append(message)
    }
  }

  /// Everything posted since the last call, in order.
  package func take() -> [Message] {
    messages.withLock { messages in
      guard !messages.isEmpty else { return [] }
      var rung: UInt8 = 0
      _ = read(descriptor, &rung, 1)
      defer { messages = [] }
      return messages
    }
  }
}
