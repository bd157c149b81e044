package import Extensions
package import KubernetesAPI
import Platform

/// The effect of an answer on a search; nothing is written.
package struct BisectStep: Hashable, Sendable {
  /// The search after the answer; its verdict says whether it is over.
  package private(set) var bisect: Bisect
  /// Whether the answer counts.
  ///
  /// It does not while some installations are not switched as the search needs it; `step` then switches them.
  package let isTaken: Bool
  package private(set) var step: SafeMode.Step

  /// Applies the answer to `bisect`; `objects` are the current installations.
  package init(_ bisect: Bisect, isGone: Bool, _ objects: [Object], _ capabilities: Capabilities) {
    self.bisect = bisect
    step = bisect.step(objects, capabilities)
    // If switching was interrupted, or another user switched something, the answer is about a different set.
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
