package import Extensions
package import KubernetesAPI
import Packages
package import Platform

/// What is known of one installation's past, newest first, and how it is known.
///
/// KubeSphere keeps ten states and no configs. The rest is put together here: from this computer's history, from what
/// ksx wrote on the object, from helm's revisions, from the states and from who owns the object's fields. What none of
/// them says is not guessed.
package struct Chronicle: Hashable, Sendable {
  package private(set) var entries: [Entry] = []
  /// What could not be read, and why.
  package var gaps: [Sentence]
  /// The releases that ran, as the cluster keeps them beside the installation, oldest first.
  package private(set) var deployed: [DeployedRelease] = []
  /// The configs as they were written here.
  let written: WrittenConfigs
  /// `nil` if nothing is installed, or it was not read.
  private(set) var present: Asked?

  /// How something is known.
  package enum Source: String, Sendable {
    case thisComputer = "here"
    case annotation
    case helm
    case states
    case fields
  }

  /// Something that happened.
  package struct Entry: Hashable, Sendable {
    /// RFC 3339, or empty where it is not known.
    package var time: String
    /// Who did it, or that the person is not recorded.
    package var who: Sentence
    package var what: String
    /// The version that was asked for, or empty.
    package var version = ""
    /// The fingerprint of the config that was asked for, or empty.
    package var digest = ""
    /// What came of it, or empty where that is not known.
    package var outcome: Sentence = ""
    /// It reached Installed; `nil` where that is not known.
    package var wasInstalled: Bool?
    package var reason = ""
    package var source: Source
    /// The release that there was before, where that is known.
    package var former: HistoryLine.Release?
    /// All that was asked for before and after, where ksx made the change here.
    package var specs: SpecChange?
    /// The version that was asked for before, where no more than that is known, or empty.
    var formerVersion = ""
  }

  /// What an installation asked for before a change and after it; `nil` is that there was none.
  package struct SpecChange: Hashable, Sendable {
    package var before: RequestedSpec?
    package var after: RequestedSpec?
  }

  /// What the past is put together from.
  package struct Sources: Hashable, Sendable {
    package var lines: [HistoryLine] = []
    package var installation: Installation?
    package var releases: [HelmRelease] = []
    /// Where a standalone backend keeps what it has applied.
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
      // How a config was written is not known where it is kept as an object.
      let isText = installation.configForm == .text
      if let entry = Self.annotated(installation), !known.contains(where: { $0.isSame(as: entry, digests: isText) }) {
        known.append(entry)
      }
      known += Self.fields(of: installation, known)
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

// Each source by itself.
extension Chronicle {
  private static func own(_ lines: [HistoryLine]) -> [Entry] {
    var entries: [Entry] = []
    for (place, line) in lines.enumerated() {
      switch line.event {
      case .change(let words, let former):
        if words == HistoryLine.cancel, let last = entries.indices.last { entries[last].giveUp() }
        let who: Sentence = line.by.isEmpty ? "this user" : author(line.by)
        let entry = Entry(
          time: line.time, who: who, what: words, reason: line.reason, source: .thisComputer, former: former)
        // A console that sees a change notes it too; what was answered is a change of its own.
        let isSeen = place + 1 == lines.count || !lines[place + 1].event.isAnswer
        if let last = entries.last, last.isSame(as: entry), last.outcome.isEmpty || isSeen { continue }
        entries.append(entry)
      case .outcome(let outcome, let version, let hash):
        // Who waits for a change may hear of its end after another was made.
        let place = entries.lastIndex { $0.version.isEmpty || ($0.version == version && $0.digest == hash) }
        guard let place, !entries[place].isGivenUp else { continue }
        entries[place].version = version
        entries[place].digest = hash
        entries[place].take(outcome)
      case .spec(let before, let after):
        if let last = entries.indices.last { entries[last].specs = SpecChange(before: before, after: after) }
      case .written: break
      }
    }
    return entries
  }

  /// A name, or that there is none.
  private static func author(_ name: String) -> Sentence {
    name == "person not recorded" ? "person not recorded" : Sentence(verbatim: name)
  }

  private static func annotated(_ installation: Installation) -> Entry? {
    guard let written = Authorship(installation) else { return nil }
    var entry = Entry(
      time: written.time, who: author(written.author.name), what: written.words, reason: written.author.reason,
      source: .annotation)
    entry.version = installation.version
    entry.digest = ConfigHash.of(installation.config)
    return entry
  }

  /// Writers of the spec besides ksx, whose last write is dated; of those before it nothing is known.
  private static func fields(of installation: Installation, _ known: [Entry]) -> [Entry] {
    installation.writers.compactMap { writer in
      guard writer.manager != "ksx" || known.isEmpty else { return nil }
      let words = ["extension": "version", "config": "config", "enabled": "enabled", "clusterScheduling": "placement"]
      let written = writer.fields.compactMap { words[$0] }.sorted()
      if written.isEmpty { return nil }
      return Entry(
        time: writer.time, who: "by \(writer.manager), person not recorded",
        what: "wrote \(written.joined(separator: ", "))", source: .fields)
    }
  }

  /// A revision is what came of the change before it, or something that only helm knows of.
  private static func fold(_ release: HelmRelease, into entries: inout [Entry]) {
    let place = entries.lastIndex { entry in
      entry.source != .fields && !entry.removes && entry.time <= release.time
        && VersionText(entry.version) == VersionText(release.chartVersion)
    }
    if let place, entries[place].outcome.isEmpty || entries[place].outcome == Entry.accepted,
      !entries[(place + 1)...].contains(where: { $0.time <= release.time && $0.source != .fields })
    {
      entries[place].take(release)
      return
    }
    if let place, entries[place].outcome.english.hasPrefix("Installed") == (release.status != "failed") { return }
    var entry = Entry(
      time: release.time, who: "person not recorded", what: "helm revision \(release.revision)",
      version: release.chartVersion, source: .helm)
    entry.take(release)
    entries.append(entry)
  }

  /// A state is what came of the last change before it.
  private static func fold(_ states: [Installation.Transition], into entries: inout [Entry]) {
    for state in states where !state.state.isBusy && state.state != .none {
      let place = entries.lastIndex { $0.time <= state.time && $0.source != .fields }
      // What was uninstalled came to nothing else.
      if let place, entries[place].removes, state.state != .uninstallFailed { continue }
      guard let place else {
        var entry = Entry(
          time: state.time, who: "the controllers", what: "state \(state.state.name)", source: .states)
        entry.wasInstalled = state.state == .installed
        entry.outcome = state.state.name
        entries.insert(entry, at: 0)
        continue
      }
      if entries[place].outcome.isEmpty || entries[place].outcome == Entry.accepted || entries[place].source == .states
      {
        entries[place].outcome = state.state.name
        entries[place].wasInstalled = state.state == .installed
      }
    }
  }
}

// What the entries say of each other.
extension Chronicle {
  /// The state of the newest says why, as long as it lasts.
  private static func explain(_ installation: Installation, _ entries: inout [Entry]) {
    guard installation.observed.state.isFailure, !installation.message.isEmpty,
      let last = entries.lastIndex(where: { $0.source != .fields }),
      entries[last].outcome == installation.observed.state.name
    else { return }
    entries[last].outcome = "failed: \(installation.reason)"
  }

  /// A version that was asked for took the place of the one before it.
  private static func linkVersions(_ entries: inout [Entry]) {
    var version = ""
    for index in entries.indices where entries[index].source != .fields && !entries[index].version.isEmpty {
      entries[index].formerVersion = entries[index].former?.version ?? version
      version = entries[index].version
    }
  }
}

extension Chronicle.Entry {
  /// The cluster has taken the write; what came of it is not known.
  static let accepted: Sentence = "accepted"

  private static let cancelled: Sentence = "cancelled"

  /// It took the installation away.
  fileprivate var removes: Bool { [ChangeKind.uninstall, .forceDelete].contains { $0.row.words == what } }

  /// It was ended before it was done, and what came afterwards is not what came of it.
  fileprivate var isGivenUp: Bool { outcome == Self.cancelled }

  fileprivate mutating func giveUp() {
    if outcome.isEmpty || outcome == Self.accepted, what != HistoryLine.cancel {
      (outcome, wasInstalled) = (Self.cancelled, false)
    }
  }

  /// The same change, told twice: one write has one time and one description.
  fileprivate func isSame(as other: Self, digests areCompared: Bool = true) -> Bool {
    guard what == other.what, let own = Timestamp.seconds(time), let its = Timestamp.seconds(other.time) else {
      return false
    }
    // Another may do the same a few seconds later, with another config.
    let isOther = areCompared && !digest.isEmpty && !other.digest.isEmpty && digest != other.digest
    return abs(own - its) <= (isOther ? 1 : 5)
  }

  fileprivate mutating func take(_ result: HistoryLine.Outcome) {
    switch result {
    case .accepted: outcome = Self.accepted
    case .refused(let why): (outcome, wasInstalled) = ("refused: \(why)", false)
    case .done where removes: outcome = "uninstalled"
    case .done: (outcome, wasInstalled) = ("Installed", true)
    case .failed(let why): (outcome, wasInstalled) = ("failed: \(why)", false)
    }
  }

  fileprivate mutating func take(_ release: HelmRelease) {
    switch release.status {
    case "deployed", "superseded": (outcome, wasInstalled) = ("Installed, helm revision \(release.revision)", true)
    case "failed": (outcome, wasInstalled) = ("failed: \(release.summary.shownLines.joined(separator: " "))", false)
    default: outcome = "helm: \(release.status)"
    }
  }
}

extension HistoryLine.Event {
  /// The cluster has taken the write before it, or has not.
  fileprivate var isAnswer: Bool {
    switch self {
    case .outcome(.accepted, _, _), .outcome(.refused, _, _): true
    default: false
    }
  }
}
