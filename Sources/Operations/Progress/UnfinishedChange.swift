package import Extensions
package import Platform

/// A change sent from this computer whose end no ksx has recorded: the connection was lost, or the console was closed.
package struct UnfinishedChange: Hashable, Sendable {
  package var `extension`: String
  /// `upgrade to 1.1.0`.
  package var words: String
  /// When it was sent, RFC 3339.
  package var time: String
  package var end: End
  private var version: String
  private var configHash: String

  package enum End: Hashable, Sendable {
    case done
    case failed(String)
    case underWay
    /// No answer was heard, and the cluster shows nothing of it.
    case notSeen
    /// No answer was heard, and another change has been made since.
    case notKnown
  }

  /// The changes in `lines` that `author` made and that have no end there, with their end according to `installations`.
  package static func all(
    _ lines: [HistoryLine], by author: String, _ installations: Installations
  ) -> [UnfinishedChange] {
    Dictionary(grouping: lines, by: \.extension).sorted { $0.key < $1.key }.compactMap { name, lines in
      guard let start = lines.lastIndex(where: { $0.isChange && !$0.isSeen }), lines[start].isBy(author),
        case .change(let words, _) = lines[start].event,
        // Another window may have seen this change; any other that was seen came after it.
        !lines[(start + 1)...].contains(where: { $0.isChange && !$0.isBy(author) })
      else { return nil }
      let installation = installations.of(name)
      let outcomes = lines[(start + 1)...].compactMap { line -> PresentRequest? in
        guard case .outcome(let outcome, let version, let hash) = line.event else { return nil }
        return PresentRequest(outcome: outcome, version: version, hash: hash)
      }
      let asked = outcomes.last ?? PresentRequest(outcome: .unanswered(""), version: "", hash: "")
      let end: End? =
        switch asked.outcome {
        case .accepted: self.end(words, asked.version, installation)
        case .unanswered: self.end(ofUnanswered: lines[start], words, installation)
        case .refused, .notSent, .done, .failed: nil
        }
      guard let end else { return nil }
      return UnfinishedChange(
        extension: name, words: words, time: lines[start].time, end: end, version: asked.version,
        configHash: asked.hash)
    }
  }

  /// What the last outcome of a change says that was asked for.
  private struct PresentRequest {
    var outcome: HistoryLine.Outcome
    var version: String
    var hash: String
  }

  /// The end of a change without an answer: whether it arrived is told by what ksx notes on the object with each
  /// change.
  private static func end(ofUnanswered line: HistoryLine, _ words: String, _ installation: Installation?) -> End? {
    // The steps of a cancellation have no answers of their own.
    guard words != HistoryLine.cancel, let sent = Timestamp.seconds(line.time) else { return nil }
    let removes = words.hasPrefix("uninstall") || words.hasPrefix("force")
    guard let installation else { return removes ? .done : words.hasPrefix("install") ? .notSeen : .notKnown }
    if removes, installation.isBeingDeleted { return .underWay }
    guard let noted = Authorship(installation), let time = Timestamp.seconds(noted.time), time >= sent else {
      return .notSeen
    }
    let isOwn = noted.words == words && line.isBy(noted.author.name) && time - sent <= longestPreparation
    return isOwn ? end(words, "", installation) : .notKnown
  }

  /// In seconds: how long after its line in the history a change is sent at the latest.
  private static let longestPreparation = 60

  private static func end(_ words: String, _ version: String, _ installation: Installation?) -> End? {
    guard let installation else { return words.hasPrefix("uninstall") || words.hasPrefix("force") ? .done : nil }
    // Another change has been made since, and its end is not the end of this one.
    guard installation.version == version || version.isEmpty else { return nil }
    switch installation.rolloutState {
    case .settled: return installation.isBeingDeleted ? .underWay : .done
    case .failed(let reason): return .failed(reason)
    case .underWay: return .underWay
    }
  }

  /// The history line that records the end, so that it is shown only once; `nil` while the change is in progress.
  package func line(at time: String) -> HistoryLine? {
    let outcome: HistoryLine.Outcome
    switch end {
    case .done: outcome = .done
    case .failed(let reason): outcome = .failed(reason)
    case .underWay: return nil
    case .notSeen, .notKnown:
      // A request that waits in a webhook may still be carried out, and its sender may still run.
      let age = Timestamp.seconds(time).flatMap { now in Timestamp.seconds(self.time).map { now - $0 } } ?? 0
      if age < Self.longestPreparation { return nil }
      outcome =
        end == .notSeen ? .notSent("nothing of it is in the cluster") : .failed("it was changed again meanwhile")
    }
    return HistoryLine(self.extension, at: time, .outcome(outcome, version: version, configHash: configHash))
  }

  /// Whether to show it.
  ///
  /// A success that is more than an hour old, such as of a command that did not wait, is not shown, nor what is not
  /// known after a day.
  package func isNews(at now: Int) -> Bool {
    let maximumAge: Int
    switch end {
    case .done: maximumAge = 3600
    case .notSeen, .notKnown: maximumAge = 24 * 3600
    case .failed, .underWay: return true
    }
    return Timestamp.seconds(time).map { now - $0 < maximumAge } ?? true
  }

  /// `upgrade to 1.1.0 of whizard, begun 3 min ago: failed: …`.
  package func sentence(age: String) -> Sentence {
    let start: Sentence = "\(self.extension): \(Change.phrase(words)), begun \(age) ago"
    let sent: Sentence = "\(self.extension): \(Change.phrase(words)), sent \(age) ago"
    switch end {
    case .done: return "\(start), is done."
    case .failed(let reason): return "\(start), failed: \(reason)"
    case .underWay: return "\(start), is still under way."
    case .notSeen: return "\(sent), was not answered, and the cluster shows nothing of it."
    case .notKnown: return "\(sent), was not answered, and what came of it is not known: another change was made since."
    }
  }
}

extension HistoryLine {
  fileprivate var isChange: Bool {
    if case .change = event { true } else { false }
  }

  /// Whether the person that `author` names made it, whatever user of the cluster it was made as, because that user is
  /// not known at once.
  fileprivate func isBy(_ author: String) -> Bool {
    func person(_ name: String) -> Substring { name[..<(name.rangeOfText(" as ")?.lowerBound ?? name.endIndex)] }
    return author.isEmpty || by == author || person(by) == person(author)
  }
}
