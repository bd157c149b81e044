package import Extensions
package import KubernetesAPI
import Platform

/// What an answer to a search would come to; nothing is written.
package struct BisectMove: Hashable, Sendable {
  /// The search afterwards; its verdict says whether it is over.
  package private(set) var bisect: Bisect
  /// Whether the answer counts: it does not where not all is switched as the look wants it, which is then done first.
  package let isTaken: Bool
  package private(set) var step: SafeMode.Step

  /// Answers `bisect`, where `objects` are the installations as they are now.
  package init(_ bisect: Bisect, isGone: Bool, _ objects: [Object], _ capabilities: Capabilities) {
    self.bisect = bisect
    step = bisect.step(objects, capabilities)
    // A switch that was broken off, or that another turned, makes the answer one about something else.
    isTaken = step.writes.isEmpty
    if isTaken {
      self.bisect.answer(isGone: isGone)
      step = self.bisect.step(objects, capabilities)
    }
    step.effects.append(Plan.Effect(.note, words))
  }

  private var words: Sentence {
    if !isTaken {
      return "not all is switched as this look wants it: that is done first, and the answer does not count"
    }
    return switch bisect.verdict {
    case .look: "answers still needed: at most \(bisect.looksLeft)"
    case .found(let name): "\(name) breaks it: the search is over"
    case .none: "it is none of the extensions: the search is over"
    }
  }
}
