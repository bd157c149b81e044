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
  }

  /// The changes in `lines` that `author` made and that have no end there, with their end according to `installations`.
  package static func all(
    _ lines: [HistoryLine], by author: String, _ installations: Installations
  ) -> [UnfinishedChange] {
    Dictionary(grouping: lines, by: \.extension).sorted { $0.key < $1.key }.compactMap { name, lines in
      guard let start = lines.lastIndex(where: { $0.isChange }), author.isEmpty || lines[start].by == author,
        case .change(let words, _) = lines[start].event
      else { return nil }
      var accepted: (version: String, hash: String)?
      for line in lines[(start + 1)...] {
        guard case .outcome(let outcome, let version, let hash) = line.event else { continue }
        accepted = outcome == .accepted ? (version, hash) : nil
      }
      guard let accepted, let end = end(words, accepted.version, installations.of(name)) else { return nil }
      return UnfinishedChange(
        extension: name, words: words, time: lines[start].time, end: end, version: accepted.version,
        configHash: accepted.hash)
    }
  }

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
    }
    return HistoryLine(self.extension, at: time, .outcome(outcome, version: version, configHash: configHash))
  }

  /// Whether to show it.
  ///
  /// A success that is more than an hour old, such as of a command that did not wait, is not shown.
  package func isNews(at now: Int) -> Bool {
    end != .done || Timestamp.seconds(time).map { now - $0 < 3600 } ?? true
  }

  /// `upgrade to 1.1.0 of whizard, begun 3 min ago: failed: …`.
  package func sentence(age: String) -> Sentence {
    let start: Sentence = "\(self.extension): \(Change.phrase(words)), begun \(age) ago"
    switch end {
    case .done: return "\(start), is done."
    case .failed(let reason): return "\(start), failed: \(reason)"
    case .underWay: return "\(start), is still under way."
    }
  }
}

extension HistoryLine {
  fileprivate var isChange: Bool {
    if case .change = event { true } else { false }
  }
}
