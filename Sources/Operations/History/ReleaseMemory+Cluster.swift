package import Extensions
import Manifest
import Packages

// What ran before, as the cluster records it; used by lists, rollbacks and cancellations.
extension ReleaseMemory {
  /// This memory, completed with what the cluster knows of what ran before the spec of `installation`.
  ///
  /// The sources are `deployed` releases, the version that `offered` says is running, and the annotations of the
  /// object. They matter because the change may have been made on another computer.
  package func completed(
    by installation: Installation, _ offered: Extension? = nil, _ deployed: [DeployedRelease] = []
  ) -> ReleaseMemory {
    var memory = self
    memory.learn(deployed, beside: installation)
    let status = ExtensionStatus(installation.extension, offered, installation, former: memory.lastInstalled)
    if !status.running.isEmpty { memory.take(running: status.running, beside: installation) }
    return memory
  }

  /// Adds the releases of `installation` that ran, as the cluster records them.
  package mutating func learn(_ deployed: [DeployedRelease], beside installation: Installation) {
    if let version = deployed.last(where: \.isRunning)?.version { learn(lastInstalled: version, isSure: true) }
    for release in deployed { take(release, beside: installation) }
  }

  private mutating func take(_ release: DeployedRelease, beside installation: Installation) {
    let value = Self.value(of: release.config)
    func isSame(_ version: String, _ config: String) -> Bool {
      VersionText(version) == VersionText(release.version) && Self.value(of: config) == value
    }
    var entry = Entry(
      version: release.version, config: release.config,
      time: release.until.isEmpty ? Self.time(installation) : release.until, what: "", wasInstalled: true,
      release.origin)
    // For the config that the spec asks for, the text is known.
    if isSame(installation.version, installation.config) {
      (entry.version, entry.config, entry.origin) = (installation.version, installation.config, .kept)
    } else if Self.value(of: installation.config) == value {
      // It was not changed since: the text with its comments is the one that the release had.
      (entry.config, entry.origin) = (installation.config, .kept)
    }
    // The text that this computer has includes the comments.
    if confirm(isRunning: release.isRunning, { isSame($0.version, $0.config) }) { return }
    insert(entry, isRunning: release.isRunning)
  }

  /// Adds that the version `running` runs; its config is known if its fingerprint matches.
  private mutating func take(running: String, beside installation: Installation) {
    let digest = PreviousRelease(installation).flatMap {
      VersionText($0.version) == VersionText(running) ? $0.digest : nil
    }
    func ran(_ entry: Entry) -> Bool { VersionText(entry.version) == VersionText(running) }
    if let digest, confirm(isRunning: true, { ran($0) && $0.digest == digest }) { return }
    let isPresentConfig = digest == ConfigHash.of(installation.config)
    let isAskedFor = VersionText(running) == VersionText(installation.version)
    // If the spec asks for this version again, the fingerprint must show that it was this config that ran.
    guard
      isAskedFor ? isPresentConfig : !former(to: installation).contains(where: { ran($0) && $0.wasInstalled != false })
    else { return }
    remember(
      Entry(
        version: isAskedFor ? installation.version : running, config: installation.config,
        time: Self.time(installation),
        what: Authorship(installation)?.words ?? "", wasInstalled: true, isPresentConfig ? .kept : .present))
  }

  private static func time(_ installation: Installation) -> String {
    Authorship(installation)?.time ?? installation.conditionTime
  }

  private static func value(of config: String) -> Value? {
    let value = try? YAML.parse(config)
    return value == .null ? .mapping([:]) : value
  }
}
