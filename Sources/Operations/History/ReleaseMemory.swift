package import Extensions
import Manifest
import Packages

/// The versions and configs an extension had in one cluster: where a rollback goes back to.
///
/// KubeSphere keeps only the present one. This is what `History` tells of one extension.
package struct ReleaseMemory: Hashable, Sendable {
  package struct Entry: Hashable, Sendable {
    package var version: String
    /// The config as the cluster had it, byte for byte.
    package var config: String
    /// When it was last there, RFC 3339.
    package var time: String
    /// What replaced it, in words: `upgrade to 1.1.0`.
    package var what: String
    /// Whether it reached Installed; `nil` where that is not known.
    package var wasInstalled: Bool?
    /// It was uninstalled since: what is installed now began anew, and it is no way back of that.
    var isOfEarlierLife = false
    /// Where the config is known from.
    package var origin: ConfigOrigin

    package init(
      version: String, config: String, time: String, what: String, wasInstalled: Bool? = nil,
      _ origin: ConfigOrigin = .kept
    ) {
      self.version = version
      self.config = config
      self.time = time
      self.what = what
      self.wasInstalled = wasInstalled
      self.origin = origin
    }

    /// What leads back to it.
    package var change: Change { change(to: version) }

    /// The same with the version as the cluster spells it.
    func change(to version: String) -> Change { .rollback(to: version, config: config, origin) }

    /// The config's fingerprint, which the cluster has as well.
    package var digest: String { ConfigHash.of(config) }

    func isSame(as other: Entry) -> Bool { version == other.version && config == other.config }
  }

  /// More than this many are forgotten, the oldest first.
  package static let capacity = 50

  /// Oldest first.
  package private(set) var entries: [Entry] = []
  /// Whether releases reached Installed, by version and config, as far as ksx waited to see it.
  private var outcomes: [String: Bool] = [:]
  /// The version that was seen Installed last, or empty.
  package private(set) var lastInstalled = ""
  /// The config as it was last written here, where the cluster keeps it otherwise; `nil` where it never did.
  var written: String?
  /// What the last change that the cluster took asks for.
  var asked: RequestedSpec?

  package init() {}

  /// Remembers what there was; the same version and config as last time is only moved to now.
  package mutating func remember(_ entry: Entry) {
    var entry = entry
    let outcome = outcomes[Self.key(entry.version, ConfigHash.of(entry.config))]
    // A failure of another attempt does not undo that this one reached Installed.
    entry.wasInstalled = outcome == true ? true : entry.wasInstalled ?? outcome
    if let last = entries.last, last.isSame(as: entry), !last.isOfEarlierLife {
      entry.wasInstalled = entry.wasInstalled ?? last.wasInstalled
      entries.removeLast()
    }
    entries.append(entry)
    if entry.wasInstalled == true { lastInstalled = entry.version }
    entries.removeFirst(max(0, entries.count - Self.capacity))
  }

  /// The release with this version and config reached Installed, or is known not to have.
  mutating func note(wasInstalled: Bool, version: String, configHash: String) {
    if wasInstalled { lastInstalled = version }
    // What was Installed once can be gone back to, even if it failed later.
    if outcomes[Self.key(version, configHash)] != true { outcomes[Self.key(version, configHash)] = wasInstalled }
  }

  private static func key(_ version: String, _ configHash: String) -> String { version + " " + configHash }

  /// Where a rollback from `installation` goes: the newest entry that is not what there is now.
  ///
  /// One that reached Installed goes before one of which that is not known; one that failed is gone back to only where
  /// its version is asked for. What ran last and is asked for again already, beside another's failure, was not tried yet.
  package func target(from installation: Installation, version: String? = nil, digest: String? = nil) -> Entry? {
    func isMeant(_ entry: Entry) -> Bool {
      let isVersion = version.map { VersionText($0) == VersionText(entry.version) } ?? true
      return isVersion && (digest.map { entry.digest.hasPrefix($0) } ?? true)
    }
    let candidates = former(to: installation).filter(isMeant)
    let isSaid = version != nil || digest != nil
    if digest == nil, let present = untried(installation) ?? healthy(installation), isMeant(present),
      isSaid || present.wasInstalled == true && installation.observed.state.isFailure
    {
      return present
    }
    let asked = candidates.isEmpty && isSaid ? entries.reversed().filter(isMeant) : candidates
    let best = asked.first { $0.wasInstalled == true } ?? asked.first { $0.wasInstalled == nil }
    return isSaid ? best ?? asked.first : best
  }

  /// What is known to have reached Installed before `installation`; `nil` where nothing is.
  package func worked(before installation: Installation) -> Entry? {
    former(to: installation).first { $0.wasInstalled == true }
  }

  /// What was Installed last, of what is installed now.
  var ranLast: Entry? { entries.last { $0.wasInstalled == true && !$0.isOfEarlierLife } }

  /// It was uninstalled: what is installed later has nothing that ran before it.
  mutating func endLife() {
    for place in entries.indices { entries[place].isOfEarlierLife = true }
    (outcomes, lastInstalled) = ([:], "")
  }

  /// What ran last, where `installation` has failed and asks for that again.
  private func untried(_ installation: Installation) -> Entry? {
    guard installation.observed.state.isFailure, let ran = ranLast else { return nil }
    return isPresent(ran, in: installation) ? ran : nil
  }

  /// What `installation` asks for, where that is what runs.
  private func healthy(_ installation: Installation) -> Entry? {
    guard installation.rolloutState == .settled else { return nil }
    return Entry(
      version: installation.version, config: installation.config, time: "", what: "", wasInstalled: true)
  }

  /// `installation` asks for that version with that config.
  private func isPresent(_ entry: Entry, in installation: Installation) -> Bool {
    VersionText(entry.version) == VersionText(installation.version)
      && (entry.config == installation.config
        || installation.configForm == .object && installation.hasConfig(entry.config))
  }

  /// Back from `installation` to `version`, with the config it had, or with the present one where that is not known.
  package func rollback(from installation: Installation, to version: String) -> Change {
    target(from: installation, version: version)?.change(to: version)
      ?? .rollback(to: version, config: installation.config, .present)
  }

  /// The configs that are known, newest first, each once; the first is that of `installation` where there is one.
  package func configs(now installation: Installation?) -> [Entry] {
    var all: [Entry] = []
    if let installation {
      let release = HistoryLine.Release(installation)
      all.append(
        Entry(
          version: release.version, config: release.config, time: "", what: "",
          wasInstalled: release.wasInstalled))
    }
    for entry in entries.reversed() where !all.contains(where: { $0.config == entry.config }) { all.append(entry) }
    return all
  }

  /// What was there before `installation` and failed, newest first.
  package func failed(before installation: Installation) -> [Entry] {
    former(to: installation).filter { $0.wasInstalled == false }
  }

  /// Takes in what was read of the past elsewhere: the version that ran last, where none is known here or the cluster
  /// `isSure`.
  package mutating func learn(lastInstalled version: String, isSure: Bool = false) {
    if lastInstalled.isEmpty || isSure { lastInstalled = version }
  }

  /// Takes in that what `isSame` takes did run, and whether it is known; what `isRunning` is the newest of all.
  mutating func confirm(isRunning: Bool, _ isSame: (Entry) -> Bool) -> Bool {
    guard let place = entries.lastIndex(where: isSame) else { return false }
    entries[place].wasInstalled = true
    entries[place].isOfEarlierLife = false
    if isRunning { entries.append(entries.remove(at: place)) }
    return true
  }

  /// Takes in a release that ran: the newest of all, or by its time.
  mutating func insert(_ release: Entry, isRunning: Bool) {
    let later = isRunning || release.time.isEmpty ? nil : entries.firstIndex { $0.time > release.time }
    entries.insert(release, at: later ?? entries.endIndex)
  }

  /// The config of `installation` as it was written here, with its comments, unless the cluster has another by now.
  package func config(of installation: Installation) -> String {
    guard installation.configForm == .object, let written, installation.hasConfig(written) else {
      return installation.config
    }
    return written
  }

  /// Where the config of the cluster is another than the one that was last written here: its lines, else none.
  package func differences(from installation: Installation) -> [LineDifference.Line] {
    guard installation.configForm == .object, let written, !installation.hasConfig(written),
      let value = try? YAML.parse(written)
    else { return [] }
    let text = value.mapping?.isEmpty == false ? YAML.text(value) : ""
    return LineDifference(from: text, to: installation.config).changes
  }

  /// What can be gone back to from `installation`, newest first, each version and config once.
  package func former(to installation: Installation) -> [Entry] {
    var result: [Entry] = []
    for entry in entries.reversed() where !entry.isOfEarlierLife && !isPresent(entry, in: installation) {
      if !result.contains(where: { $0.isSame(as: entry) }) { result.append(entry) }
    }
    return result
  }
}
