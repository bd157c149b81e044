import Extensions
import Manifest
package import Operations

/// What the console keeps about a cluster between sessions, on this computer only.
///
/// Versions and configs that an extension had, so that there is a way back; drafts, so that a
/// dropped line loses nothing.
package struct Records: Hashable, Sendable {
  /// What each extension was before, by its name.
  package var memories: [String: ReleaseMemory]
  /// What was changed, oldest first, as far back as is kept at hand.
  package var lines: [HistoryLine]
  /// Configs being written, by extension.
  package var drafts: [String: KeptDraft]
  /// The places that were visited in earlier sessions, as they are kept.
  package var places: [String] = []

  /// What the cluster told of what ran before, by extension.
  var elsewhere: [String: PastElsewhere] = [:]

  /// Completes what is kept by that, as long as nothing of what is `installed` was Installed since.
  mutating func learnElsewhere(_ installed: Installations) {
    for (name, past) in elsewhere where installed.of(name)?.lastRun == past.installation.lastRun {
      if !past.running.isEmpty { memories[name, default: ReleaseMemory()].learn(lastInstalled: past.running) }
      memories[name, default: ReleaseMemory()].learn(past.deployed, beside: past.installation)
    }
  }

  /// What was kept; nothing, unless told.
  package init(
    memories: [String: ReleaseMemory] = [:], lines: [HistoryLine] = [], drafts: [String: KeptDraft] = [:]
  ) {
    self.memories = memories
    self.lines = lines
    self.drafts = drafts
  }
}

/// What the cluster told of what ran before one installation.
struct PastElsewhere: Hashable, Sendable {
  /// The version that ran when something else was asked for; empty if what runs is known from the object, or by nothing.
  var running: String
  var deployed: [DeployedRelease]
  /// The installation as it was then.
  var installation: Installation
}

/// A config that the user has not saved yet.
package struct KeptDraft: Hashable, Sendable {
  package var text: String
  /// What the cluster had when the editing began.
  package var base: String

  /// `text`, begun from `base`.
  package init(text: String, base: String) {
    self.text = text
    self.base = base
  }
}

extension KeptDraft {
  var json: [UInt8] {
    Array((JSON.prettyText(["text": .string(text), "base": .string(base)]) + "\n").utf8)
  }

  init?(json bytes: [UInt8]) {
    guard let value = try? JSON.parse(bytes), let text = value["text"]?.string else { return nil }
    self.init(text: text, base: value["base"]?.string ?? "")
  }
}
