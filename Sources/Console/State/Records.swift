import Extensions
import Manifest
package import Operations

/// The data that the console keeps about a cluster between sessions, on this computer only.
///
/// Former versions and configs of extensions allow rollbacks; drafts prevent losses if the connection drops.
package struct Records: Hashable, Sendable {
  /// The former releases of each extension, by name.
  package var memories: [String: ReleaseMemory]
  /// The history of changes, oldest first, as far back as it is loaded.
  package var lines: [HistoryLine]
  /// Unsaved configs, by extension.
  package var drafts: [String: KeptDraft]
  /// The places visited in earlier sessions, in their stored form.
  package var places: [String] = []

  /// Former versions according to the cluster, by extension.
  var clusterPasts: [String: ClusterPast] = [:]

  /// Adds the data of `clusterPasts` to the memories, except for installations that have been Installed again since.
  mutating func learnClusterPasts(_ installed: Installations) {
    for (name, past) in clusterPasts where installed.of(name)?.lastRun == past.installation.lastRun {
      if !past.running.isEmpty { memories[name, default: ReleaseMemory()].learn(lastInstalled: past.running) }
      memories[name, default: ReleaseMemory()].learn(past.deployed, beside: past.installation)
    }
  }

  /// Creates records from stored data; empty by default.
  package init(
    memories: [String: ReleaseMemory] = [:], lines: [HistoryLine] = [], drafts: [String: KeptDraft] = [:]
  ) {
    self.memories = memories
    self.lines = lines
    self.drafts = drafts
  }
}

/// The former versions of one installation, according to the cluster.
struct ClusterPast: Hashable, Sendable {
  /// The version that ran when another one was requested; empty if the object itself says so or if nothing does.
  var running: String
  var deployed: [DeployedRelease]
  /// The installation at that time.
  var installation: Installation
}

/// A config that the user has not saved yet.
package struct KeptDraft: Hashable, Sendable {
  package var text: String
  /// The config on the cluster when the editing began.
  package var base: String

  /// Creates a draft with `text`, which started as `base`.
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
