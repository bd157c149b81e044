import Operations
import Platform
import Terminal

/// The console's messages: all of them for the messages page, and those still shown below the list.
///
/// An *answer* is the reply to a key and disappears with the next key. An *announcement*, such as the end of an
/// operation, arrives without a key and stays until the user has seen it. A message that is only *recorded*, such as
/// the state of the connection, is shown elsewhere on the screen.
struct MessageLog: Hashable, Sendable {
  enum Tone: Hashable, Sendable {
    case note, good, warning, error

    /// The style of the tone in themes.
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
    /// The extension that the message is about.
    var subject: String?
    /// How many times in a row the message was recorded.
    var count = 1
  }

  private struct Announcement: Hashable, Sendable {
    var entry: Entry
    /// When it was first on the screen.
    var shown: ClockReading?
  }

  private(set) var entries: [Entry] = []
  private(set) var answer: Entry?
  private var unseen: [Announcement] = []

  /// The maximum number of entries; older ones are dropped.
  static let capacity = 500
  /// The maximum length in characters, because a server may answer with a whole page.
  static let longest = 4000
  /// In seconds: an announcement is shown for at least this long, whatever the user types.
  static let readingTime = 3.0

  /// The announcements that have not been seen yet, newest first.
  var announcements: [Entry] { unseen.reversed().map(\.entry) }

  /// Answers a key.
  mutating func answer(_ tone: Tone, _ text: String, about subject: String? = nil, at moment: ClockReading) {
    answer = record(tone, text, about: subject, at: moment)
  }

  /// Shows `text` until the user has seen it, in place of earlier announcements about the same extension.
  mutating func announce(_ tone: Tone, _ text: String, about subject: String? = nil, at moment: ClockReading) {
    let entry = record(tone, text, about: subject, at: moment)
    if let subject {
      if answer?.subject == subject { answer = nil }
      forget(subject)
    }
    unseen.removeAll { $0.entry.text == entry.text }
    unseen.append(Announcement(entry: entry))
    if unseen.count > 20 { unseen.removeFirst() }
  }

  /// Removes the answer because the screen that gave it is closed.
  mutating func dropAnswer() { answer = nil }

  /// Adds a message to the messages page; a repetition of the last one only increases its count.
  @discardableResult
  mutating func record(_ tone: Tone, _ text: String, about subject: String? = nil, at moment: ClockReading) -> Entry {
    let cleaned = CredentialText.removed(from: String(text.prefix(Self.longest)))
    let text = cleaned.split(whereSeparator: \.isNewline).joined(separator: " ")
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

  /// Replaces the last message with the text `former` once better information is available.
  mutating func reword(_ former: String, _ text: String) {
    guard let position = entries.lastIndex(where: { $0.text == former }) else { return }
    entries[position].text = text
  }

  /// Removes the announcements about an extension because they no longer apply.
  mutating func forget(_ subject: String) {
    unseen.removeAll { $0.entry.subject == subject }
  }

  /// Records when the announcements were first drawn.
  mutating func markShown(at moment: ClockReading) {
    for index in unseen.indices where unseen[index].shown == nil { unseen[index].shown = moment }
  }

  /// Removes the last answer and the announcements that were shown long enough, because the user pressed a key.
  mutating func keyPressed(at moment: ClockReading) {
    answer = nil
    unseen.removeAll { announcement in announcement.shown.map { moment - $0 > Self.readingTime } ?? false }
  }

  /// Marks all announcements as seen, because the messages page shows them.
  mutating func markAllSeen() { unseen = [] }

  /// When the age beside an announcement next changes.
  func nextChange(after now: ClockReading) -> ClockReading? {
    unseen.map { announcement in
      let moment = announcement.entry.moment
      let step = now - moment < 3600 ? 60.0 : 3600.0
      return moment + (((now - moment) / step).rounded(.down) + 1) * step
    }.min()
  }
}

extension String {
  /// The text up to the first full stop that a blank follows.
  fileprivate var firstSentence: String {
    var rest = utf8.startIndex
    while let stop = utf8[rest...].firstIndex(of: UInt8(ascii: ".")) {
      let after = utf8.index(after: stop)
      if after < utf8.endIndex, utf8[after] == UInt8(ascii: " ") { return String(self[..<after]) }
      rest = after
    }
    return self
  }
}

extension ConsoleState {
  /// The largest number of rows for messages.
  static let messageLimit = 6

  /// The messages above the key hints, in lines of the screen's width: the answer, then the announcements.
  ///
  /// If there are none, the reason why the connection is lost, unless the screen already shows it.
  private var allMessageLines: [Line] {
    var lines = messageLog.answer.map { Line($0.text, $0.tone.style).wrapped(to: size.columns - 2) } ?? []
    for announcement in messageLog.announcements {
      let age = now - announcement.moment
      let remark = age < 60 ? "" : words("{0} ago", words.duration(age))
      let text = words.text(announcement.text, remark: remark)
      lines += Line(text, announcement.tone.style).wrapped(to: size.columns - 2)
    }
    if lines.isEmpty, !saysLossElsewhere, case .stale(let reason) = connection.state, connection.refusal == nil,
      market.isFilled
    {
      let whole = Line(reason, .statusWarning).wrapped(to: size.columns - 2)
      // The first sentence gets one row; the messages page shows the rest.
      lines = whole.count == 1 ? whole : [Line(reason.firstSentence.truncated(to: size.columns - 2), .statusWarning)]
    }
    return lines
  }

  /// Whether a plan on the screen already says that the cluster cannot be reached.
  private var saysLossElsewhere: Bool {
    submissions.values.contains { $0.refusal != nil }
      || dryRuns.values.contains(where: \.isUnavailable)
  }

  /// The rows available for messages; on a small screen the list keeps most of the rows.
  private var messageRoom: Int { max(1, min(Self.messageLimit, size.rows / 4)) }

  /// The message lines that are shown.
  var messageLines: [Line] {
    let lines = allMessageLines
    guard lines.count > messageRoom else { return lines }
    var shown = Array(lines.prefix(messageRoom))
    shown[messageRoom - 1] = Line(
      shown[messageRoom - 1].text.truncated(to: size.columns - 4) + " …", shown[messageRoom - 1].spans[0].style)
    return shown
  }

  /// Whether some of the messages do not fit.
  var isMessageCut: Bool { allMessageLines.count > messageRoom }

  /// The rows that the messages and the line being typed take; zero if there are none.
  var messageRows: Int { messageLines.count + typedRows }

  /// The rows of the line being typed and of its grammar.
  var typedRows: Int { isLineTyped ? 1 + grammarLines.count : 0 }

  /// The grammar in lines of the screen's width; empty on small screens.
  var grammarLines: [Line] {
    guard isLineTyped, let grammar, size.rows >= 20 else { return [] }
    return Line(words(grammar), .dim).wrapped(to: size.columns - 2)
  }
}
