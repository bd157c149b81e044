import Operations
import Platform
import Terminal

/// The console's messages: all of them for the messages page, and those that are still shown below the list.
///
/// An *answer* is the reply to a key and goes with the next one. An *announcement*, such as the end of an operation,
/// comes without a key and stays until it was seen. What is only *recorded*, such as the state of the connection, is
/// shown elsewhere on the screen.
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

  private struct Announcement: Hashable, Sendable {
    var entry: Entry
    /// When it was first on the screen.
    var shown: ClockReading?
  }

  private(set) var entries: [Entry] = []
  private(set) var answer: Entry?
  private var unseen: [Announcement] = []

  /// Entries beyond this number are dropped, the oldest first.
  static let capacity = 500
  /// A server may answer with a whole page: no user reads more of it than this.
  static let longest = 4000
  /// An announcement is shown for this many seconds at least, whatever is typed.
  static let readingTime = 3.0

  /// The announcements that were not seen yet, the newest first.
  var announcements: [Entry] { unseen.reversed().map(\.entry) }

  /// Answers a key.
  mutating func answer(_ tone: Tone, _ text: String, about subject: String? = nil, at moment: ClockReading) {
    answer = record(tone, text, about: subject, at: moment)
  }

  /// Shows `text` until it was seen, in place of earlier announcements about the same extension.
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

  /// The view that gave the answer is gone.
  mutating func dropAnswer() { answer = nil }

  /// Keeps a message for the messages page; one that repeats the last is counted.
  @discardableResult
  mutating func record(_ tone: Tone, _ text: String, about subject: String? = nil, at moment: ClockReading) -> Entry {
    let told = CredentialText.removed(from: String(text.prefix(Self.longest)))
    let text = told.split(whereSeparator: \.isNewline).joined(separator: " ")
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

  /// Replaces what was said last as `former` by what is known better now.
  mutating func reword(_ former: String, _ text: String) {
    guard let place = entries.lastIndex(where: { $0.text == former }) else { return }
    entries[place].text = text
  }

  /// Takes announcements about an extension off the screen, because they no longer hold.
  mutating func forget(_ subject: String) {
    unseen.removeAll { $0.entry.subject == subject }
  }

  /// Notes when the announcements were first drawn.
  mutating func markShown(at moment: ClockReading) {
    for index in unseen.indices where unseen[index].shown == nil { unseen[index].shown = moment }
  }

  /// A key was pressed: the last answer goes, and so do announcements that were shown for long enough.
  mutating func keyPressed(at moment: ClockReading) {
    answer = nil
    unseen.removeAll { announcement in announcement.shown.map { moment - $0 > Self.readingTime } ?? false }
  }

  /// The messages page was opened, which shows everything.
  mutating func markAllSeen() { unseen = [] }

  /// When the age beside an announcement changes next.
  func nextChange(after now: ClockReading) -> ClockReading? {
    unseen.map { announcement in
      let moment = announcement.entry.moment
      let step = now - moment < 3600 ? 60.0 : 3600.0
      return moment + (((now - moment) / step).rounded(.down) + 1) * step
    }.min()
  }
}

extension String {
  /// Up to the first full stop that a blank follows.
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
  /// The most rows that messages take.
  static let messageLimit = 6

  /// The messages above the key hints, in lines of the screen's width: the answer, then announcements; where there are
  /// none, why the connection is lost, unless the body says so already.
  private var allMessageLines: [Line] {
    var lines = messageLog.answer.map { Line($0.text, $0.tone.style).wrapped(to: size.columns - 2) } ?? []
    for announcement in messageLog.announcements {
      let age = now - announcement.moment
      let text = age < 60 ? announcement.text : "\(announcement.text) (\(words("{0} ago", words.duration(age))))"
      lines += Line(text, announcement.tone.style).wrapped(to: size.columns - 2)
    }
    if lines.isEmpty, !saysLossElsewhere, case .stale(let reason) = connection.state, connection.refusal == nil,
      market.isFilled
    {
      let whole = Line(reason, .statusWarning).wrapped(to: size.columns - 2)
      // What is lost and why takes a row; what to do about it is on the page of messages.
      lines = whole.count == 1 ? whole : [Line(reason.firstSentence.truncated(to: size.columns - 2), .statusWarning)]
    }
    return lines
  }

  /// What is on the screen about a change says already that the cluster cannot be reached.
  private var saysLossElsewhere: Bool {
    submissions.values.contains { $0.refusal != nil }
      || dryRuns.values.contains(where: \.isUnavailable)
  }

  /// The list below is what the user came for: a small screen keeps most of its rows.
  private var messageRoom: Int { max(1, min(Self.messageLimit, size.rows / 4)) }

  /// The lines that are shown.
  var messageLines: [Line] {
    let lines = allMessageLines
    guard lines.count > messageRoom else { return lines }
    var shown = Array(lines.prefix(messageRoom))
    shown[messageRoom - 1] = Line(
      shown[messageRoom - 1].text.truncated(to: size.columns - 4) + " …", shown[messageRoom - 1].spans[0].style)
    return shown
  }

  /// Something of the messages does not fit.
  var isMessageCut: Bool { allMessageLines.count > messageRoom }

  /// How many rows the messages take, and the line being typed: none where there is nothing to say.
  var messageRows: Int { messageLines.count + typedRows }

  /// The rows of a line that is typed, with what can be typed there.
  var typedRows: Int { isLineTyped ? 1 + grammarLines.count : 0 }

  /// What can be typed, in lines of the screen's width; a small screen keeps its rows.
  var grammarLines: [Line] {
    guard isLineTyped, let grammar, size.rows >= 20 else { return [] }
    return Line(words(grammar), .dim).wrapped(to: size.columns - 2)
  }
}
