package import Extensions
import Manifest
import Packages

// What ran before, as the cluster tells it: lists, rollbacks and cancellations all ask here.
extension ReleaseMemory {
  /// This, and what is known from the cluster of what ran before what `installation` asks for: from `deployed` releases,
  /// from what `offered` says runs, and from what the object itself tells.
  ///
  /// Another computer may have made the change, and nothing may be kept on this one.
  package func completed(
    by installation: Installation, _ offered: Extension? = nil, _ deployed: [DeployedRelease] = []
  ) -> ReleaseMemory {
    var memory = self
    memory.learn(deployed, beside: installation)
    let status = ExtensionStatus(installation.extension, offered, installation, former: memory.lastInstalled)
    if !status.running.isEmpty { memory.take(running: status.running, beside: installation) }
    return memory
  }

  /// Takes in what the cluster keeps of the releases of `installation` that ran.
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
    // Of what is asked for the text is known.
    if isSame(installation.version, installation.config) {
      (entry.version, entry.config, entry.origin) = (installation.version, installation.config, .kept)
    }
    // The text that was kept here has its comments.
    if confirm(isRunning: release.isRunning, { isSame($0.version, $0.config) }) { return }
    insert(entry, isRunning: release.isRunning)
  }

  /// That `running` runs beside what `installation` asks for; its config is known as far as its fingerprint tells.
  private mutating func take(running: String, beside installation: Installation) {
    let digest = RanBefore(installation).flatMap { VersionText($0.version) == VersionText(running) ? $0.digest : nil }
    func ran(_ entry: Entry) -> Bool { VersionText(entry.version) == VersionText(running) }
    if let digest, confirm(isRunning: true, { ran($0) && $0.digest == digest }) { return }
    let isPresentConfig = digest == ConfigHash.of(installation.config)
    let isAskedFor = VersionText(running) == VersionText(installation.version)
    // Of a version that is asked for again it must be said that it is this config which ran.
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
