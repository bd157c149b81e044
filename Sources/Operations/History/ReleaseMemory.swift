package import Extensions
import Manifest
import Packages

/// The versions and configs that an extension had in one cluster, as targets of a rollback.
///
/// KubeSphere keeps only the current ones; these are from the `History` of the extension.
package struct ReleaseMemory: Hashable, Sendable {
  package struct Entry: Hashable, Sendable {
    package var version: String
    /// The config as the cluster had it, byte for byte.
    package var config: String
    /// When it was last in the spec, RFC 3339.
    package var time: String
    /// The change that replaced it, in words: `upgrade to 1.1.0`.
    package var what: String
    /// Whether it reached Installed; `nil` if that is not known.
    package var wasInstalled: Bool?
    /// Whether it was uninstalled since; it is then no target for a rollback of a later installation.
    var wasUninstalled = false
    /// The source of the config.
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

    /// The change that goes back to it.
    package var change: Change { change(to: version) }

    /// The same, with the version as the cluster spells it.
    func change(to version: String) -> Change { .rollback(to: version, config: config, origin) }

    /// The fingerprint of the config, which the cluster records as well.
    package var digest: String { ConfigHash.of(config) }

    func isSame(as other: Entry) -> Bool { version == other.version && config == other.config }
  }

  /// The maximum number of entries; the oldest are dropped.
  package static let capacity = 50

  /// Oldest first.
  package private(set) var entries: [Entry] = []
  /// Whether releases reached Installed, by version and config, as far as ksx has seen it.
  private var outcomes: [String: Bool] = [:]
  /// The version that was last seen Installed, or empty.
  package private(set) var lastInstalled = ""
  /// The text of the config that this computer last wrote, if the cluster stores it in another form; `nil` if none was
  /// written.
  var written: String?
  /// The spec that the last accepted change asks for.
  var asked: RequestedSpec?

  package init() {}

  /// Adds an entry; if version and config are those of the last one, it replaces that one.
  package mutating func remember(_ entry: Entry) {
    var entry = entry
    let outcome = outcomes[Self.key(entry.version, ConfigHash.of(entry.config))]
    // A failed later attempt does not change the fact that this was Installed once.
    entry.wasInstalled = outcome == true ? true : entry.wasInstalled ?? outcome
    if let last = entries.last, last.isSame(as: entry), !last.wasUninstalled {
      entry.wasInstalled = entry.wasInstalled ?? last.wasInstalled
      entries.removeLast()
    }
    entries.append(entry)
    if entry.wasInstalled == true { lastInstalled = entry.version }
    entries.removeFirst(max(0, entries.count - Self.capacity))
  }

  /// Records whether the release with this version and config reached Installed.
  mutating func note(wasInstalled: Bool, version: String, configHash: String) {
    if wasInstalled { lastInstalled = version }
    // A release that was Installed once can be a rollback target even if it failed later.
    if outcomes[Self.key(version, configHash)] != true { outcomes[Self.key(version, configHash)] = wasInstalled }
  }

  private static func key(_ version: String, _ configHash: String) -> String { version + " " + configHash }

  /// The target of a rollback of `installation`: the newest entry that is not in the spec now.
  ///
  /// Entries that were Installed precede those of which that is not known. A failed one is used only if `version` or
  /// `digest` names it. If the spec asks again for what ran last, after another change failed, this was not tried yet,
  /// and is a target.
  package func target(from installation: Installation, version: String? = nil, digest: String? = nil) -> Entry? {
    func isMeant(_ entry: Entry) -> Bool {
      let isVersion = version.map { VersionText($0) == VersionText(entry.version) } ?? true
      return isVersion && (digest.map { entry.digest.hasPrefix($0) } ?? true)
    }
    let candidates = former(to: installation).filter(isMeant)
    let isNamed = version != nil || digest != nil
    if digest == nil, let present = untried(installation) ?? healthy(installation), isMeant(present),
      isNamed || present.wasInstalled == true && Self.isUnsettled(installation)
    {
      return present
    }
    let asked = candidates.isEmpty && isNamed ? entries.reversed().filter(isMeant) : candidates
    let best = asked.first { $0.wasInstalled == true } ?? asked.first { $0.wasInstalled == nil }
    return isNamed ? best ?? asked.first : best
  }

  /// The newest entry before `installation` that was Installed, or `nil`.
  package func worked(before installation: Installation) -> Entry? {
    former(to: installation).first { $0.wasInstalled == true }
  }

  /// The newest entry of the current installation that was Installed.
  var ranLast: Entry? { entries.last { $0.wasInstalled == true && !$0.wasUninstalled } }

  /// Marks all entries as uninstalled: nothing ran before a later installation.
  mutating func noteUninstall() {
    for index in entries.indices { entries[index].wasUninstalled = true }
    (outcomes, lastInstalled) = ([:], "")
  }

  /// The entry that ran last, if `installation` has failed or is still in progress and its spec asks for that entry
  /// again: the same rollback once more must not go on to an older one.
  private func untried(_ installation: Installation) -> Entry? {
    guard Self.isUnsettled(installation), let ran = ranLast else { return nil }
    return isPresent(ran, in: installation) ? ran : nil
  }

  private static func isUnsettled(_ installation: Installation) -> Bool {
    installation.observed.state.isFailure || installation.observed.state.isBusy
  }

  /// The spec of `installation`, if that is what runs.
  private func healthy(_ installation: Installation) -> Entry? {
    guard installation.rolloutState == .settled else { return nil }
    return Entry(
      version: installation.version, config: installation.config, time: "", what: "", wasInstalled: true)
  }

  /// Whether the spec of `installation` has the version and config of `entry`.
  private func isPresent(_ entry: Entry, in installation: Installation) -> Bool {
    VersionText(entry.version) == VersionText(installation.version)
      && (entry.config == installation.config
        || installation.configForm == .object && installation.hasConfig(entry.config))
  }

  /// The rollback of `installation` to `version`, with the config it had, or with the current one if that is not known.
  package func rollback(from installation: Installation, to version: String) -> Change {
    target(from: installation, version: version)?.change(to: version)
      ?? .rollback(to: version, config: installation.config, .present)
  }

  /// The known configs without duplicates, newest first; the first is that of `installation`, if there is one.
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

  /// The failed entries before `installation`, newest first.
  package func failed(before installation: Installation) -> [Entry] {
    former(to: installation).filter { $0.wasInstalled == false }
  }

  /// Sets the version that was last Installed, if it is not known here or the caller `isSure`.
  package mutating func learn(lastInstalled version: String, isSure: Bool = false) {
    if lastInstalled.isEmpty || isSure { lastInstalled = version }
  }

  /// Marks the newest entry that `isSame` accepts as Installed; returns `false` if there is none.
  ///
  /// `isRunning` moves it to the end.
  mutating func confirm(isRunning: Bool, _ isSame: (Entry) -> Bool) -> Bool {
    guard let index = entries.lastIndex(where: isSame) else { return false }
    entries[index].wasInstalled = true
    entries[index].wasUninstalled = false
    if isRunning { entries.append(entries.remove(at: index)) }
    return true
  }

  /// Inserts a release that ran: at the end if it is running, else by its time.
  mutating func insert(_ release: Entry, isRunning: Bool) {
    let later = isRunning || release.time.isEmpty ? nil : entries.firstIndex { $0.time > release.time }
    entries.insert(release, at: later ?? entries.endIndex)
  }

  /// The config of `installation` with the comments that it was written with, unless it was changed in the cluster
  /// since.
  package func config(of installation: Installation) -> String {
    guard installation.configForm == .object, let written, installation.hasConfig(written) else {
      return installation.config
    }
    return written
  }

  /// How the config in the cluster differs from the one that this computer last wrote; empty if it does not.
  package func differences(from installation: Installation) -> [LineDifference.Line] {
    guard installation.configForm == .object, let written, !installation.hasConfig(written),
      let value = try? YAML.parse(written)
    else { return [] }
    let text = value.mapping?.isEmpty == false ? YAML.text(value) : ""
    return LineDifference(from: text, to: installation.config).changes
  }

  /// The entries that `installation` can go back to, newest first, without duplicates.
  package func former(to installation: Installation) -> [Entry] {
    var result: [Entry] = []
    for entry in entries.reversed() where !entry.wasUninstalled && !isPresent(entry, in: installation) {
      if !result.contains(where: { $0.isSame(as: entry) }) { result.append(entry) }
    }
    return result
  }
}
