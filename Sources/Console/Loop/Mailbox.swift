import Client
import Glibc
import Platform

/// A message that can be put into a mailbox.
///
/// A message replaces unread messages with the same subject. So a slow reader receives the latest state of everything,
/// and the mailbox is bounded by the number of subjects, not by the rate of changes.
package protocol Mail: Sendable {
  /// What the message is about; `nil` if it must not be replaced.
  var subject: MailSubject? { get }
}

extension Mail {
  package var subject: MailSubject? { nil }
}

/// What a message is about.
package struct MailSubject: Hashable, Sendable {
  /// A collection, or something of which there is only one.
  var topic: String
  /// An object of the collection; `nil` for the whole collection, which replaces messages about its objects.
  var object: String?

  /// The subject for `object`, or for all of `topic`.
  package init(_ topic: String, _ object: String? = nil) {
    self.topic = topic
    self.object = object
  }
}

/// A queue of messages to the console, from any task.
///
/// It contains the only lock between network and screen. A byte is in the pipe exactly while there are messages, so
/// that the loop can wait for keys and messages with one call.
package final class Mailbox<Message: Mail>: Sendable {
  /// Readable while there are messages.
  package let descriptor: Int32
  /// The end of the pipe that is written to.
  private let bell: Int32
  private let box = Locked(Box<Message>())

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

  /// Adds `message` and wakes up the reader.
  package func post(_ message: Message) {
    box.withLock { box in
      // Written under the lock: a byte that is written after `take` would make the next wait return without a message.
      if box.isEmpty { _ = write(bell, "!", 1) }
      box.put(message)
    }
  }

  /// Removes and returns all messages in order, without those that were replaced.
  package func take() -> [Message] {
    box.withLock { box in
      guard !box.isEmpty else { return [] }
      var byte: UInt8 = 0
      _ = read(descriptor, &byte, 1)
      return box.empty()
    }
  }

  /// The number of slots in use, including those of replaced messages.
  var slotCount: Int { box.withLock { $0.slotCount } }
}

/// The unread messages, only the latest for each subject.
private struct Box<Message: Mail> {
  /// In order; `nil` for a message that was replaced.
  private var slots: [Message?] = []
  /// The index of the latest message of each subject, by topic.
  private var latest: [String: [String?: Int]] = [:]
  private var replacedCount = 0

  var isEmpty: Bool { slots.isEmpty }
  var slotCount: Int { slots.count }

  mutating func put(_ message: Message) {
    if let subject = message.subject {
      supersede(subject)
      latest[subject.topic, default: [:]][subject.object] = slots.count
    }
    slots.append(message)
    if replacedCount > 64, replacedCount > slots.count / 2 { compact() }
  }

  mutating func empty() -> [Message] {
    defer { self = Box() }
    return slots.compactMap { $0 }
  }

  private mutating func supersede(_ subject: MailSubject) {
    if subject.object == nil {
      for slot in (latest.removeValue(forKey: subject.topic) ?? [:]).values { forget(slot) }
    } else if let slot = latest[subject.topic]?.removeValue(forKey: subject.object) {
      forget(slot)
    }
  }

  private mutating func forget(_ slot: Int) {
    slots[slot] = nil
    replacedCount += 1
  }

  /// Removes the empty slots.
  private mutating func compact() {
    let rest = slots.compactMap { $0 }
    self = Box()
    for (slot, message) in rest.enumerated() {
      if let subject = message.subject { latest[subject.topic, default: [:]][subject.object] = slot }
    }
    slots = rest
  }
}
