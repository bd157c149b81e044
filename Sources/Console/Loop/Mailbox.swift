import Client
import Glibc
import Platform

/// What can wait in a mailbox.
///
/// News of the same subject takes the place of older news that was not read yet: a slow reader gets the latest
/// state of everything, and what waits is bounded by what there is, not by how often it changes.
package protocol Mail: Sendable {
  /// What this is the news of; `nil` for what must arrive whatever comes after it.
  var subject: MailSubject? { get }
}

extension Mail {
  package var subject: MailSubject? { nil }
}

/// What a message is the news of.
package struct MailSubject: Hashable, Sendable {
  /// A collection, or what else there is one of.
  var topic: String
  /// One object of it; `nil` for the topic as a whole, whose news makes that of its objects old.
  var object: String?

  /// The news of `object`, or of all of `topic`.
  package init(_ topic: String, _ object: String? = nil) {
    self.topic = topic
    self.object = object
  }
}

/// Messages on their way to the console, from any task.
///
/// The only lock between the network and the screen is in here. One byte is in the pipe exactly
/// while there are messages, so that the loop can wait for the keyboard and for messages in one
/// call.
package final class Mailbox<Message: Mail>: Sendable {
  /// Readable while there are messages.
  package let descriptor: Int32
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

  /// Adds `message` and wakes the reader.
  package func post(_ message: Message) {
    box.withLock { box in
      // Rung under the lock: a byte written after `take` would make the next wait return for nothing.
      if box.isEmpty { _ = write(bell, "!", 1) }
      box.put(message)
    }
  }

  /// Everything posted since the last call, in order, without what newer news has made old.
  package func take() -> [Message] {
    box.withLock { box in
      guard !box.isEmpty else { return [] }
      var rung: UInt8 = 0
      _ = read(descriptor, &rung, 1)
      return box.empty()
    }
  }

  /// How much room is taken, read or not.
  var room: Int { box.withLock { $0.room } }
}

/// The messages that wait, each subject's latest only.
private struct Box<Message: Mail> {
  /// In order; `nil` where a newer message made one old.
  private var places: [Message?] = []
  /// Where the latest of each subject stands, by topic.
  private var latest: [String: [String?: Int]] = [:]
  private var holes = 0

  var isEmpty: Bool { places.isEmpty }
  var room: Int { places.count }

  mutating func put(_ message: Message) {
    if let subject = message.subject {
      supersede(subject)
      latest[subject.topic, default: [:]][subject.object] = places.count
    }
    places.append(message)
    if holes > 64, holes > places.count / 2 { close() }
  }

  mutating func empty() -> [Message] {
    defer { self = Box() }
    return places.compactMap { $0 }
  }

  private mutating func supersede(_ subject: MailSubject) {
    if subject.object == nil {
      for place in (latest.removeValue(forKey: subject.topic) ?? [:]).values { forget(place) }
    } else if let place = latest[subject.topic]?.removeValue(forKey: subject.object) {
      forget(place)
    }
  }

  private mutating func forget(_ place: Int) {
    places[place] = nil
    holes += 1
  }

  /// Moves what is left together.
  private mutating func close() {
    let rest = places.compactMap { $0 }
    self = Box()
    for (place, message) in rest.enumerated() {
      if let subject = message.subject { latest[subject.topic, default: [:]][subject.object] = place }
    }
    places = rest
  }
}
