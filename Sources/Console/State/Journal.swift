/// What the console has said, oldest first.
struct Journal: Hashable, Sendable {
  enum Tone: Hashable, Sendable {
    case note, good, warning, error

    /// The style of a theme for it.
    var style: String {
      switch self {
      case .note: "status"
      case .good: "status.ok"
      case .warning: "status.warning"
      case .error: "status.error"
      }
    }
  }

  struct Entry: Hashable, Sendable {
    var moment: Moment
    var tone: Tone
    var text: String
    /// How often it was said in a row.
    var count = 1
  }

  private(set) var entries: [Entry] = []
  /// What a person has gone on from is no longer in the status line.
  private var isRead = false
  /// A message stays in the status line for this many seconds, whatever is typed.
  static let readingTime = 3.0

  /// What the status line shows.
  var latest: Entry? { isRead ? nil : entries.last }

  /// Somebody pressed a key.
  mutating func goOn(at moment: Moment) {
    if let last = entries.last, moment - last.moment > Self.readingTime { isRead = true }
  }
  /// More are forgotten, the oldest first.
  static let capacity = 500

  /// Adds a message; the same one again is counted.
  mutating func say(_ tone: Tone, _ text: String, at moment: Moment) {
    isRead = false
    let text = text.split(whereSeparator: \.isNewline).joined(separator: " ")
    if let last = entries.last, last.text == text, last.tone == tone {
      entries[entries.count - 1].count += 1
      entries[entries.count - 1].moment = moment
      return
    }
    entries.append(Entry(moment: moment, tone: tone, text: text))
    if entries.count > Self.capacity { entries.removeFirst(entries.count - Self.capacity) }
  }
}
