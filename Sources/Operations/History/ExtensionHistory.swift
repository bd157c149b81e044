package import Extensions
package import KubernetesAPI
import Packages
package import Platform

/// The known past of one installation, newest first, and how each entry is known.
///
/// KubeSphere keeps ten states and no configs. The rest is assembled from this computer's history, from the annotations
/// that ksx sets on the object, from helm's revisions, from the states, and from the managers of the object's fields.
/// What none of these records is not guessed.
package struct ExtensionHistory: Hashable, Sendable {
  package private(set) var entries: [Entry] = []
  /// What could not be read, and why.
  package var gaps: [Sentence]
  /// The releases that ran, as the cluster records them besides the installation, oldest first.
  package private(set) var deployed: [DeployedRelease] = []
  /// The configs that this computer has written, as texts.
  let written: WrittenConfigs
  /// What the installation asks for now; `nil` if nothing is installed, or it was not read.
  private(set) var present: PresentRequest?

  /// How an entry is known.
  package enum Source: String, Sendable {
    case thisComputer = "here"
    case annotation
    case helm
    case states
    case fields
  }

  /// A change or a state of the past.
  package struct Entry: Hashable, Sendable {
    /// RFC 3339, or empty if it is not known.
    package var time: String
    /// Who made the change, or that this is not recorded.
    package var who: Sentence
    package var what: String
    /// The version that was asked for, or empty.
    package var version = ""
    /// The fingerprint of the config that was asked for, or empty.
    package var digest = ""
    /// How the change ended, or empty if that is not known.
    package var outcome: Sentence = ""
    /// Whether it reached Installed; `nil` if that is not known.
    package var wasInstalled: Bool?
    package var reason = ""
    package var source: Source
    /// The release before the change, if it is known.
    package var former: HistoryLine.Release?
    /// The whole spec before and after, if ksx made the change on this computer.
    package var specs: SpecChange?
    /// The version before the change if nothing else is known of that time, or empty.
    var formerVersion = ""
  }

  /// The specs of an installation before and after a change; `nil` if nothing was installed.
  package struct SpecChange: Hashable, Sendable {
    package var before: RequestedSpec?
    package var after: RequestedSpec?
  }

  /// The records from which the past is assembled.
  package struct Sources: Hashable, Sendable {
    package var lines: [HistoryLine] = []
    package var installation: Installation?
    package var releases: [HelmRelease] = []
    /// The record that a standalone backend keeps of what it has applied.
    package var record: Object?
    package var gaps: [Sentence] = []

    package init(
      lines: [HistoryLine], installation: Installation? = nil, releases: [HelmRelease] = [], gaps: [Sentence] = []
    ) {
      self.lines = lines
      self.installation = installation
      self.releases = releases
      self.gaps = gaps
    }
  }

  package init(_ sources: Sources) {
    gaps = sources.gaps
    written = WrittenConfigs(sources.lines)
    deployed = sources.installation.map { DeployedRelease.all(sources.releases, sources.record, of: $0) } ?? []
    var known = Self.own(sources.lines)
    if let installation = sources.installation {
      // If the cluster stores the config as an object, its original text is not known.
      let isText = installation.configForm == .text
      if let entry = Self.annotated(installation), !known.contains(where: { $0.isSame(as: entry, digests: isText) }) {
        known.append(entry)
      }
      for entry in Self.fields(of: installation, known) where !Self.name(entry, in: &known) { known.append(entry) }
    }
    known.sort { $0.time < $1.time }
    for release in sources.releases { Self.fold(release, into: &known) }
    known.sort { $0.time < $1.time }
    if let installation = sources.installation {
      Self.fold(installation.history, into: &known)
      Self.explain(installation, &known)
    }
    known.sort { $0.time < $1.time }
    Self.linkVersions(&known)
    entries = known.reversed()
    present = sources.installation.map(asked(by:))
  }
}

// The sources, each by itself.
extension ExtensionHistory {
  private static func own(_ lines: [HistoryLine]) -> [Entry] {
    var entries: [Entry] = []
    for (position, line) in lines.enumerated() {
      switch line.event {
      case .change(let words, let former):
        // A console that sees a change records it too; a change that has an answer was sent by this ksx, and is
        // separate.
        let isSeen = position + 1 == lines.count || !lines[position + 1].event.isAnswer
        begin(words, line, from: former, isSeen: isSeen, &entries)
      case .outcome(let outcome, let version, let hash):
        // The end of a change may be recorded after the next change was made.
        let position = entries.lastIndex { $0.version.isEmpty || ($0.version == version && $0.digest == hash) }
        guard let position, !entries[position].isGivenUp else { continue }
        (entries[position].version, entries[position].digest) = (version, hash)
        entries[position].take(outcome)
      case .spec(let before, let after):
        if let last = entries.indices.last { entries[last].specs = SpecChange(before: before, after: after) }
      case .written: break
      }
    }
    return entries
  }

  /// Adds the change that `line` records, unless a console has seen what is there already.
  private static func begin(
    _ words: String, _ line: HistoryLine, from former: HistoryLine.Release?, isSeen: Bool, _ entries: inout [Entry]
  ) {
    if words == HistoryLine.cancel, let last = entries.indices.last { entries[last].giveUp() }
    let who: Sentence = line.by.isEmpty ? "this user" : author(line.by)
    var entry = Entry(
      time: line.time, who: who, what: words, reason: line.reason, source: .thisComputer, former: former)
    // What was seen has no answer that says which version was asked for.
    if line.isSeen, words.hasPrefix("version ") { entry.version = String(words.dropFirst("version ".count)) }
    if let last = entries.last, last.isSame(as: entry), last.outcome.isEmpty || isSeen { return }
    entries.append(entry)
  }

  /// The author of a change that no record names.
  private static let unknownAuthor: Sentence = "person not recorded"

  /// The name of an author, or that there is none.
  private static func author(_ name: String) -> Sentence {
    name == unknownAuthor.english ? unknownAuthor : Sentence(verbatim: name)
  }

  private static func annotated(_ installation: Installation) -> Entry? {
    guard let written = Authorship(installation) else { return nil }
    var entry = Entry(
      time: written.time, who: author(written.author.name), what: written.words, reason: written.author.reason,
      source: .annotation)
    // What another program has written since is not what was asked for then.
    let later = installation.specWriters.filter { $0.manager != "ksx" && $0.time > written.time }.flatMap(\.fields)
    if !later.contains("version") { entry.version = installation.version }
    if !later.contains("config") { entry.digest = ConfigHash.of(installation.config) }
    return entry
  }

  /// Managers of spec fields other than ksx.
  ///
  /// Only the last write of each is known.
  private static func fields(of installation: Installation, _ known: [Entry]) -> [Entry] {
    let last = installation.specWriters.max { $0.time < $1.time }
    return installation.specWriters.filter { $0.manager != "ksx" || known.isEmpty }.map { writer in
      var entry = Entry(
        time: writer.time, who: "by \(writer.manager), person not recorded", what: writer.sentence.english,
        source: .fields)
      // The version is the last thing that was written at all.
      if writer == last, writer.manager != "ksx", writer.fields == ["version"] { entry.version = installation.version }
      return entry
    }
  }

  /// Names the manager in the change that a console has seen it make; returns whether there is one.
  private static func name(_ entry: Entry, in known: inout [Entry]) -> Bool {
    guard let written = Timestamp.seconds(entry.time) else { return false }
    let position = known.lastIndex { other in
      other.who == unknownAuthor && Timestamp.seconds(other.time).map { (0...5).contains($0 - written) } == true
    }
    if let position { known[position].who = entry.who }
    return position != nil
  }

  /// A revision is the result of the change before it, or a change that only helm knows of.
  private static func fold(_ release: HelmRelease, into entries: inout [Entry]) {
    let position = entries.lastIndex { entry in
      entry.isChange && !entry.removes && entry.time <= release.time
        && VersionText(entry.version) == VersionText(release.chartVersion)
    }
    if let position, !entries[position].hasEnded,
      !entries[(position + 1)...].contains(where: { $0.time <= release.time && $0.isChange })
    {
      entries[position].take(release)
      return
    }
    if let position, entries[position].outcome.english.hasPrefix("Installed") == (release.status != "failed") { return }
    var entry = Entry(
      time: release.time, who: "person not recorded", what: "helm revision \(release.revision)",
      version: release.chartVersion, source: .helm)
    entry.take(release)
    entries.append(entry)
  }

  /// A state is the result of the last change before it.
  private static func fold(_ states: [Installation.Transition], into entries: inout [Entry]) {
    for state in states where !state.state.isBusy && state.state != .none {
      let position = entries.lastIndex { $0.time <= state.time && $0.isChange }
      // After an uninstall only its failure is a result.
      if let position, entries[position].removes, state.state != .uninstallFailed { continue }
      guard let position else {
        var entry = Entry(
          time: state.time, who: "the controllers", what: "state \(state.state.name)", source: .states)
        entry.wasInstalled = state.state == .installed
        entry.outcome = state.state.name
        entries.insert(entry, at: 0)
        continue
      }
      if !entries[position].hasEnded || entries[position].source == .states
        || entries[position].mayFollowFailure
      {
        entries[position].outcome = state.state.name
        entries[position].wasInstalled = state.state == .installed
      }
    }
  }
}

extension ExtensionHistory.Entry {
  /// The API server accepted the write; the result is not known.
  static let accepted: Sentence = "accepted"

  private static let cancelled: Sentence = "cancelled"

  /// Whether it is a change by itself: of a field manager it is mostly known only that it wrote some of its fields.
  var isChange: Bool { source != .fields || !version.isEmpty }

  /// Whether it uninstalled the installation.
  fileprivate var removes: Bool { [ChangeKind.uninstall, .forceDelete].contains { $0.row.words == what } }

  /// Whether it uninstalled the installation, as far as is known.
  var hasRemoved: Bool { removes && wasInstalled != false }

  /// Whether it is a cancellation that failed so far: the failure is the end of the cancelled change, and a later state
  /// is that of the cancellation.
  fileprivate var mayFollowFailure: Bool { what == HistoryLine.cancel && wasInstalled == false }

  /// Whether it is known what came of it.
  var hasEnded: Bool { !outcome.isEmpty && outcome != Self.accepted }

  /// Whether it was cancelled, so that later states are not its result.
  fileprivate var isGivenUp: Bool { outcome == Self.cancelled }

  fileprivate mutating func giveUp() {
    if outcome.isEmpty || outcome == Self.accepted, what != HistoryLine.cancel {
      (outcome, wasInstalled) = (Self.cancelled, false)
    }
  }

  /// Whether both record the same change: they have the same description, and almost the same time.
  fileprivate func isSame(as other: Self, digests areCompared: Bool = true) -> Bool {
    guard what == other.what, let own = Timestamp.seconds(time), let its = Timestamp.seconds(other.time) else {
      return false
    }
    // Someone else may have made the same kind of change within seconds, with another config.
    let isOther = areCompared && !digest.isEmpty && !other.digest.isEmpty && digest != other.digest
    return abs(own - its) <= (isOther ? 1 : 5)
  }

  fileprivate mutating func take(_ result: HistoryLine.Outcome) {
    switch result {
    case .accepted: outcome = Self.accepted
    case .refused(let why): (outcome, wasInstalled) = ("refused: \(why.shownWords)", false)
    case .notSent(let why): (outcome, wasInstalled) = ("not sent: \(why.shownWords)", false)
    case .unanswered(let why): outcome = "not answered: \(why.shownWords)"
    case .done where removes: outcome = "uninstalled"
    case .done: (outcome, wasInstalled) = ("Installed", true)
    case .failed(let why): (outcome, wasInstalled) = ("failed: \(why.shownWords)", false)
    }
  }

  fileprivate mutating func take(_ release: HelmRelease) {
    switch release.status {
    case "deployed", "superseded": (outcome, wasInstalled) = ("Installed, helm revision \(release.revision)", true)
    case "failed": (outcome, wasInstalled) = ("failed: \(release.summary.shownWords)", false)
    default: outcome = "helm: \(release.status)"
    }
  }
}
