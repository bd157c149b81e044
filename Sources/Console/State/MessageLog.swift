import Terminal

/// What the console says: all of it for the messages page, and by rank what still stands on the screen.
///
/// An *answer* belongs to the key that asked for it and goes with the next one. The *end* of an operation, or anything
/// else that the user has not asked for just now, stays until it was seen. What is only *recorded*, such as the state of
/// the connection, has its place elsewhere on the screen.
struct MessageLog: Hashable, Sendable {
  enum Tone: Hashable, Sendable {
    case note, good, warning, error

    /// The style of a theme for it.
    var style: StyleName {
      switch self {
      case .note: .status
      case .good: .statusOK
      case .warning: .statusWarning
      case .error: .statusError
      }
    }
  }

  struct Entry: Hashable, Sendable {
    var moment: ClockReading
    var tone: Tone
    var text: String
    /// The extension it is about.
    var subject: String?
    /// How often it was said in a row.
    var count = 1
  }

  private struct End: Hashable, Sendable {
    var entry: Entry
    /// When it was first on the screen.
    var shown: ClockReading?
  }

  private(set) var entries: [Entry] = []
  private(set) var answer: Entry?
  private var unseen: [End] = []

  /// More are forgotten, the oldest first.
  static let capacity = 500
  /// What no user has asked for stays for this many seconds at least, whatever is typed.
  static let readingTime = 3.0

  /// The ends that were not seen yet, the newest first.
  var ends: [Entry] { unseen.reversed().map(\.entry) }

  /// Answers a key.
  mutating func answer(_ tone: Tone, _ text: String, about subject: String? = nil, at moment: ClockReading) {
    answer = record(tone, text, about: subject, at: moment)
  }

  /// Says what stays until it was seen; it takes the place of what was said of the same extension.
  mutating func announce(_ tone: Tone, _ text: String, about subject: String? = nil, at moment: ClockReading) {
    let entry = record(tone, text, about: subject, at: moment)
    if let subject {
      if answer?.subject == subject { answer = nil }
      forget(subject)
    }
    unseen.removeAll { $0.entry.text == entry.text }
    unseen.append(End(entry: entry))
    if unseen.count > 20 { unseen.removeFirst() }
  }

  /// Keeps a message for the messages page; the same one again is counted.
  @discardableResult
  mutating func record(_ tone: Tone, _ text: String, about subject: String? = nil, at moment: ClockReading) -> Entry {
    let text = text.split(whereSeparator: \.isNewline).joined(separator: " ")
    var entry = Entry(moment: moment, tone: tone, text: text, subject: subject)
    if let last = entries.last, last.text == text, last.tone == tone {
      entry.count = last.count + 1
      entries[entries.count - 1] = entry
      return entry
    }
    entries.append(entry)
    if entries.count > Self.capacity { entries.removeFirst(entries.count - Self.capacity) }
    return entry
  }

  /// The extension is not what it was any more: what was said of it is history.
  mutating func forget(_ subject: String) {
    unseen.removeAll { $0.entry.subject == subject }
  }

  /// Everything that can be seen was on the screen at `moment`.
  mutating func wasShown(at moment: ClockReading) {
    for index in unseen.indices where unseen[index].shown == nil { unseen[index].shown = moment }
  }

  /// The user pressed a key: what was asked for is answered, and what stood there long enough was seen.
  mutating func goOn(at moment: ClockReading) {
    answer = nil
    unseen.removeAll { end in end.shown.map { moment - $0 > Self.readingTime } ?? false }
  }

  /// The messages page shows everything.
  mutating func wereSeen() { unseen = [] }

  /// When the age of what is on the screen reads differently.
  func nextChange(after now: ClockReading) -> ClockReading? {
    unseen.map { end in
      let step = now - end.entry.moment < 3600 ? 60.0 : 3600.0
      return end.entry.moment + (((now - end.entry.moment) / step).rounded(.down) + 1) * step
    }.min()
  }
}

extension ConsoleState {
  /// The rows of the message zone at most.
  static let messageLimit = 6

  /// What stands above the keys, in lines of the screen's width: the answer, then what ended, then the connection.
  var messageLines: [Line] {
    var lines = messageLog.answer.map { Line($0.text, $0.tone.style).wrapped(to: size.columns - 2) } ?? []
    for end in messageLog.ends {
      let age = now - end.moment
      let text = age < 60 ? end.text : "\(end.text) (\(duration(age)) ago)"
      lines += Line(text, end.tone.style).wrapped(to: size.columns - 2)
    }
    if lines.isEmpty, case .stale(let reason) = connection.state, banner == nil {
      lines = [Line(reason, .statusError)]
    }
    // The list below is what the user came for: a small screen keeps most of its rows.
    let room = max(1, min(Self.messageLimit, size.rows / 4))
    return lines.count > room ? Array(lines.prefix(room - 1)) + [Line("… m shows everything", .status)] : lines
  }

  /// How many rows the messages take; one is always kept for them.
  var messageRows: Int { max(1, messageLines.count) }
}
